import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { deflateRawSync } from "node:zlib";
import { type DType, decode, partsOf } from "../../src/core/dtype";
import { type Shape, sizeOf } from "../../src/core/layout";
import type { Engine, TensorRef } from "../../src/engine/api";
import { createEngine } from "../../src/engine/engine";
import { openFile } from "../../src/engine/file";
import { openTensors } from "../../src/formats";
import { crc32 } from "../../src/formats/encoding/crc32";
import { planOutput } from "../../src/formats/writer";

/** A tensor to write: its stored bytes, little-endian, in its order. */
export interface Stored {
	readonly name: string;
	readonly dtype: DType;
	readonly shape: Shape;
	readonly order?: "C" | "F";
	readonly bytes: Uint8Array;
}

/** The worker program that `node esbuild.js` makes. */
export const WORKER = path.resolve("dist/worker/main.mjs");

/** A folder for one suite and an engine, both made before its tests and gone after them. */
export function withEngine(workers = 2): { engine(): Engine; file(name: string): string } {
	const about: { engine?: Engine; folder?: string } = {};
	before(() => {
		if (!existsSync(WORKER)) throw new Error("dist/worker/main.mjs is missing; run `npm run build` first.");
		about.folder = mkdtempSync(path.join(os.tmpdir(), "tensor-inspector-"));
		about.engine = createEngine({ workerPath: WORKER, workers });
	});
	after(async () => {
		await about.engine?.close();
		if (about.folder) rmSync(about.folder, { recursive: true, force: true });
	});
	return {
		engine: () => about.engine as Engine,
		file: (name) => path.join(about.folder as string, name),
	};
}

/** Writes tensors to a file of the format that its suffix says. */
export function writeTensors(file: string, tensors: readonly Stored[], metadata = {}): string {
	const plan = planOutput(path.basename(file), tensors, metadata);
	const bytes = new Uint8Array(plan.size);
	for (const piece of plan.pieces) bytes.set(piece.bytes, piece.offset);
	plan.regions.forEach((region, i) => {
		bytes.set(tensors[i]?.bytes as Uint8Array, region.offset);
	});
	for (const piece of plan.finish(plan.needsCrc ? tensors.map((tensor) => crc32(tensor.bytes)) : [])) {
		bytes.set(piece.bytes, piece.offset);
	}
	writeFileSync(file, bytes);
	return file;
}

/** Writes a .npz archive whose only member, the bytes of a .npy file, is deflated. */
export function writeDeflated(file: string, name: string, npyBytes: Uint8Array): string {
	const member = Buffer.from(`${name}.npy`);
	const packed = deflateRawSync(npyBytes);
	const facts = Buffer.alloc(26);
	facts.writeUInt16LE(20, 0);
	facts.writeUInt16LE(8, 4);
	facts.writeUInt32LE(0x00210000, 6);
	facts.writeUInt32LE(crc32(npyBytes), 10);
	facts.writeUInt32LE(packed.length, 14);
	facts.writeUInt32LE(npyBytes.length, 18);
	facts.writeUInt16LE(member.length, 22);
	const local = Buffer.concat([Buffer.from("PK\x03\x04"), facts, member, packed]);
	const madeBy = Buffer.from([20, 0]);
	const central = Buffer.concat([Buffer.from("PK\x01\x02"), madeBy, facts, Buffer.alloc(14), member]);
	const end = Buffer.alloc(22);
	end.write("PK\x05\x06");
	end.writeUInt16LE(1, 8);
	end.writeUInt16LE(1, 10);
	end.writeUInt32LE(central.length, 12);
	end.writeUInt32LE(local.length, 16);
	writeFileSync(file, Buffer.concat([local, central, end]));
	return file;
}

/** A float64 tensor of the values, which are dense in the order. */
export function f64(
	name: string,
	shape: Shape,
	values: readonly number[] | Float64Array,
	order: "C" | "F" = "C",
): Stored {
	return { name, dtype: "f64", shape, order, bytes: new Uint8Array(Float64Array.from(values).buffer) };
}

/** A float32 tensor of the values, in C order. */
export function f32(name: string, shape: Shape, values: readonly number[] | Float64Array): Stored {
	return { name, dtype: "f32", shape, bytes: new Uint8Array(Float32Array.from(values).buffer) };
}

/** Values dense in C order, put into Fortran order. */
export function toFortran(shape: Shape, values: Float64Array): Float64Array {
	const out = new Float64Array(values.length);
	values.forEach((value, flat) => {
		let left = flat;
		let position = 0;
		let below = sizeOf(shape);
		for (let axis = shape.length - 1; axis >= 0; axis--) {
			const size = shape[axis] as number;
			below /= size;
			position += (left % size) * below;
			left = Math.floor(left / size);
		}
		out[position] = value;
	});
	return out;
}

/** All values of a tensor of a file, in C order, read by the format's reader. */
export async function readValues({ file, tensor = "" }: { readonly file: string; readonly tensor?: string }) {
	const open = await openTensors(await openFile(file));
	try {
		const info = open.tensors.find(({ name }) => name === tensor) ?? open.tensors[0];
		if (!info || typeof info.dtype !== "string") throw new Error(`${file} has no tensor ${tensor}`);
		const values = new Float64Array(sizeOf(info.shape) * partsOf(info.dtype));
		const { bytes, offset, strides, bigEndian, dtype } = await open.read(info, {
			origin: info.shape.map(() => 0),
			shape: info.shape,
		});
		const stored = decode({ dtype, bigEndian, bytes }, values.length);
		for (let flat = 0; flat < sizeOf(info.shape); flat++) {
			let left = flat;
			let position = offset;
			for (let axis = info.shape.length - 1; axis >= 0; axis--) {
				position += (left % (info.shape[axis] as number)) * (strides[axis] as number);
				left = Math.floor(left / (info.shape[axis] as number));
			}
			values[flat] = stored[position] as number;
		}
		return { info, values, metadata: open.metadata, format: open.reader.id };
	} finally {
		await open.close();
	}
}

/** A tensor of a file on disk. */
export function at(file: string, tensor?: string): TensorRef {
	return { file: { path: file }, ...(tensor === undefined ? {} : { tensor }) };
}

/** Numbers that look random and are the same in every run, about normally distributed. */
export function noise(count: number, seed = 1): Float64Array {
	let state = seed;
	const uniform = () => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return (state + 0.5) / 2 ** 32;
	};
	return Float64Array.from(
		{ length: count },
		() => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
	);
}
