import type { ErrorData } from "../core/errors";
import type { TensorInfo } from "../core/tensor";
import type { BlockPlace } from "./blocks";
import type { DenseTensor } from "./dense";
import { GGML_TYPES, type GgmlType } from "./encoding/ggml-types";
import type { ByteSource } from "./reader";
import { overlapping } from "./safetensors-entry";
import { bytesOf, problem, shownShape } from "./shape";

/** One tensor of a GGUF header, its shape slowest axis first. */
export interface TensorEntry {
	readonly name: string;
	readonly shape: readonly bigint[];
	readonly type: number;
	/** Bytes from the start of the data. */
	readonly offset: bigint;
}

/** A tensor with its values, plain or in blocks; with neither it has a `problem`. */
export interface GgufTensor extends DenseTensor {
	readonly blocks?: BlockPlace;
}

/** What the header says about the data as a whole. */
export interface GgufData {
	readonly source: ByteSource;
	/** Byte of the file where the data starts. */
	readonly dataStart: number;
	readonly alignment: number;
	readonly bigEndian: boolean;
}

/** Finds the values of all tensors; what is wrong with one becomes its `problem`. */
export function placeTensors(entries: readonly TensorEntry[], data: GgufData): readonly GgufTensor[] {
	const sized = entries.map((entry) => sizeUp(entry, data));
	const overlaps = overlapping(sized.map(({ claim }) => claim));
	return sized.map(({ entry, type, claim }): GgufTensor => {
		const { info } = claim;
		const other = overlaps.get(claim);
		if (info.problem) return { info };
		if (other) {
			const message = `Its bytes (${claim.begin} to ${claim.end} of the data) overlap those of "${other.info.name}" (${other.begin} to ${other.end}); the header is damaged.`;
			return { info: { ...info, problem: problem("corrupt", message, whereOf(entry, data)) } };
		}
		const { source, dataStart, bigEndian } = data;
		const place = { source, start: dataStart + claim.begin, shape: info.shape, bigEndian };
		if (type?.dtype) return { info, place: { ...place, dtype: type.dtype, order: "C" } };
		if (type?.dequantize) return { info, blocks: { ...place, block: { ...type, dequantize: type.dequantize } } };
		const known = [...GGML_TYPES.values()].filter(({ dequantize }) => dequantize).map(({ name }) => name);
		const message = type
			? `Values stored as ${type.name} are not dequantized here (${known.join(", ")} are); quantize the model in one of these.`
			: `The type number ${entry.type} is unknown; this file may be newer than this program.`;
		return { info: { ...info, problem: problem("unsupported", message, whereOf(entry, data)) } };
	});
}

function whereOf({ offset }: TensorEntry, { source, dataStart }: GgufData) {
	const byte = BigInt(dataStart) + offset;
	return { file: source.name, ...(byte <= BigInt(Number.MAX_SAFE_INTEGER) ? { byte: Number(byte) } : {}) };
}

function sizeUp(entry: TensorEntry, data: GgufData) {
	const type = GGML_TYPES.get(entry.type);
	const { bytes, fault } = faultOf(entry, type, data);
	const begin = fault ? 0 : Number(entry.offset);
	const info: TensorInfo = {
		name: entry.name,
		dtype: type?.dtype ?? (type?.dequantize ? "f32" : { other: type?.name ?? `type ${entry.type}` }),
		shape: shownShape(entry.shape),
		bytes,
		...(type?.dequantize ? { note: `stored as ${type.name}, dequantized` } : {}),
		...(fault ? { problem: fault } : {}),
	};
	return { entry, type, claim: { info, begin, end: begin + bytes } };
}

/** The bytes of a tensor, and the first rule that its entry breaks (ggml's gguf.cpp has the same). */
function faultOf(entry: TensorEntry, type: GgmlType | undefined, data: GgufData) {
	const { shape, offset } = entry;
	const { source, dataStart, alignment } = data;
	const fault = (message: string, bytes = 0): { readonly bytes: number; readonly fault?: ErrorData } => ({
		bytes,
		fault: problem("corrupt", message, whereOf(entry, data)),
	});
	if (shape.length > 4) return fault(`It is said to have ${shape.length} axes, more than the 4 that GGUF allows.`);
	const elements = bytesOf(shape, { bits: 8 });
	if ("impossible" in elements) return fault(`${elements.impossible}; the header is damaged.`);
	if (type === undefined) return { bytes: 0 };
	const row = shape.at(-1) ?? 1n;
	if (row % BigInt(type.values) !== 0n)
		return fault(`Rows of ${row} values cannot be stored as ${type.name}, which has ${type.values} to a block.`);
	const bytes = (elements.bytes / type.values) * type.bytes;
	if (!Number.isSafeInteger(bytes)) return fault(`It would take ${bytes} bytes, more than any file holds.`);
	if (offset % BigInt(alignment) !== 0n)
		return fault(`Its data starts at ${offset}, which is no multiple of the alignment ${alignment}.`, bytes);
	const follow = Math.max(0, source.size - dataStart);
	if (offset + BigInt(bytes) > BigInt(follow) && bytes > 0)
		return fault(
			`The data ends early: its bytes are said to be ${offset} to ${offset + BigInt(bytes)} of the data, but only ${follow} follow the header; download or save the file again.`,
			bytes,
		);
	return { bytes };
}
