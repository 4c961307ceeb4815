import { DTYPES, type DType, isDType } from "../core/dtype";
import type { ErrorCode } from "../core/errors";
import type { TensorInfo } from "../core/tensor";
import type { Json } from "./encoding/json";
import { bytesOf, problem, shownShape } from "./shape";

/** Dtypes of ours that the format has no word for. */
export const NOT_IN_SAFETENSORS: readonly DType[] = ["c128", "i2", "i4", "u2", "u4"];

/** A tensor of a safetensors header; its values are bytes `begin` to `end` of the data, both missing where they make no sense. */
export interface Entry {
	readonly info: TensorInfo;
	readonly dtype?: DType;
	readonly begin?: number;
	readonly end?: number;
}

/** Understands one entry of the header; what is wrong with it becomes the tensor's `problem`. */
export function entryOf(name: string, entry: Json, dataBytes: number): Entry {
	const fields: ReadonlyMap<string, Json> = entry instanceof Map ? entry : new Map();
	const [spelled, lengths, offsets] = [fields.get("dtype"), fields.get("shape"), fields.get("data_offsets")];
	const word = typeof spelled === "string" && spelled === spelled.toUpperCase() ? spelled.toLowerCase() : undefined;
	const dtype = isDType(word) && !NOT_IN_SAFETENSORS.includes(word) ? word : undefined;
	const shape = isLengths(lengths) ? lengths : undefined;
	const [begin, end] = isLengths(offsets) && offsets.length === 2 ? offsets : [];
	const fault = faultOf({ spelled, dtype, shape, begin, end, dataBytes });
	const placed = begin !== undefined && end !== undefined && begin <= end;
	const info: TensorInfo = {
		name,
		dtype: dtype ?? { other: typeof spelled === "string" ? spelled.slice(0, 40) : "unknown" },
		shape: shownShape(shape ?? []),
		bytes: placed ? Number(end) - Number(begin) : 0,
		...(fault ? { problem: problem(...fault) } : {}),
	};
	return {
		info,
		...(dtype === undefined ? {} : { dtype }),
		...(placed ? { begin: Number(begin), end: Number(end) } : {}),
	};
}

interface Claims {
	readonly spelled: Json | undefined;
	readonly dtype: DType | undefined;
	readonly shape: readonly (number | bigint)[] | undefined;
	readonly begin: number | bigint | undefined;
	readonly end: number | bigint | undefined;
	/** Bytes of the file after the header. */
	readonly dataBytes: number;
}

/** The first rule that an entry breaks. */
function faultOf({ spelled, dtype, shape, begin, end, dataBytes }: Claims): readonly [ErrorCode, string] | undefined {
	if (typeof spelled !== "string" || shape === undefined || begin === undefined || end === undefined) {
		return [
			"corrupt",
			"Its entry in the header lacks a dtype, a shape or two data_offsets of zero or more; the header is damaged.",
		];
	}
	if (begin > end) {
		return ["corrupt", `Its bytes are said to run from ${begin} back to ${end}; the header is damaged.`];
	}
	if (end > dataBytes) {
		return [
			"corrupt",
			`The data ends early: its bytes are said to be ${begin} to ${end} after the header, but only ${dataBytes} follow; save or download the file again.`,
		];
	}
	if (dtype === undefined) {
		return ["unsupported", `The dtype "${spelled.slice(0, 40)}" is unknown; save the tensor with another one.`];
	}
	const size = bytesOf(shape, dtype);
	if ("impossible" in size) return ["corrupt", `${size.impossible}; the header is damaged.`];
	const values = `${dtype} [${shape.join(", ")}]`;
	if (!endsOnByte(shape, dtype)) {
		return ["corrupt", `A tensor of ${values} does not end on a whole byte, which the format demands.`];
	}
	const given = Number(end) - Number(begin);
	if (size.bytes === given) return undefined;
	return [
		"corrupt",
		`Values of ${values} take ${size.bytes} bytes, but the header gives them ${given} (${begin} to ${end}); the header is damaged.`,
	];
}

function isLengths(value: Json | undefined): value is readonly (number | bigint)[] {
	return (
		Array.isArray(value) &&
		value.every((length) => (typeof length === "bigint" || Number.isSafeInteger(length)) && length >= 0)
	);
}

function endsOnByte(shape: readonly (number | bigint)[], dtype: DType): boolean {
	const bits = shape.reduce<bigint>((product, length) => product * BigInt(length), BigInt(DTYPES[dtype].bits));
	return bits % 8n === 0n;
}

/** The bytes of an entry for people. */
export function span({ begin, end }: Entry): string {
	return `${begin} to ${end}`;
}

/** The fewest sound tensors that have to go so that no others overlap, each with one that it overlaps. */
export function overlapping(entries: readonly Entry[]): ReadonlyMap<Entry, Entry> {
	const sound = entries.filter(({ info, begin, end }) => !info.problem && begin !== end);
	// Earliest end first: this keeps the most, so that one tensor over all others does not hide them.
	const ordered = sound.sort((a, b) => Number(a.end) - Number(b.end) || Number(b.begin) - Number(a.begin));
	const overlaps = new Map<Entry, Entry>();
	let last: Entry | undefined;
	for (const entry of ordered) {
		if (last !== undefined && Number(entry.begin) < Number(last.end)) overlaps.set(entry, last);
		else last = entry;
	}
	return overlaps;
}

/** Sentences about bytes of the data that belong to no tensor. */
export function gaps(entries: readonly Entry[], dataBytes: number): readonly string[] {
	const placed = entries.filter(({ end }) => end !== undefined).sort((a, b) => Number(a.begin) - Number(b.begin));
	let reached = 0;
	let lost = 0;
	for (const { begin, end } of placed) {
		lost += Math.max(0, Number(begin) - reached);
		reached = Math.max(reached, Number(end));
	}
	return [
		...(lost > 0 ? [`${lost} bytes between the tensors belong to none of them, which strict readers refuse.`] : []),
		...(dataBytes > reached && placed.length === entries.length
			? [`${dataBytes - reached} bytes follow the last tensor, which strict readers refuse.`]
			: []),
	];
}
