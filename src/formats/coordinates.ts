import { byteLength, DTYPES, type DType, decodeWide } from "../core/dtype";
import { TensorError, throwIfAborted } from "../core/errors";
import { type Box, denseStrides, type Shape, sizeOf } from "../core/layout";
import { checkBox, type DensePlace, denseBoxes, MAX_BOX_BYTES, readDense } from "./dense";
import type { Chunk } from "./reader";
import type { TensorValues } from "./values";

/** Entries between positions that are remembered; pieces in which entries are read. */
const STEP = 4096;

/** A sparse tensor as its entries: what is not listed is zero. */
export interface Entries {
	readonly shape: Shape;
	/** One axis: the values, of whole bytes each. */
	readonly values: DensePlace;
	/** 64-bit integers, ascending: one position in C order for each value, or a row of one index per axis. */
	readonly indices: DensePlace;
}

/**
 * The dense tensor that entries mean, box by box. The first read goes through all indices, checks them and remembers each
 * `STEP`th, so that every box reads its own entries only. Throws `corrupt` where indices lead out or do not ascend.
 */
export function sparseValues({ shape, values, indices }: Entries): TensorValues {
	const { dtype, bigEndian } = values;
	const count = sizeOf(values.shape);
	let marks: Promise<Float64Array> | undefined;

	async function positions(first: number, length: number, signal?: AbortSignal): Promise<Float64Array> {
		const inner = indices.shape.slice(1);
		const box = { origin: [first, ...inner.map(() => 0)], shape: [length, ...inner] };
		const { bytes } = await readDense(indices, box, signal);
		const numbers = decodeWide({ dtype: "i64", bigEndian: indices.bigEndian, bytes }, length * sizeOf(inner));
		const lengths = inner.length === 0 ? [sizeOf(shape)] : shape;
		return Float64Array.from({ length }, (_, k) => {
			let position = 0;
			for (const [axis, size] of lengths.entries()) {
				const index = Number(numbers[k * lengths.length + axis]);
				if (index < 0 || index >= size) {
					throw fault(`the entry ${first + k} has the index ${index}, where 0 to ${size - 1} was expected`);
				}
				position = position * size + index;
			}
			return position;
		});
	}

	/** The positions of every `STEP`th entry. */
	async function mark(signal?: AbortSignal): Promise<Float64Array> {
		const found = new Float64Array(Math.ceil(count / STEP));
		let before = -1;
		for (let at = 0; at < count; at += STEP) {
			throwIfAborted(signal);
			const piece = await positions(at, Math.min(STEP, count - at), signal);
			for (const [k, position] of piece.entries()) {
				if (position <= before) throw fault(`the entry ${at + k} does not come after the one before it`);
				before = position;
			}
			found[at / STEP] = piece[0] as number;
		}
		return found;
	}

	async function read(box: Box, signal?: AbortSignal, target?: Uint8Array): Promise<Chunk> {
		checkBox(shape, box);
		const bytes = byteLength(dtype, sizeOf(box.shape));
		if (bytes > MAX_BOX_BYTES) {
			throw new TensorError(
				"too-large",
				`A box of ${bytes} bytes is more than the ${MAX_BOX_BYTES} that are read at once; read it in smaller boxes.`,
			);
		}
		const out = target && target.length >= bytes ? target.subarray(0, bytes).fill(0) : new Uint8Array(bytes);
		const chunk = { ...box, dtype, bigEndian, strides: denseStrides(box.shape), offset: 0, bytes: out };
		if (bytes === 0) return chunk;
		marks ??= mark(signal).catch((thrown) => {
			marks = undefined;
			throw thrown;
		});
		const known = await marks;
		const place = placer(shape, box);
		for (let step = lastBefore(known, place.first); step < known.length; step++) {
			if ((known[step] as number) > place.last) break;
			throwIfAborted(signal);
			const at = step * STEP;
			const length = Math.min(STEP, count - at);
			const piece = await positions(at, length, signal);
			const stored = await readDense(values, { origin: [at], shape: [length] }, signal);
			copy(piece, stored.bytes, out, dtype, place.indexOf);
		}
		return chunk;
	}

	return { boxes: (maxElements) => denseBoxes(shape, "C", maxElements), read };
}

/** The first and last position of a box in its tensor, and where in the box a position is; −1 for those outside of it. */
function placer(shape: Shape, { origin, shape: lengths }: Box) {
	const steps = denseStrides(shape);
	const within = denseStrides(lengths);
	const first = origin.reduce((sum, index, axis) => sum + index * (steps[axis] as number), 0);
	const last = lengths.reduce((sum, length, axis) => sum + (length - 1) * (steps[axis] as number), first);
	const indexOf = (position: number): number => {
		if (position < first || position > last) return -1;
		let rest = position;
		let at = 0;
		for (let axis = 0; axis < shape.length; axis++) {
			const step = steps[axis] as number;
			const index = Math.floor(rest / step) - (origin[axis] as number);
			rest %= step;
			if (index < 0 || index >= (lengths[axis] as number)) return -1;
			at += index * (within[axis] as number);
		}
		return at;
	};
	return { first, last, indexOf };
}

function copy(
	positions: Float64Array,
	from: Uint8Array,
	out: Uint8Array,
	dtype: DType,
	indexOf: (position: number) => number,
): void {
	const width = DTYPES[dtype].bits / 8;
	for (let k = 0; k < positions.length; k++) {
		const at = indexOf(positions[k] as number);
		if (at >= 0) for (let byte = 0; byte < width; byte++) out[at * width + byte] = from[k * width + byte] as number;
	}
}

/** The last of some ascending numbers that is not above a limit, or the first. */
function lastBefore(numbers: Float64Array, limit: number): number {
	let [low, high] = [0, numbers.length];
	while (high - low > 1) {
		const middle = (low + high) >> 1;
		if ((numbers[middle] as number) <= limit) low = middle;
		else high = middle;
	}
	return low;
}

function fault(what: string): TensorError {
	return new TensorError("corrupt", `The indices of this sparse tensor are damaged: ${what}; save the file again.`);
}
