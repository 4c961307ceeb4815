import { DTYPES, type DType } from "../core/dtype";
import { TensorError } from "../core/errors";
import { formatCount } from "../core/format";
import { sizeOf } from "../core/layout";
import { sparseValues } from "./coordinates";
import type { Span } from "./encoding/protobuf";
import { denseTensor, type OnnxFile, readTensorProto } from "./onnx-tensor";
import { bytesOf, MAX_RANK, problem, shownShape } from "./shape";
import type { FoundTensor } from "./values";

/** What is zero but for a few entries may be far larger than its file, but not without end. */
const MAX_DENSE_BYTES = 2 ** 40;

/** The parts of a SparseTensorProto. */
export interface SparseProto {
	readonly values: Span;
	readonly indices: Span;
	readonly dims: readonly (number | bigint)[];
	/** Its name, which is that of its values. */
	readonly name: string;
}

/** Reads a SparseTensorProto without its values; undefined where it lacks a part. */
export async function readSparseProto(file: OnnxFile, message: Span): Promise<SparseProto | undefined> {
	let [values, indices]: [Span | undefined, Span | undefined] = [undefined, undefined];
	const dims: (number | bigint)[] = [];
	await file.reader.fields(
		message,
		async (field) => {
			if (field.number === 1 && field.wire === 2) values = field;
			else if (field.number === 2 && field.wire === 2) indices = field;
			else if (field.number === 3 && dims.length <= MAX_RANK)
				dims.push(...(await file.reader.integers(field, MAX_RANK + 1, file.signal)));
		},
		file.signal,
	);
	if (values === undefined || indices === undefined) return undefined;
	const { name } = await readTensorProto(file, values);
	return { values, indices, dims, name };
}

/** A SparseTensorProto as the dense tensor that it means, or with what is wrong with it. */
export async function sparseTensor(file: OnnxFile, proto: SparseProto, name: string): Promise<FoundTensor> {
	const values = await denseTensor(file, await readTensorProto(file, proto.values), name);
	// What is decoded of the indices is kept apart from what is decoded of the values.
	const own = { ...file, kept: {} };
	const indices = await denseTensor(own, await readTensorProto(own, proto.indices), name);
	const { dtype } = values.info;
	const size = bytesOf(proto.dims, typeof dtype === "string" ? dtype : { bits: 8 });
	const info = { name, dtype, shape: shownShape(proto.dims), bytes: "bytes" in size ? size.bytes : 0 };
	try {
		for (const { info: part } of [values, indices]) if (part.problem) throw TensorError.fromData(part.problem);
		if (proto.dims.some((length) => length < 0) || "impossible" in size) {
			const reason = "impossible" in size ? size.impossible : `The shape [${proto.dims}] has a negative length`;
			throw new TensorError("corrupt", `${reason}; the file is damaged.`);
		}
		const stored = dtype as DType;
		if (DTYPES[stored].bits < 8)
			throw new TensorError("unsupported", `A sparse tensor of ${stored} is not read; save it as a dense one.`);
		if (size.bytes > MAX_DENSE_BYTES) {
			const message = `With its zeros the sparse tensor takes ${formatCount(size.bytes)} bytes, more than is read.`;
			throw new TensorError("too-large", message);
		}
		const count = sizeOf(values.info.shape);
		checkForm(values.info.shape, indices.info, proto.dims.length);
		if (values.place === undefined || indices.place === undefined)
			throw new TensorError("internal", "The sparse tensor has no values that could be read.");
		const note = `a sparse tensor: ${formatCount(count)} of its ${formatCount(sizeOf(info.shape))} elements are stored, the others are 0`;
		const entries = { shape: info.shape, values: values.place, indices: indices.place };
		return { info: { ...info, note }, values: sparseValues(entries) };
	} catch (thrown) {
		const error = TensorError.from(thrown);
		const { code, message, where } = error.at({ file: file.source.name, byte: proto.values.start });
		return { info: { ...info, problem: problem(code, message, where) } };
	}
}

/** Throws `corrupt` unless there is one axis of values, and as many indices: positions, or rows of one index per axis. */
function checkForm(
	values: readonly number[],
	indices: { readonly shape: readonly number[]; readonly dtype: unknown },
	rank: number,
): void {
	const [count] = values;
	const [rows, width] = indices.shape;
	const fits = rows === count && (indices.shape.length === 1 || (indices.shape.length === 2 && width === rank));
	if (values.length === 1 && fits && indices.dtype === "i64") return;
	throw new TensorError(
		"corrupt",
		`The sparse tensor has values of the shape [${values.join(", ")}] and indices of ${typeof indices.dtype === "string" ? indices.dtype : "another type"} [${indices.shape.join(", ")}], where [N] and i64 [N] or [N, ${rank}] were expected; the file is damaged.`,
	);
}
