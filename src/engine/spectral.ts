import { TensorError } from "../core/errors";
import { formatCount } from "../core/format";
import { sizeOf } from "../core/layout";
import type { CallContext } from "../rpc";
import { decodeChunk } from "./decoded";
import { eachValue } from "./each-value";
import { type OpenFiles, type Target, useTarget } from "./open-files";
import { CHUNK_ELEMENTS, eachChunk, giveWay } from "./share";

/** Elements of a weight whose largest singular value is found: they are held in memory. */
const MAX_WEIGHT = 2 ** 26;

/** Steps after which the search ends even if the value still moves in its last digits. */
const MOST_STEPS = 400;

/** Steps in which the value has to stand still, relative to itself, for the search to end. */
const STILL = 4;

/** The largest singular value of a weight: `relative · largest`, as their product may be past float64's range. */
export interface SingularValue {
	readonly relative: number;
	/** The largest magnitude of an element. */
	readonly largest: number;
}

/**
 * The largest singular value of a weight as a matrix of `shape[0]` rows, by Golub and Kahan's bidiagonalization with full
 * reorthogonalization (Golub & Van Loan, Matrix Computations, 10.4). Throws `too-large` past 2^26 elements, and
 * `unsupported` for values that are not finite.
 */
export function largestSingularValue(
	files: OpenFiles,
	{ target }: { readonly target: Target },
	{ signal }: CallContext,
): Promise<SingularValue> {
	const { shape, tensor } = target;
	const elements = sizeOf(shape);
	if (elements > MAX_WEIGHT) {
		throw new TensorError(
			"too-large",
			`The weight has ${formatCount(elements)} elements, and singular values are found of at most ${formatCount(MAX_WEIGHT)}.`,
			{ tensor },
		);
	}
	return useTarget(files, target, signal, async ({ open }, info) => {
		const values = new Float64Array(elements);
		const each = { shape, cells: shape };
		let largest = 0;
		let spoiled = false;
		const boxes = open.boxes(info, CHUNK_ELEMENTS);
		await eachChunk(open, info, boxes, { signal, progress: () => {} }, (chunk) =>
			eachValue(decodeChunk(chunk), each, (value, index) => {
				values[index] = value;
				spoiled ||= !Number.isFinite(value);
				largest = Math.max(largest, Math.abs(value));
			}),
		);
		if (spoiled) {
			throw new TensorError("unsupported", "The weight holds NaN or infinities, and has no singular values.", {
				tensor,
			});
		}
		if (largest === 0) return { relative: 0, largest };
		// In units of the largest element, so that squares stay in range.
		for (let i = 0; i < elements; i++) values[i] = (values[i] as number) / largest;
		const rows = shape[0] as number;
		return { relative: await searchLargest({ values, rows, columns: elements / rows }, signal), largest };
	});
}

interface Matrix {
	readonly values: Float64Array;
	readonly rows: number;
	readonly columns: number;
}

async function searchLargest(matrix: Matrix, signal: AbortSignal): Promise<number> {
	const { rows, columns } = matrix;
	const [alphas, betas]: [number[], number[]] = [[], []];
	const [lefts, rights]: [Float64Array[], Float64Array[]] = [[], []];
	let right = normalized(Float64Array.from({ length: columns }, (_, i) => Math.sin(12.9898 * (i + 1)) + 1e-3));
	let found = 0;
	let still = 0;
	// One more than the rank: the first vector may have a part that the matrix takes to nothing.
	const most = Math.min(Math.min(rows, columns) + 1, MOST_STEPS);
	for (let step = 0; step < most && still < STILL; step++) {
		rights.push(right);
		const left = product(matrix, right);
		const alpha = made(left, lefts);
		alphas.push(alpha);
		if (alpha > 0) lefts.push(left);
		const next = alpha > 0 ? transposed(matrix, left) : new Float64Array(columns);
		const beta = made(next, rights);
		const value = largestOf(alphas, betas);
		still = value - found <= 4 * Number.EPSILON * value ? still + 1 : 0;
		found = value;
		// Nothing of the matrix is left beside what the steps have seen.
		if (!(beta > 1e-14 * found)) break;
		betas.push(beta);
		right = next;
		await giveWay(signal);
	}
	return found;
}

/** Takes what lies along the others out of a vector (twice, as rounding leaves some), and brings it to length one; its length before. */
function made(vector: Float64Array, others: readonly Float64Array[]): number {
	for (let pass = 0; pass < 2; pass++) for (const other of others) addTo(vector, other, -dot(vector, other));
	const length = Math.sqrt(dot(vector, vector));
	if (length > 0) for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) / length;
	return length;
}

function normalized(vector: Float64Array): Float64Array {
	made(vector, []);
	return vector;
}

/** The largest singular value of the upper bidiagonal matrix: the root of the largest eigenvalue of BᵀB, by bisection on Sturm counts. */
function largestOf(alphas: readonly number[], betas: readonly number[]): number {
	const diagonal = alphas.map((alpha, i) => alpha * alpha + (i > 0 ? (betas[i - 1] as number) ** 2 : 0));
	const beside = betas.slice(0, alphas.length - 1).map((beta, i) => (beta * (alphas[i] as number)) ** 2);
	let [low, high] = [0, 0];
	diagonal.forEach((entry, i) => {
		low = Math.max(low, entry);
		high = Math.max(high, entry + Math.sqrt(beside[i - 1] ?? 0) + Math.sqrt(beside[i] ?? 0));
	});
	const allBelow = (x: number) => {
		let pivot = 1;
		return diagonal.every((entry, i) => {
			pivot = entry - x - (i > 0 ? (beside[i - 1] as number) / pivot : 0);
			return pivot < 0;
		});
	};
	for (let middle = (low + high) / 2; middle > low && middle < high; middle = (low + high) / 2) {
		if (allBelow(middle)) high = middle;
		else low = middle;
	}
	return Math.sqrt(high);
}

function dot(a: Float64Array, b: Float64Array): number {
	let sum = 0;
	for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
	return sum;
}

function addTo(vector: Float64Array, other: Float64Array, factor: number): void {
	for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) + factor * (other[i] as number);
}

function product({ values, rows, columns }: Matrix, vector: Float64Array): Float64Array {
	return Float64Array.from({ length: rows }, (_, row) =>
		dot(values.subarray(row * columns, (row + 1) * columns), vector),
	);
}

function transposed({ values, rows, columns }: Matrix, vector: Float64Array): Float64Array {
	const out = new Float64Array(columns);
	for (let row = 0; row < rows; row++)
		addTo(out, values.subarray(row * columns, (row + 1) * columns), vector[row] as number);
	return out;
}
