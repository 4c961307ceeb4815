import assert from "node:assert/strict";
import path from "node:path";
import { type ErrorData, TensorError } from "../../src/core/errors";
import { toJsonNumber } from "../../src/core/format";
import type { TensorInfo } from "../../src/core/tensor";
import { type OpenFile, openTensors } from "../../src/formats";
import { nodeSource } from "./node-source";
import { type Case, CODES, DTYPES, type Recorded, type Statistics, type TrueTensor, type Truth } from "./record";
import { allValues, plainStatistics } from "./values";

/** What became of a file that is as recorded. */
export interface Outcome {
	/** The id of the reader that opened it. */
	readonly format?: string;
	readonly refused: boolean;
	/** Tensors whose values were compared. */
	readonly compared: number;
}

/** Tests that every case of a folder is read as recorded, or refused as recorded; there must be at least so many. */
export function truth(title: string, folder: string, cases: readonly Case[], atLeast: number): void {
	describe(`readers and ${title}`, () => {
		it(`find at least ${atLeast} files`, () => assert.ok(cases.length >= atLeast, String(cases.length)));
		for (const { file, known } of cases) {
			const full = path.join(path.resolve(folder), file);
			it(`${file} ${known ? "is as recorded" : "opens or is refused with a sentence"}`, () => outcomeOf(full, known));
		}
	});
}

/** Opens a file and asserts what is recorded of it; without a record, that it opens whole or is refused with a sentence. */
export async function outcomeOf(file: string, known: Truth | undefined): Promise<Outcome> {
	if (known === undefined) return opensOrRefuses(file);
	if (known.status === "error") return isRefused(file, known.expectError);
	if (known.mayRefuse !== undefined) {
		const { errors, ...outcome } = await refusals(file);
		const [error] = errors;
		if (error) {
			assertCode(error, known.mayRefuse);
			return outcome;
		}
	}
	return agrees(file, known);
}

async function opensOrRefuses(file: string): Promise<Outcome> {
	const { errors, ...outcome } = await refusals(file);
	for (const { message } of errors) assert.match(message, /^[A-Z].*[.]$/s);
	return outcome;
}

async function isRefused(file: string, expected: Truth["expectError"]): Promise<Outcome> {
	const { errors, ...outcome } = await refusals(file);
	assert.ok(errors.length > 0, "the file was read");
	const codes = expected?.anyOf ?? [expected?.code ?? ""];
	// Where there are several tensors, others than the one that is meant may be refused for reasons of their own.
	const ours = codes.flatMap((code) => CODES[code] ?? []);
	const right = errors.find((error) => ours.includes(error.code)) ?? errors[0];
	for (const { message } of errors) assert.match(message, /^[A-Z].*[.]$/s);
	assertCode(right as ErrorData, ...codes);
	return { ...outcome, refused: true, compared: 0 };
}

/** What a file is refused for: as a whole, otherwise in its tensors, otherwise while their values are read. */
export async function refusals(file: string): Promise<Outcome & { readonly errors: readonly ErrorData[] }> {
	let opened: OpenFile;
	try {
		opened = await openTensors(await nodeSource(file));
	} catch (thrown) {
		assert.ok(thrown instanceof TensorError, String(thrown));
		return { refused: true, compared: 0, errors: [thrown.toData()] };
	}
	const errors = opened.tensors.flatMap(({ problem }) => problem ?? []);
	for (const tensor of opened.tensors.filter(({ problem }) => !problem)) {
		try {
			const parts = await allValues(opened, tensor, 1000);
			assert.ok(parts.every((part) => !part.includes(undefined as unknown as number)));
		} catch (thrown) {
			assert.ok(thrown instanceof TensorError, String(thrown));
			errors.push(thrown.toData());
		}
	}
	await opened.close();
	return { format: opened.reader.id, refused: false, compared: 0, errors };
}

function assertCode(error: ErrorData, ...recorded: readonly string[]): void {
	const codes = recorded.flatMap((code) => CODES[code] ?? []);
	assert.ok(codes.includes(error.code), `${recorded} became ${error.code}: ${error.message}`);
	assert.match(error.message, /^[A-Z].*[.]$/s);
}

async function agrees(file: string, known: Truth): Promise<Outcome> {
	const opened = await openTensors(await nodeSource(file));
	try {
		const bad = known.tensorErrors ?? [];
		const names = [...(known.tensors ?? []), ...bad].map(({ name }) => name).sort();
		const found = opened.tensors.map(({ name }) => name).sort();
		assert.deepEqual(known.partial ? found.filter((name) => names.includes(name)) : found, names);
		for (const { name, code } of bad) {
			const tensor = opened.tensors.find((one) => one.name === name) as TensorInfo;
			assertCode(tensor.problem as ErrorData, code);
			await assert.rejects(opened.read(tensor, { origin: [], shape: [] }), TensorError);
		}
		if (known.hazards) assert.deepEqual([...(opened.hazards ?? [])].sort(), [...known.hazards].sort());
		for (const other of known.otherMembers ?? []) assert.match(opened.notes.join(), new RegExp(other));
		if (known.warning?.startsWith("bytes after")) assert.notDeepEqual(opened.notes, []);
		let compared = 0;
		for (const wanted of known.tensors ?? []) {
			const tensor = opened.tensors.find(({ name }) => name === wanted.name) as TensorInfo;
			if (await agreesTensor(opened, tensor, wanted)) compared++;
		}
		return { format: opened.reader.id, refused: false, compared };
	} finally {
		await opened.close();
	}
}

/** Compares a tensor with its record; false where it is recorded to hold no numbers. */
async function agreesTensor(opened: OpenFile, tensor: TensorInfo, wanted: TrueTensor): Promise<boolean> {
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
		return false;
	}
	assert.equal(tensor.problem, undefined);
	const quantized = /^stored as (\S+), dequantized/.exec(tensor.note ?? "")?.[1];
	const spelled = wanted.dtype && (DTYPES[wanted.dtype.replace(/^[<>|=]/, "")] ?? wanted.dtype.toLowerCase());
	if (quantized) assert.deepEqual([tensor.dtype, quantized], ["f32", wanted.dtype]);
	else if (!meant && spelled) assert.equal(tensor.dtype, spelled);
	const stored = await allValues(opened, tensor, wanted.count > 1e5 ? 1e5 : 1000);
	if (wanted.count <= 1e5) assert.deepEqual(await allValues(opened, tensor, 1e9), stored);
	const parts = wanted.reorder ? stored.map((part) => wanted.reorder?.(part) ?? part) : stored;
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
	return true;
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
