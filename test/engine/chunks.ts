import fc from "fast-check";
import { byteLength, DTYPES, type DType, partsOf } from "../../src/core/dtype";
import { unravel } from "../../src/core/inspection";
import { type Box, denseStrides, type Layout, type Shape, sizeOf } from "../../src/core/layout";
import type { Chunk } from "../../src/formats/reader";

/** A tensor of float64 or 64-bit integers in C order. */
export interface Values {
	readonly shape: Shape;
	readonly values: Float64Array | BigInt64Array | BigUint64Array;
}

/** How a box lies in memory: axes from slowest to fastest, gaps between neighbours, axes that run backwards. */
export interface Lie {
	readonly axes: readonly number[];
	readonly gaps: readonly number[];
	readonly backwards: readonly boolean[];
	readonly bigEndian: boolean;
}

/** A tensor as it is stored: dense, little-endian, in C order. */
export interface StoredTensor {
	readonly dtype: DType;
	readonly shape: Shape;
	readonly bytes: Uint8Array;
}

/** Lays a box of a tensor of numbers out in memory. */
export function chunkOf({ shape, values }: Values, box: Box, lie: Lie): Chunk {
	const dtype: DType = values instanceof Float64Array ? "f64" : values instanceof BigInt64Array ? "i64" : "u64";
	const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
	return layOut({ dtype, shape, bytes }, box, lie);
}

/** Lays a box of a tensor of any dtype out in memory. */
export function layOut({ dtype, shape, bytes: stored }: StoredTensor, box: Box, lie: Lie): Chunk {
	const strides = shape.map(() => 0);
	let stride = 1;
	for (const axis of [...lie.axes].reverse()) {
		strides[axis] = lie.backwards[axis] ? -stride : stride;
		stride *= (box.shape[axis] as number) + (lie.gaps[axis] as number);
	}
	const offset =
		3 + box.shape.reduce((sum, length, a) => sum + (lie.backwards[a] ? -(strides[a] as number) * (length - 1) : 0), 0);
	// What lies between the values must not be read: it is NaN or huge, or a large integer.
	const bytes = new Uint8Array(byteLength(dtype, stride + 6)).fill(0x7f);
	const { bits } = DTYPES[dtype];
	// A single value has its bytes reversed, each part of a complex one for itself.
	const width = Math.max(1, bits / 8 / partsOf(dtype));
	const flip = lie.bigEndian ? width - 1 : 0;
	const steps = denseStrides(shape);
	for (let k = 0; k < sizeOf(box.shape); k++) {
		const index = unravel(k, box.shape);
		const from = index.reduce((sum, i, a) => sum + (i + (box.origin[a] as number)) * (steps[a] as number), 0);
		const at = index.reduce((sum, i, a) => sum + i * (strides[a] as number), offset);
		if (bits >= 8) {
			const size = bits / 8;
			for (let i = 0; i < size; i++) bytes[at * size + (i ^ flip)] = stored[from * size + i] as number;
		} else for (let i = 0; i < bits; i++) setBit(bytes, at * bits + i, bitOf(stored, from * bits + i));
	}
	return { ...box, dtype, bigEndian: lie.bigEndian, strides, offset, bytes };
}

function bitOf(bytes: Uint8Array, bit: number): number {
	return ((bytes[bit >> 3] as number) >> (bit & 7)) & 1;
}

function setBit(bytes: Uint8Array, bit: number, value: number): void {
	const mask = 1 << (bit & 7);
	const old = bytes[bit >> 3] as number;
	bytes[bit >> 3] = value ? old | mask : old & ~mask;
}

/** Any order of axes, gaps and directions for tensors of a rank. */
export function anyLie(rank: number): fc.Arbitrary<Lie> {
	const axes = Array.from({ length: rank }, (_, axis) => axis);
	const perAxis = <T>(each: fc.Arbitrary<T>) => fc.array(each, { minLength: rank, maxLength: rank });
	return fc.record({
		axes: fc.shuffledSubarray(axes, { minLength: rank, maxLength: rank }),
		gaps: fc.oneof(fc.constant(axes.map(() => 0)), perAxis(fc.nat(2))),
		backwards: fc.oneof(fc.constant(axes.map(() => false)), perAxis(fc.boolean())),
		bigEndian: fc.boolean(),
	});
}

/** Any number of parts for every axis. */
export function anyLayout(shape: Shape): fc.Arbitrary<Layout> {
	const parts = shape.map((size) => fc.oneof(fc.constant(1), fc.constant(size), fc.integer({ min: 1, max: size })));
	return fc.tuple(...parts).map((cells) => ({ shape, cells }));
}

/** Boxes that cover a tensor once, from cuts at any places, in any order. */
export function anyBoxes(shape: Shape): fc.Arbitrary<Box[]> {
	const cuts = shape.map((size) =>
		fc.uniqueArray(fc.integer({ min: 1, max: Math.max(1, size - 1) }), { maxLength: 2 }),
	);
	return fc.tuple(...cuts).chain((perAxis) => {
		let boxes: { origin: number[]; shape: number[] }[] = [{ origin: [], shape: [] }];
		shape.forEach((size, axis) => {
			const inner = (perAxis[axis] as number[]).filter((cut) => cut < size);
			const ends = [...inner.sort((a, b) => a - b), size];
			boxes = boxes.flatMap((box) =>
				ends.map((end, i) => {
					const from = i === 0 ? 0 : (ends[i - 1] as number);
					return { origin: [...box.origin, from], shape: [...box.shape, end - from] };
				}),
			);
		});
		return fc.shuffledSubarray(boxes, { minLength: boxes.length, maxLength: boxes.length });
	});
}

/** Numbers as tensors hold them, the hard ones among them. */
export const anyNumbers = (count: number): fc.Arbitrary<Float64Array> => {
	const kinds: readonly fc.Arbitrary<number>[] = [
		fc.double({ min: -10, max: 10, noNaN: true }),
		fc.constantFrom(NaN, Infinity, -Infinity, 0, -0, 1, 2),
		fc.integer({ min: 0, max: 2 }),
		fc.double({ min: -1, max: 1, noNaN: true }).map((x) => 1e8 + x),
		fc.double({ noNaN: true, noDefaultInfinity: true }),
		fc.constantFrom(Number.MAX_VALUE, -Number.MAX_VALUE, 1e308),
		fc.double({ min: -1e-300, max: 1e-300, noNaN: true }),
		fc.integer({ min: -5, max: 5 }).map((x) => x * Number.MIN_VALUE),
		fc.double({ min: 1, max: 2, noNaN: true }).map((x) => x * 2 ** -480),
		fc.constant(0.1),
	];
	const special = kinds[1] as fc.Arbitrary<number>;
	const list = (each: fc.Arbitrary<number>) =>
		fc.array(each, { minLength: count, maxLength: count }).map((numbers) => Float64Array.from(numbers));
	const sprinkled = kinds.map((kind) =>
		list(fc.oneof({ weight: 9, arbitrary: kind }, { weight: 1, arbitrary: special })),
	);
	return fc.oneof(...kinds.map(list), ...sprinkled, list(fc.oneof(...kinds)));
};

/** Shapes of rank 0 to 5 with few elements. */
export const anyShape: fc.Arbitrary<number[]> = fc
	.integer({ min: 0, max: 5 })
	.chain((rank) =>
		fc.array(fc.integer({ min: 1, max: [1, 60, 14, 7, 5, 4][rank] as number }), { minLength: rank, maxLength: rank }),
	);
