import type { DType } from "../core/dtype";
import { TensorError } from "../core/errors";
import type { TensorInfo } from "../core/tensor";
import type { DenseTensor } from "./dense";
import { type MsgpackToken, tokenAt } from "./encoding/msgpack";
import type { ByteSource } from "./reader";
import { bytesOf, MAX_RANK, problem, shownShape } from "./shape";

/** An array as Flax packs it: its shape, the name of its NumPy dtype, and where its bytes are, in C order, little-endian. */
export interface PackedArray {
	readonly shape: readonly (number | bigint)[];
	readonly dtype: string;
	readonly start: number;
	readonly length: number;
}

/** Bytes before an array's values: three small headers, a shape, a name. */
const MAX_HEAD_BYTES = 10 * (MAX_RANK + 2) + 100;

/** NumPy's names of dtypes of ours, with those of ml_dtypes; its 4-bit integers take a byte each and are left out. */
const DTYPES_BY_NAME: Readonly<Record<string, DType>> = {
	bool: "bool",
	int8: "i8",
	int16: "i16",
	int32: "i32",
	int64: "i64",
	uint8: "u8",
	uint16: "u16",
	uint32: "u32",
	uint64: "u64",
	float16: "f16",
	float32: "f32",
	float64: "f64",
	bfloat16: "bf16",
	complex64: "c64",
	complex128: "c128",
	float8_e4m3fn: "f8_e4m3",
	float8_e5m2: "f8_e5m2",
	float8_e4m3fnuz: "f8_e4m3fnuz",
	float8_e5m2fnuz: "f8_e5m2fnuz",
	float8_e8m0fnu: "f8_e8m0",
};

/** Reads [shape, dtype name, bytes], the payload of Flax's extension 1, without the bytes. Throws `corrupt`. */
export async function readPackedArray(
	source: ByteSource,
	start: number,
	length: number,
	signal?: AbortSignal,
): Promise<PackedArray> {
	const head = await source.read(start, Math.min(length, MAX_HEAD_BYTES), signal);
	const found = packedArrayAt(head, 0, length);
	if (found) return { ...found, start: start + found.start };
	throw new TensorError("corrupt", "An array is not packed as its shape, dtype and bytes; the file is damaged.", {
		file: source.name,
		byte: start,
	});
}

/** The array packed at `at` of some bytes, in `length` bytes; undefined where they hold none. */
export function packedArrayAt(bytes: Uint8Array, at: number, length: number): PackedArray | undefined {
	const whole = tokenAt(bytes, at);
	if (whole?.kind !== "array" || whole.count !== 3) return undefined;
	const axes = tokenAt(bytes, whole.next);
	if (axes?.kind !== "array" || axes.count > MAX_RANK) return undefined;
	const shape: (number | bigint)[] = [];
	let token: MsgpackToken | undefined = axes;
	for (let k = 0; k < axes.count; k++) {
		token = tokenAt(bytes, (token as MsgpackToken).next);
		if (token?.kind !== "value" || (typeof token.value !== "number" && typeof token.value !== "bigint"))
			return undefined;
		shape.push(token.value);
	}
	const name = tokenAt(bytes, (token as MsgpackToken).next);
	if (name?.kind !== "text" || name.length > 64) return undefined;
	const dtype = new TextDecoder().decode(bytes.subarray(name.next, name.next + name.length));
	const data = tokenAt(bytes, name.next + name.length);
	if (data?.kind !== "bytes" || data.next - at + data.length !== length) return undefined;
	return { shape, dtype, start: data.next, length: data.length };
}

/** Whether an array has a known dtype and as many bytes as that and its shape ask for. */
export function isWholeArray({ shape, dtype, length }: PackedArray): boolean {
	const known = dtypeOf(dtype);
	const size = known && shape.every((axis) => axis >= 0) ? bytesOf(shape, known) : undefined;
	return size !== undefined && "bytes" in size && size.bytes === length;
}

/** An array under a name, with its place or its problem. `source` may be one made of several runs of bytes. */
export function arrayTensor(name: string, array: PackedArray, source: ByteSource): DenseTensor {
	const { shape, start, length } = array;
	const dtype = dtypeOf(array.dtype);
	const info: TensorInfo = { name, dtype: dtype ?? { other: array.dtype }, shape: shownShape(shape), bytes: length };
	const refused = (code: "corrupt" | "unsupported", message: string) => ({
		info: { ...info, problem: problem(code, message, { file: source.name, byte: start }) },
	});
	if (dtype === undefined) return refused("unsupported", `Arrays of the dtype "${array.dtype}" are not read.`);
	const shown = `${dtype} [${shape.join(", ")}]`;
	if (shape.some((axis) => axis < 0))
		return refused("corrupt", `Its shape [${shape.join(", ")}] is none; the file is damaged.`);
	const size = bytesOf(shape, dtype);
	if ("impossible" in size) return refused("corrupt", `${size.impossible}; the file is damaged.`);
	if (size.bytes !== length) {
		return refused(
			"corrupt",
			`Values of ${shown} take ${size.bytes} bytes, but ${length} are stored; the file is damaged.`,
		);
	}
	return { info, place: { source, start, dtype, shape: info.shape, order: "C", bigEndian: false } };
}

function dtypeOf(name: string): DType | undefined {
	return Object.hasOwn(DTYPES_BY_NAME, name) ? DTYPES_BY_NAME[name] : undefined;
}
