import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import type { ErrorCode, ErrorData } from "../../src/core/errors";
import { TensorError } from "../../src/core/errors";
import { toJsonNumber } from "../../src/core/format";
import type { TensorInfo } from "../../src/core/tensor";
import { type OpenFile, openTensors } from "../../src/formats";
import { nodeSource } from "./node-source";
import { allValues, plainStatistics } from "./values";

type Recorded = number | string | null;

interface Statistics {
	readonly nan: number;
	readonly posInf: number;
	readonly negInf: number;
	readonly min: Recorded;
	readonly max: Recorded;
	readonly mean: Recorded;
	readonly std: Recorded;
}

/** One tensor as recorded. */
export interface TrueTensor extends Partial<Statistics> {
	readonly name: string;
	/** Not compared where nothing is recorded. */
	readonly dtype?: string;
	readonly shape?: readonly number[];
	readonly count: number;
	readonly numeric?: false;
	/** Numbers of the HDF5 filters that the values went through. */
	readonly filters?: readonly number[];
	readonly first8?: readonly (Recorded | readonly Recorded[])[];
	readonly real?: Statistics;
	readonly imag?: Statistics;
	/** What raw bytes mean by dtypes of ours. */
	readonly as?: Readonly<Record<string, Statistics & { readonly first8: readonly Recorded[] }>>;
}

/** What is recorded of a file. */
export interface Truth {
	readonly status: "ok" | "error";
	readonly format?: string;
	readonly expectError?: { readonly code: string; readonly anyOf?: readonly string[] };
	/** The code of a refusal that is as right as reading. */
	readonly mayRefuse?: string;
	/** Something that has to be told in a note. */
	readonly warning?: string;
	/** Globals that a loader would import and run. */
	readonly hazards?: readonly string[];
	readonly otherMembers?: readonly string[];
	/** True where only the tensors listed count. */
	readonly partial?: boolean;
	readonly tensors?: readonly TrueTensor[];
	readonly tensorErrors?: readonly { readonly name: string; readonly code: string }[];
}

/** Which of our codes a recorded error may become. */
const CODES: Readonly<Record<string, readonly ErrorCode[]>> = {
	E_OBJECT_DTYPE: ["unsupported"],
	E_UNSUPPORTED_DTYPE: ["unsupported"],
	E_VERSION: ["unsupported"],
	E_TRUNCATED: ["corrupt"],
	E_HEADER_INVALID: ["corrupt"],
	E_HEADER_TOO_LARGE: ["too-large", "corrupt"],
	E_SHAPE_OVERFLOW: ["corrupt"],
	E_SIZE_MISMATCH: ["corrupt"],
	E_OFFSETS: ["corrupt"],
	E_ZIP: ["corrupt"],
	E_CORRUPT_DATA: ["corrupt"],
	E_LFS_POINTER: ["unknown-format"],
	E_UNSUPPORTED_CODEC: ["unsupported"],
	E_ENCRYPTED: ["unsupported"],
	E_PICKLE_REFUSED: ["unsupported"],
	E_NOT_TENSOR_FILE: ["unknown-format"],
	E_UNKNOWN_FORMAT: ["unknown-format"],
};

const DTYPES: Readonly<Record<string, string>> = {
	b1: "bool",
	i1: "i8",
	i2: "i16",
	i4: "i32",
	i8: "i64",
	u1: "u8",
	u2: "u16",
	u4: "u32",
	u8: "u64",
	f2: "f16",
	f4: "f32",
	f8: "f64",
	c8: "c64",
	c16: "c128",
	FLOAT: "f32",
	DOUBLE: "f64",
	FLOAT16: "f16",
	BFLOAT16: "bf16",
	BOOL: "bool",
	INT2: "i2",
	INT4: "i4",
	INT8: "i8",
	INT32: "i32",
	INT64: "i64",
	UINT2: "u2",
	UINT4: "u4",
	UINT64: "u64",
	FLOAT8E4M3FN: "f8_e4m3",
	FLOAT8E4M3FNUZ: "f8_e4m3fnuz",
	FLOAT8E5M2FNUZ: "f8_e5m2fnuz",
	FLOAT4E2M1: "f4",
	bfloat16: "bf16",
	int8: "i8",
	int16: "i16",
	int32: "i32",
	int64: "i64",
	uint8: "u8",
	uint16: "u16",
	uint32: "u32",
	uint64: "u64",
	float16: "f16",
	complex128: "c128",
	complex64: "c64",
	float32: "f32",
	float64: "f64",
	FLOAT32: "f32",
	INT16: "i16",
};

/** A file of a folder, with what is known of it. */
export interface Case {
	readonly file: string;
	readonly known?: Truth;
}

/** Files whose path has a pattern, with records of the same path and `.json` beside them, or in a folder of records. */
export function recorded(pattern: RegExp, data: string, records = data): readonly Case[] {
	const all = fs.readdirSync(data, { recursive: true, encoding: "utf8" }).map((file) => file.split(path.sep).join("/"));
	const files = all.filter((file) => pattern.test(file));
	return files.sort().map((file) => {
		const record = path.join(records, `${file}.json`);
		return fs.existsSync(record) ? { file, known: JSON.parse(fs.readFileSync(record, "utf8")) as Truth } : { file };
	});
}

/** The cases of the shared files with a pattern; none where the folder is not there. */
export function sharedCases(pattern: RegExp): readonly Case[] {
	const data = path.resolve(SHARED);
	return fs.existsSync(data) ? recorded(pattern, data, path.resolve("../shared/expected")) : [];
}

/** Where the shared files are, if anywhere. */
export const SHARED = "../shared/data";

/** Tests that every case of a folder is read as recorded, or refused as recorded; there must be at least so many. */
export function truth(title: string, folder: string, cases: readonly Case[], atLeast: number): void {
	describe(`readers and ${title}`, () => {
		const data = path.resolve(folder);
		if (!fs.existsSync(data)) {
			it.skip(`are not compared: there is no folder ${folder}`);
			return;
		}
		it(`find at least ${atLeast} files`, () => assert.ok(cases.length >= atLeast, String(cases.length)));
		for (const { file, known } of cases) {
			const full = path.join(data, file);
			if (known === undefined) it(`${file} opens or is refused with a sentence`, () => opensOrRefuses(full));
			else if (known.status === "error")
				it(`${file} is refused (${known.expectError?.code})`, () => isRefused(full, known.expectError));
			else it(`${file} agrees with the recorded truth`, () => agreesOrMayRefuse(full, known));
		}
	});
}

async function agreesOrMayRefuse(file: string, known: Truth): Promise<void> {
	const refused = known.mayRefuse === undefined ? undefined : await refusal(file);
	if (refused) assertCode(refused, known.mayRefuse ?? "");
	else await agrees(file, known);
}

async function opensOrRefuses(file: string): Promise<void> {
	try {
		const opened = await openTensors(await nodeSource(file));
		for (const tensor of opened.tensors) {
			if (tensor.problem) continue;
			const parts = await allValues(opened, tensor, 1000);
			assert.ok(parts.every((part) => !part.includes(undefined as unknown as number)));
		}
		await opened.close();
	} catch (thrown) {
		assert.ok(thrown instanceof TensorError, String(thrown));
	}
}

async function isRefused(file: string, expected: Truth["expectError"]): Promise<void> {
	const error = await refusal(file);
	assert.ok(error, "the file was read");
	assertCode(error, ...(expected?.anyOf ?? [expected?.code ?? ""]));
}

async function refusal(file: string): Promise<ErrorData | undefined> {
	let opened: OpenFile;
	try {
		opened = await openTensors(await nodeSource(file));
	} catch (thrown) {
		assert.ok(thrown instanceof TensorError, String(thrown));
		return thrown.toData();
	}
	await opened.close();
	// A file with one tensor is refused where that tensor is.
	return opened.tensors.length === 1 ? opened.tensors[0]?.problem : undefined;
}

function assertCode(error: ErrorData, ...recorded: readonly string[]): void {
	const codes = recorded.flatMap((code) => CODES[code] ?? []);
	assert.ok(codes.includes(error.code), `${recorded} became ${error.code}: ${error.message}`);
	assert.match(error.message, /^[A-Z].*[.]$/s);
}

async function agrees(file: string, known: Truth): Promise<void> {
	const opened = await openTensors(await nodeSource(file));
	try {
		const bad = known.tensorErrors ?? [];
		const names = [...(known.tensors ?? []), ...bad].map(({ name }) => nameOf(name, known)).sort();
		const found = opened.tensors.map(({ name }) => name).sort();
		assert.deepEqual(known.partial ? found.filter((name) => names.includes(name)) : found, names);
		for (const { name, code } of bad) {
			const tensor = opened.tensors.find((one) => one.name === nameOf(name, known)) as TensorInfo;
			assertCode(tensor.problem as ErrorData, code);
			await assert.rejects(opened.read(tensor, { origin: [], shape: [] }), TensorError);
		}
		if (known.hazards) assert.deepEqual([...(opened.hazards ?? [])].sort(), [...known.hazards].sort());
		for (const other of known.otherMembers ?? []) assert.match(opened.notes.join(), new RegExp(other));
		if (known.warning?.startsWith("bytes after")) assert.notDeepEqual(opened.notes, []);
		for (const wanted of known.tensors ?? []) {
			const wantedName = nameOf(wanted.name, known);
			await agreesTensor(opened, opened.tensors.find(({ name }) => name === wantedName) as TensorInfo, wanted);
		}
	} finally {
		await opened.close();
	}
}

/** Paths are recorded from their root on, and shown from below it. */
function nameOf(name: string, { format }: Truth): string {
	return format?.startsWith("zarr") ? name.replace(/^\//, "") : name;
}

async function agreesTensor(opened: OpenFile, tensor: TensorInfo, wanted: TrueTensor): Promise<void> {
	if (wanted.shape) assert.deepEqual(tensor.shape, wanted.shape);
	const meant = typeof tensor.dtype === "string" ? wanted.as?.[tensor.dtype] : undefined;
	if (meant) assert.match(tensor.note ?? "", /^stored as .+, read as /);
	else if (wanted.numeric === false) {
		if (wanted.dtype === undefined) assert.equal(typeof tensor.dtype, "object");
		// A type with settings is recorded whole and shown by its name.
		else {
			const other = wanted.dtype.startsWith("{") ? JSON.parse(wanted.dtype).name : wanted.dtype;
			assert.deepEqual(tensor.dtype, { other });
		}
		assert.equal(tensor.problem?.code, "unsupported");
		return;
	}
	assert.equal(tensor.problem, undefined);
	const quantized = /^stored as (\S+), dequantized/.exec(tensor.note ?? "")?.[1];
	const spelled = wanted.dtype && (DTYPES[wanted.dtype.replace(/^[<>|=]/, "")] ?? wanted.dtype.toLowerCase());
	if (quantized) assert.deepEqual([tensor.dtype, quantized], ["f32", wanted.dtype]);
	else if (!meant && spelled) assert.equal(tensor.dtype, spelled);
	const parts = await allValues(opened, tensor, wanted.count > 1e5 ? 1e5 : 1000);
	if (wanted.count <= 1e6) assert.deepEqual(await allValues(opened, tensor, 1e9), parts);
	const [first] = parts;
	assert.equal(first?.length, wanted.count);
	const shown = first?.slice(0, 8).map((value, i) => {
		const [re, im] = [toJsonNumber(value), toJsonNumber(parts[1]?.[i] ?? 0)];
		return parts.length === 2 ? [re, im] : re;
	});
	if (wanted.count > 0) assert.deepEqual(shown, (meant ?? wanted).first8);
	for (const [p, record] of (parts.length === 2 ? [wanted.real, wanted.imag] : [meant ?? wanted]).entries()) {
		agreesStatistics(plainStatistics(parts[p] ?? []), record as Statistics);
	}
}

function agreesStatistics(found: ReturnType<typeof plainStatistics>, wanted: Statistics): void {
	const { nan, posInf, negInf } = wanted;
	assert.deepEqual({ nan: found.nan, posInf: found.posInf, negInf: found.negInf }, { nan, posInf, negInf });
	if (found.min === undefined) {
		assert.equal(wanted.min, null);
		return;
	}
	// Which zero is the least is nobody's business.
	const unsigned = (value: Recorded) => (value === 0 ? 0 : value);
	const extremes = [found.min, found.max ?? NaN].map((value) => unsigned(toJsonNumber(value)));
	assert.deepEqual(extremes, [wanted.min, wanted.max].map(unsigned));
	// A mean far below the values is what is left of their rounding.
	close(found.mean, Number(wanted.mean), 1e-16 * Number(wanted.std));
	close(found.std, Number(wanted.std));
}

function close(found: number, wanted: number, within = 0): void {
	assert.ok(Math.abs(found - wanted) <= 1e-9 * Math.abs(wanted) + within + 1e-300, `${found} is not ${wanted}`);
}
