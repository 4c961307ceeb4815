import fs from "node:fs";
import path from "node:path";

/**
 * @typedef {import("./rows.mjs").DataFile} DataFile
 * @typedef {import("./python.mjs").Python} Python
 */

/** Values that are repeated through a file; odd, so that no axis of a power of two sees the same ones again and again. */
const BLOCK_ELEMENTS = 2 ** 20 + 7;

const SPARSE_TENSORS = 1000;
const SPARSE_BYTES = 100e9;

/**
 * Uniform numbers in (0, 1) from a seed (mulberry32, which is public domain).
 * @param {number} seed
 */
function uniform(seed) {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return (((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 2 ** 32;
	};
}

/** Normal numbers with mean 0.25 and deviation 1, by Box and Muller. */
function normalValues() {
	const random = uniform(20240229);
	return Float32Array.from({ length: BLOCK_ELEMENTS }, () => {
		const radius = Math.sqrt(-2 * Math.log(random()));
		return 0.25 + radius * Math.cos(2 * Math.PI * random());
	});
}

/**
 * The high 16 bits of float32, rounded to nearest.
 * @param {Float32Array} values
 */
function toBf16(values) {
	const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
	return Uint16Array.from(bits, (word) => (word + 0x7fff + ((word >>> 16) & 1)) >>> 16);
}

/**
 * Float16 of values far below its largest, rounded to nearest.
 * @param {Float32Array} values
 */
function toF16(values) {
	return Uint16Array.from(values, (value) => {
		const sign = value < 0 ? 0x8000 : 0;
		const exponent = Math.max(-14, Math.floor(Math.log2(Math.abs(value) || 1e-9)));
		// A mantissa that rounds up past its end carries into the exponent, as it should.
		return sign + ((exponent + 14) << 10) + Math.round((Math.abs(value) / 2 ** exponent) * 1024);
	});
}

/** @param {DataFile} file */
function headerOf({ name, shape, dtype }) {
	const elements = shape.reduce((product, size) => product * size, 1);
	if (name.endsWith(".safetensors")) {
		const bytes = elements * (dtype === "f32" ? 4 : 2);
		return safetensorsHeader({ x: { dtype: dtype.toUpperCase(), shape, data_offsets: [0, bytes] } });
	}
	const descr = dtype === "f32" ? "<f4" : "<f2";
	const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
	const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
	const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
	const start = Buffer.from([0x93, ..."NUMPY".split("").map((c) => c.charCodeAt(0)), 1, 0, length & 255, length >> 8]);
	return Buffer.concat([start, Buffer.from(`${text.padEnd(length - 1)}\n`, "latin1")]);
}

/** @param {object} tensors */
function safetensorsHeader(tensors) {
	const json = Buffer.from(JSON.stringify(tensors));
	const padded = Buffer.alloc(Math.ceil(json.length / 8) * 8, " ");
	json.copy(padded);
	const length = Buffer.alloc(8);
	length.writeBigUInt64LE(BigInt(padded.length));
	return Buffer.concat([length, padded]);
}

/** Bytes that a file of the rows takes on the disk, nearly. @param {DataFile} file */
export function bytesOf({ shape, dtype }) {
	return shape.length === 0 ? 0 : shape.reduce((product, size) => product * size, dtype === "f32" ? 4 : 2);
}

/**
 * Makes the files that rows read; the block of values of each dtype is computed once.
 * @param {string} folder
 * @param {string} prefix Of the files' names: data of another size must not be taken for these.
 */
export function dataFolder(folder, prefix) {
	/** @type {Map<string, Uint8Array>} */
	const blocks = new Map();
	/** @type {Set<string>} */
	const made = new Set();

	/** @param {DataFile["dtype"]} dtype */
	const blockOf = (dtype) => {
		const known = blocks.get(dtype);
		if (known !== undefined) return known;
		const values = normalValues();
		const block = asBytes(dtype === "f32" ? values : dtype === "f16" ? toF16(values) : toBf16(values));
		blocks.set(dtype, block);
		return block;
	};

	/** @param {DataFile} file */
	const pathOf = ({ name }) => path.join(folder, prefix + name);

	/**
	 * Writes a file unless it is there, and waits until it is on the disk: nothing is written back while others are measured.
	 * @param {DataFile} file
	 * @param {Python} [python] Writes what is deflated.
	 */
	const make = async (file, python) => {
		const target = pathOf(file);
		if (fs.existsSync(target)) return;
		made.add(target);
		const { deflates } = file;
		if (deflates !== undefined) {
			await make({ ...file, name: deflates, deflates: undefined });
			await python?.ask({ work: "deflate", path: path.join(folder, prefix + deflates), output: target });
			return;
		}
		const part = `${target}.part`;
		made.add(part);
		const handle = fs.openSync(part, "w");
		try {
			if (file.shape.length === 0) writeSparse(handle);
			else writeRepeated(handle, headerOf(file), blockOf(file.dtype), bytesOf(file));
			fs.fsyncSync(handle);
		} finally {
			fs.closeSync(handle);
		}
		fs.renameSync(part, target);
	};

	return {
		pathOf,
		make,
		/** Removes a file unless an earlier run has made it. @param {DataFile} file */
		remove(file) {
			if (made.has(pathOf(file))) fs.rmSync(pathOf(file), { force: true });
		},
		/** Removes what this run has made. */
		removeMade() {
			for (const file of made) fs.rmSync(file, { force: true });
		},
	};
}

/** @param {ArrayBufferView} view */
function asBytes(view) {
	return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/**
 * @param {number} handle
 * @param {Uint8Array} header
 * @param {Uint8Array} block
 * @param {number} bytes
 */
function writeRepeated(handle, header, block, bytes) {
	fs.writeSync(handle, header);
	for (let written = 0; written < bytes; ) {
		written += fs.writeSync(handle, block, 0, Math.min(block.length, bytes - written));
	}
}

/** A header for 100 GB, and a file of that length without its values. @param {number} handle */
function writeSparse(handle) {
	const rows = Math.floor(SPARSE_BYTES / SPARSE_TENSORS / 4 / 4096);
	const bytes = rows * 4096 * 4;
	const tensors = Array.from({ length: SPARSE_TENSORS }, (_, k) => [
		`model.layers.${k}.weight`,
		{ dtype: "F32", shape: [rows, 4096], data_offsets: [k * bytes, (k + 1) * bytes] },
	]);
	const header = safetensorsHeader(Object.fromEntries(tensors));
	fs.writeSync(handle, header);
	fs.ftruncateSync(handle, header.length + SPARSE_TENSORS * bytes);
}
