import { closeSync, mkdtempSync, openSync, rmSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import os from "node:os";
import path from "node:path";

type Values = Float64Array | Float32Array | BigInt64Array | Uint8Array;

const DESCRIPTIONS = { Float64Array: "<f8", Float32Array: "<f4", BigInt64Array: "<i8", Uint8Array: "|u1" } as const;

/** A .npy file's first bytes. */
export function npyHeader(descr: string, shape: readonly number[]): Buffer {
	const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
	const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
	const padded = `${header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11)}\n`;
	const length = Buffer.alloc(2);
	length.writeUInt16LE(padded.length);
	return Buffer.concat([Buffer.from("\x93NUMPY\x01\x00", "latin1"), length, Buffer.from(padded, "latin1")]);
}

/** A .npy file of these values; `descr` where they stand for another type (complex parts, for one). */
export function npy(shape: readonly number[], values: Values, descr?: string): Buffer {
	const name = values.constructor.name as keyof typeof DESCRIPTIONS;
	const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
	return Buffer.concat([npyHeader(descr ?? DESCRIPTIONS[name], shape), bytes]);
}

/** A .safetensors file of float32 tensors. */
export function safetensors(
	tensors: Readonly<Record<string, { readonly shape: readonly number[]; readonly values: Float32Array }>>,
	metadata?: Readonly<Record<string, string>>,
): Buffer {
	let offset = 0;
	const entries = Object.entries(tensors).map(([name, { shape, values }]) => {
		const start = offset;
		offset += values.byteLength;
		return [name, { dtype: "F32", shape, data_offsets: [start, offset] }] as const;
	});
	const header = Buffer.from(
		JSON.stringify({ ...(metadata ? { __metadata__: metadata } : {}), ...Object.fromEntries(entries) }),
	);
	const length = Buffer.alloc(8);
	length.writeBigUInt64LE(BigInt(header.length));
	const data = Object.values(tensors).map(({ values }) =>
		Buffer.from(values.buffer, values.byteOffset, values.byteLength),
	);
	return Buffer.concat([length, header, ...data]);
}

/** A folder for one test's files, and what takes it away. */
export function temporaryFolder(): { readonly folder: string; readonly remove: () => void } {
	const folder = mkdtempSync(path.join(os.tmpdir(), "tensor-inspector-test-"));
	return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Writes a file into a folder and answers with its path. */
export function place(folder: string, name: string, bytes: Buffer | string): string {
	const file = path.join(folder, name);
	writeFileSync(file, bytes);
	return file;
}

/** A large .npy file of float32 zeros that takes hardly any disk where files may have holes. */
export function placeZeros(folder: string, name: string, shape: readonly number[]): string {
	const file = path.join(folder, name);
	const header = npyHeader("<f4", shape);
	const handle = openSync(file, "w");
	writeSync(handle, header);
	closeSync(handle);
	truncateSync(file, header.length + 4 * shape.reduce((product, size) => product * size, 1));
	return file;
}

/** Reproducible numbers between -1 and 1 (a linear congruential generator). */
export function noise(count: number, seed = 1): Float32Array {
	let state = seed;
	return Float32Array.from({ length: count }, () => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return state / 2 ** 31 - 1;
	});
}
