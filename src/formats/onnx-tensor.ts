import { DTYPES, type DType } from "../core/dtype";
import { TensorError } from "../core/errors";
import { sizeOf } from "../core/layout";
import type { TensorInfo } from "../core/tensor";
import { openBeside, reopening } from "./beside";
import { type DenseTensor, MAX_BOX_BYTES } from "./dense";
import { type ProtoReader, protoReader, type Span } from "./encoding/protobuf";
import { memorySource } from "./memory";
import { type OnnxType, onnxType } from "./onnx-types";
import { decodeTyped, isFixed, type Kept, typedSource } from "./onnx-values";
import type { ByteSource } from "./reader";
import { bytesOf, MAX_RANK, problem, shownShape } from "./shape";

/** A TensorProto with the places of its values. */
export interface TensorProto {
	readonly message: Span;
	readonly name: string;
	readonly dims: readonly (number | bigint)[];
	readonly dataType: number | bigint;
	readonly raw?: Span;
	/** Fields that hold values by their type: packed runs and how many entries stand alone. */
	readonly typed: ReadonlyMap<number, { readonly packed: readonly Span[]; readonly alone: number }>;
	/** Present where the values are in another file. */
	readonly external?: ReadonlyMap<string, string>;
}

/** What tensors of one file share while it is opened and read. */
export interface OnnxFile {
	readonly source: ByteSource;
	readonly reader: ProtoReader;
	readonly kept: Kept;
	/** Sizes of files beside it, or why they cannot be opened. */
	readonly others: Map<string, Promise<number | TensorError>>;
	readonly signal?: AbortSignal | undefined;
}

/** What the tensors of a file share, new. */
export function onnxFile(source: ByteSource, signal?: AbortSignal): OnnxFile {
	return { source, reader: protoReader(source), kept: {}, others: new Map(), signal };
}

const MAX_NAME_BYTES = 2 ** 16;
const MAX_LOCATION_BYTES = 2 ** 12;
/** Typed data up to this many bytes is decoded at once, so that its faults show when the file is opened. */
const SMALL_BYTES = 2 ** 16;

/** Reads a TensorProto without its values. Throws `corrupt` or `too-large`. */
export async function readTensorProto({ reader, signal }: OnnxFile, message: Span): Promise<TensorProto> {
	const dims: (number | bigint)[] = [];
	const typed = new Map<number, { packed: Span[]; alone: number }>();
	const external = new Map<string, string>();
	const found: { -readonly [Key in keyof TensorProto]: TensorProto[Key] } = {
		message,
		name: "",
		dims,
		dataType: 0,
		typed,
	};
	let location: number | bigint = 0;
	await reader.fields(
		message,
		(field): void | Promise<void> => {
			const { number, wire } = field;
			if (number === 1 && (wire === 0 || wire === 2) && dims.length <= MAX_RANK)
				return reader.integers(field, MAX_RANK + 1, signal).then((lengths) => void dims.push(...lengths));
			else if (number === 2 && wire === 0) found.dataType = field.value;
			else if (number === 8 && wire === 2)
				return reader.text(field, MAX_NAME_BYTES, signal).then((text) => {
					found.name = text;
				});
			else if (number === 9 && wire === 2) found.raw = { start: field.start, length: field.length };
			else if (number === 13 && wire === 2) return readEntry(reader, field, external, signal);
			else if (number === 14 && wire === 0) location = field.value;
			else if ([4, 5, 6, 7, 10, 11].includes(number)) {
				const values = typed.get(number) ?? { packed: [], alone: 0 };
				typed.set(number, values);
				if (wire === 2 && number !== 6) values.packed.push({ start: field.start, length: field.length });
				else values.alone++;
			}
		},
		signal,
	);
	return location === 1 ? { ...found, external } : found;
}

/** A StringStringEntryProto. */
export async function readEntry(
	reader: ProtoReader,
	message: Span,
	entries: Map<string, string>,
	signal?: AbortSignal,
): Promise<void> {
	const texts = ["", "", ""];
	await reader.fields(
		message,
		async (field) => {
			if (field.wire === 2 && field.number <= 2) {
				texts[field.number] = await reader.text(field, MAX_LOCATION_BYTES, signal);
			}
		},
		signal,
	);
	entries.set(texts[1] as string, texts[2] as string);
}

/** A TensorProto under a name, with its place or its problem. */
export async function denseTensor(file: OnnxFile, proto: TensorProto, name: string): Promise<DenseTensor> {
	const type = onnxType(proto.dataType);
	const size = bytesOf(proto.dims, type.dtype ?? { bits: 8 });
	const bytes = "bytes" in size ? size.bytes : 0;
	const info: TensorInfo = {
		name,
		dtype: type.dtype ?? { other: type.name.toLowerCase() },
		shape: shownShape(proto.dims),
		bytes: type.dtype ? bytes : 0,
	};
	try {
		if (proto.dims.some((length) => length < 0))
			throw new TensorError(
				"corrupt",
				`Its shape [${proto.dims.join(", ")}] has a negative length; the file is damaged.`,
			);
		if ("impossible" in size) throw new TensorError("corrupt", `${size.impossible}; the file is damaged.`);
		if (type.dtype === undefined) throw unsupported(type);
		const { source, start } = await placeOf(file, proto, type as OnnxType & { dtype: DType }, bytes);
		const place = { source, start, dtype: type.dtype, shape: info.shape, order: "C", bigEndian: false } as const;
		const location = proto.external?.get("location");
		return { info, place: location === undefined ? place : reopening(place, file.source, location) };
	} catch (thrown) {
		const error = TensorError.from(thrown);
		if (error.code === "cancelled") throw error;
		const { code, message, where } = error.at({ file: file.source.name, byte: proto.message.start });
		return { info: { ...info, problem: problem(code, message, where) } };
	}
}

function unsupported({ name }: OnnxType): TensorError {
	const message =
		name === "STRING"
			? "Its values are texts, which have no statistics."
			: `Values of ${name} are not known to ONNX as it is read here.`;
	return new TensorError("unsupported", message);
}

async function placeOf(file: OnnxFile, proto: TensorProto, type: OnnxType & { readonly dtype: DType }, bytes: number) {
	const { source } = file;
	const { raw, external } = proto;
	const shown = `${type.dtype} [${proto.dims.join(", ")}]`;
	if (external) return externalPlace(file, external, bytes, shown);
	if (raw) {
		if (raw.length === bytes) return { source, start: raw.start };
		throw new TensorError(
			"corrupt",
			`Values of ${shown} take ${bytes} bytes, but raw_data has ${raw.length}; the file is damaged.`,
		);
	}
	const { packed, alone } = proto.typed.get(type.field) ?? { packed: [], alone: 0 };
	const [only] = packed;
	if (isFixed(type.field) && only && packed.length === 1 && alone === 0 && only.length === bytes) {
		return { source, start: only.start };
	}
	return typedPlace(file, proto, type, { bytes, shown });
}

/** Values in a typed field as bytes of their own, decoded now or when they are read. */
async function typedPlace(
	{ source, kept, signal }: OnnxFile,
	{ message, typed, dims }: TensorProto,
	{ field: number, dtype }: OnnxType & { readonly dtype: DType },
	{ bytes, shown }: { readonly bytes: number; readonly shown: string },
) {
	const { packed, alone } = typed.get(number) ?? { packed: [], alone: 0 };
	// Elements smaller than a byte share an entry; complex ones take two.
	const width = isFixed(number) ? (number === 4 ? 4 : 8) : Math.max(1, DTYPES[dtype].bits / 8);
	const count = sizeOf(dims.map(Number)) === 0 ? 0 : bytes / width;
	const stored = packed.reduce((sum, { length }) => sum + length, 0);
	const [least, most] = isFixed(number) ? [stored / width, stored / width] : [Math.ceil(stored / 10), stored];
	if (count < alone + least || count > alone + most) {
		const found = least === most ? `${alone + least}` : `${alone + least} to ${alone + most}`;
		throw new TensorError(
			"corrupt",
			`Values of ${shown} take ${count} entries of data, but there are ${found}; the file is damaged.`,
		);
	}
	if (bytes > MAX_BOX_BYTES) {
		throw new TensorError(
			"too-large",
			`Its ${bytes} bytes are stored one by one and would have to be decoded at once; save it with raw_data.`,
		);
	}
	const field = { source, message, number, width, count };
	if (bytes > SMALL_BYTES) return { source: typedSource(field, kept), start: 0 };
	return { source: memorySource(source.name, await decodeTyped(field, signal)), start: 0 };
}

async function externalPlace(file: OnnxFile, external: ReadonlyMap<string, string>, bytes: number, shown: string) {
	const location = external.get("location") ?? "";
	const [offset, length] = [numberOf(external, "offset", 0), numberOf(external, "length", bytes)];
	const known = file.others.get(location) ?? sizeBeside(file.source, location);
	file.others.set(location, known);
	const size = await known;
	if (size instanceof TensorError) throw size;
	if (length !== bytes)
		throw new TensorError(
			"corrupt",
			`Values of ${shown} take ${bytes} bytes, but ${length} are said to be in "${location}"; the file is damaged.`,
		);
	if (offset + length > size) {
		throw new TensorError(
			"corrupt",
			`The data ends early: bytes ${offset} to ${offset + length} of "${location}" were expected, but it has ${size}; download it again.`,
			{ file: location, byte: offset },
		);
	}
	const source: ByteSource = {
		name: location,
		size,
		read: () => Promise.reject(new TensorError("internal", "This file is opened for each read.")),
	};
	return { source, start: offset };
}

function numberOf(external: ReadonlyMap<string, string>, key: string, otherwise: number): number {
	const text = external.get(key);
	if (text === undefined) return otherwise;
	const value = Number(text);
	if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
	throw new TensorError(
		"corrupt",
		`The ${key} of its external data is "${text.slice(0, 40)}", where a number was expected; the file is damaged.`,
	);
}

async function sizeBeside(source: ByteSource, location: string): Promise<number | TensorError> {
	try {
		const other = await openBeside(source, location);
		await other.close?.();
		return other.size;
	} catch (thrown) {
		return TensorError.from(thrown);
	}
}
