import { DTYPES, type DType, partsOf, realDType } from "../core/dtype";
import { cellOfIndex, denseStrides, type Layout, type Shape, sizeOf } from "../core/layout";
import { emptyMoments, type Moments, mergeCell } from "../core/moments";
import type { Chunk } from "../formats/reader";
import { valuesOf } from "./chunk-values";
import { simdOfThread } from "./simd";
import { compose } from "./tables";

/** Chunks from all over a tensor, added to the statistics of layouts some hundred at a time. */
export interface Stack {
	/** Takes a chunk; its bytes may be used again afterwards. */
	add(chunk: Chunk): void;
	/** Adds what was taken to the statistics. */
	flush(): void;
}

/** Bytes that are stacked: within what the kernels take at once. */
const STACK_BYTES = 2 ** 18;

/**
 * Small chunks one by one would cost more than their values: planning each, and merging a cell for a handful of values.
 * So chunks of equal geometry are put behind one another, as one chunk of a tensor with an extra first axis, whose
 * statistics are merged into those of the layouts. Where a value was first is lost on the way.
 */
export function createStack(dtype: DType, layouts: readonly Layout[], found: readonly Moments[]): Stack {
	// Of its own: the kernels' places are filled by the large job that this one may run beside.
	const bytes = new Uint8Array(STACK_BYTES);
	let filled = 0;
	let origins: Shape[] = [];
	let like: Chunk | undefined;

	const flush = () => {
		if (!like) return;
		const strides = [filled / origins.length / (DTYPES[like.dtype].bits / 8), ...like.strides];
		const shape = [origins.length, ...like.shape];
		const chunk = { ...like, origin: shape.map(() => 0), shape, strides, bytes: bytes.subarray(0, filled) };
		addStacked(dtype, layouts, found, origins, chunk);
		[filled, origins, like] = [0, [], undefined];
	};

	return {
		add(chunk) {
			const one = spanOf(chunk);
			if (!one || one.bytes.length > STACK_BYTES) {
				const single = { ...chunk, shape: [1, ...chunk.shape], strides: [1, ...chunk.strides] };
				addStacked(dtype, layouts, found, [chunk.origin], { ...single, origin: single.shape.map(() => 0) });
				return;
			}
			if (like && (!sameGeometry(like, one) || filled + one.bytes.length > STACK_BYTES)) flush();
			like ??= one;
			bytes.set(one.bytes, filled);
			filled += one.bytes.length;
			origins.push(one.origin);
		},
		flush,
	};
}

/** A chunk without the bytes before its first value and behind its last; undefined for values smaller than a byte. */
function spanOf(chunk: Chunk): Chunk | undefined {
	const width = DTYPES[chunk.dtype].bits / 8;
	if (!Number.isInteger(width)) return undefined;
	const reach = chunk.strides.map((step, axis) => step * ((chunk.shape[axis] as number) - 1));
	const before = reach.reduce((sum, end) => sum + Math.min(0, end), 0);
	const behind = reach.reduce((sum, end) => sum + Math.max(0, end), 0);
	const first = chunk.offset + before;
	const bytes = chunk.bytes.subarray(first * width, (chunk.offset + behind + 1) * width);
	return { ...chunk, offset: -before, bytes };
}

function sameGeometry(a: Chunk, b: Chunk): boolean {
	return (
		a.dtype === b.dtype &&
		a.bigEndian === b.bigEndian &&
		a.offset === b.offset &&
		a.shape.every((size, axis) => size === b.shape[axis]) &&
		a.strides.every((step, axis) => step === b.strides[axis])
	);
}

/** Adds stacked chunks, whose places in the tensor are `origins`. */
function addStacked(
	dtype: DType,
	layouts: readonly Layout[],
	found: readonly Moments[],
	origins: readonly Shape[],
	chunk: Chunk,
): void {
	// Layouts of complex tensors have an axis more, for the two parts.
	const parts = partsOf(dtype) === 2 ? [2] : [];
	const shape = [...chunk.shape, ...parts];
	const places = origins.map((origin) => [...origin, ...parts.map(() => 0)]);
	const cuts = layouts.map((layout) => stackedCells(layout, places, shape));
	// Several layouts may cut the stack alike: those that keep different slow axes do.
	const values = valuesOf(simdOfThread(), chunk);
	const known = new Map<string, Moments>();
	const momentsOf = (cells: Shape) => {
		const moments = known.get(cells.join()) ?? emptyMoments(realDType(dtype), sizeOf(cells));
		if (!known.has(cells.join())) values.addTo(moments, { shape, cells, firstCell: 0 });
		known.set(cells.join(), moments);
		return moments;
	};
	layouts.forEach((layout, i) => {
		const cut = cuts[i] as Shape;
		const [into, from] = [found[i] as Moments, momentsOf(cut)];
		const [apart = 1, ...inner] = cut;
		const steps = denseStrides(layout.cells);
		places.slice(0, apart).forEach((place, k) => {
			const cells = cellsAt(layout, steps, place, inner);
			for (let j = 0; j < cells.length; j++) mergeCell(into, cells[j] as number, from, k * cells.length + j);
		});
	});
}

/** How a stack is cut for a layout: by chunks where these lie in several cells, by indices inside them alike. */
function stackedCells({ shape, cells }: Layout, places: readonly Shape[], stack: Shape): Shape {
	const axes = shape.map((size, axis) => {
		const parts = cells[axis] as number;
		const length = stack[axis + 1] as number;
		if (parts <= 1) return { apart: false, inner: 1 };
		const apart = places.some((place) => place[axis] !== places[0]?.[axis]);
		const within = places.every((place) => {
			const start = place[axis] as number;
			return cellOfIndex(start, size, parts) === cellOfIndex(start + length - 1, size, parts);
		});
		return { apart, inner: within ? 1 : length };
	});
	return [axes.some(({ apart }) => apart) ? places.length : 1, ...axes.map(({ inner }) => inner)];
}

/** The cells of a layout that the parts of a chunk lie in, its axes cut into `inner` parts each. */
function cellsAt({ shape, cells }: Layout, steps: Shape, place: Shape, inner: Shape): Int32Array {
	let base = 0;
	const tables = [];
	for (let axis = 0; axis < shape.length; axis++) {
		const [size, parts, start] = [shape[axis] as number, cells[axis] as number, place[axis] as number];
		const [step, length] = [steps[axis] as number, inner[axis] as number];
		if (length === 1) base += cellOfIndex(start, size, parts) * step;
		else {
			const table = new Int32Array(length);
			for (let i = 0; i < length; i++) table[i] = cellOfIndex(start + i, size, parts) * step;
			tables.push(table);
		}
	}
	const offsets = compose(tables);
	for (let i = 0; i < offsets.length; i++) offsets[i] = (offsets[i] as number) + base;
	return offsets;
}
