import type { DType } from "../core/dtype";
import { TensorError } from "../core/errors";
import type { TensorInfo } from "../core/tensor";
import { openBeside, reopening } from "./beside";
import type { DenseTensor } from "./dense";
import { type ProtoReader, protoReader } from "./encoding/protobuf";
import { memorySource } from "./memory";
import type { ByteSource } from "./reader";
import { bytesOf, MAX_RANK, problem, shownShape } from "./shape";

/** DataType of TensorFlow (types.proto) by its number. */
const TYPES: Readonly<Record<number, DType>> = {
	1: "f32",
	2: "f64",
	3: "i32",
	4: "u8",
	5: "i16",
	6: "i8",
	8: "c64",
	9: "i64",
	10: "bool",
	11: "i8",
	12: "u8",
	13: "i32",
	14: "bf16",
	15: "i16",
	16: "u16",
	17: "u16",
	18: "c128",
	19: "f16",
	22: "u32",
	23: "u64",
	24: "f8_e5m2",
	25: "f8_e4m3",
};
const OTHER_TYPES: Readonly<Record<number, string>> = { 7: "string", 20: "resource", 21: "variant" };

/** The shards of a checkpoint: their files beside the index, each looked at once. */
export interface Shards {
	readonly index: ByteSource;
	readonly count: number;
	readonly bigEndian: boolean;
	readonly sizes: Map<string, Promise<number | TensorError>>;
}

/** A BundleHeaderProto, the value of the empty key. Throws `unsupported` where it counts no shards. */
export async function shardsOf(index: ByteSource, value: Uint8Array): Promise<Shards> {
	let [count, bigEndian] = [0, false];
	await fieldsOf(index, value, ({ number, wire, value: found }) => {
		if (number === 1 && wire === 0) count = Number(found);
		if (number === 2 && wire === 0) bigEndian = Number(found) === 1;
	});
	if (count > 0 && count < 100_000) return { index, count, bigEndian, sizes: new Map() };
	const message =
		"This LevelDB table is not the index of a TensorFlow checkpoint of version 2; save the checkpoint again with a newer TensorFlow.";
	throw new TensorError("unsupported", message, { file: index.name });
}

/** A BundleEntryProto under its name, with its place in a shard or its problem. */
export async function tensorOfEntry(shards: Shards, name: string, value: Uint8Array): Promise<DenseTensor> {
	const { index } = shards;
	const shape: (number | bigint)[] = [];
	const facts = new Map<number, number>();
	await fieldsOf(index, value, async (field, reader) => {
		if (field.wire === 0) facts.set(field.number, Number(field.value));
		else if (field.number === 7) facts.set(7, (facts.get(7) ?? 0) + 1);
		else if (field.number === 2 && field.wire === 2) {
			await reader.fields(field, async (dim) => {
				if (dim.number !== 2 || dim.wire !== 2 || shape.length > MAX_RANK) return;
				let size: number | bigint = 0;
				await reader.fields(dim, async (part) => {
					if (part.number === 1 && part.wire === 0) [size = 0] = await reader.integers(part, 1);
				});
				shape.push(size);
			});
		}
	});
	const [type, shard, offset, length] = [1, 3, 4, 5].map((number) => facts.get(number) ?? 0) as [
		number,
		number,
		number,
		number,
	];
	const dtype = TYPES[type];
	const info: TensorInfo = {
		name,
		dtype: dtype ?? { other: OTHER_TYPES[type] ?? `type ${type}` },
		shape: shownShape(shape),
		bytes: length,
	};
	try {
		if (facts.has(7))
			throw new TensorError("unsupported", `It is stored in ${facts.get(7)} slices, which are not put together.`);
		if (dtype === undefined)
			throw new TensorError("unsupported", `Values of the type "${OTHER_TYPES[type] ?? type}" have no statistics.`);
		checkLength(shape, dtype, length);
		const file = `${index.name.replace(/\.index$/i, "")}.data-${digits(shard)}-of-${digits(shards.count)}`;
		const size = await sizeOf(shards, file);
		if (offset + length > size) {
			throw new TensorError(
				"corrupt",
				`The data ends early: bytes ${offset} to ${offset + length} of "${file}" were expected, but it has ${size}; copy it again.`,
				{ file, byte: offset },
			);
		}
		const source: ByteSource = { ...memorySource(file, new Uint8Array(0)), size };
		const place = { source, start: offset, dtype, shape: info.shape, order: "C", bigEndian: shards.bigEndian } as const;
		return { info, place: reopening(place, index, file) };
	} catch (thrown) {
		const error = TensorError.from(thrown);
		if (error.code === "cancelled") throw error;
		return { info: { ...info, problem: problem(error.code, error.message, { file: index.name, ...error.where }) } };
	}
}

function checkLength(shape: readonly (number | bigint)[], dtype: DType, length: number): void {
	const size = shape.some((axis) => axis < 0)
		? { impossible: `The shape [${shape.join(", ")}] has a negative length` }
		: bytesOf(shape, dtype);
	if ("impossible" in size) throw new TensorError("corrupt", `${size.impossible}; the index is damaged.`);
	if (size.bytes === length) return;
	throw new TensorError(
		"corrupt",
		`Values of ${dtype} [${shape.join(", ")}] take ${size.bytes} bytes, but the index gives them ${length}; it is damaged.`,
	);
}

function sizeOf({ index, sizes }: Shards, file: string): Promise<number> {
	const known =
		sizes.get(file) ??
		openBeside(index, file).then(
			async (shard) => {
				await shard.close?.();
				return shard.size;
			},
			(thrown) => TensorError.from(thrown),
		);
	sizes.set(file, known);
	return known.then((size) => {
		if (size instanceof TensorError) throw size;
		return size;
	});
}

function digits(count: number): string {
	return String(count).padStart(5, "0");
}

type Visit = (field: Parameters<Parameters<ProtoReader["fields"]>[1]>[0], reader: ProtoReader) => void | Promise<void>;

async function fieldsOf(index: ByteSource, value: Uint8Array, visit: Visit): Promise<void> {
	const reader = protoReader(memorySource(index.name, value));
	await reader.fields({ start: 0, length: value.length }, (field) => visit(field, reader));
}
