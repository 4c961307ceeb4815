import assert from "node:assert/strict";
import fc from "fast-check";
import { DTYPES, type DType, decode, partsOf, realDType, WRITABLE, type WritableDType } from "../../src/core/dtype";
import { type Box, denseStrides, type Layout, type Shape, sizeOf } from "../../src/core/layout";
import { COUNTED, emptyMoments, type Moments } from "../../src/core/moments";
import type { AffineTables } from "../../src/engine/affine";
import type { Broadcast } from "../../src/engine/affine-parameters";
import { decodeChunk } from "../../src/engine/decoded";
import { layoutWithParts, mergeShares } from "../../src/engine/derive";
import { createExtentAdder } from "../../src/engine/extent";
import { addLanes } from "../../src/engine/fast";
import { createTransformPlanner, transformLanes } from "../../src/engine/fast-transform";
import { addChunk } from "../../src/engine/kernels";
import { cellsTouched } from "../../src/engine/part-cells";
import type { LayoutRange } from "../../src/engine/plan";
import { createSimd, type Lanes } from "../../src/engine/simd";
import { encodeValues, type Order, transformChunk } from "../../src/engine/transform";
import { denseValues } from "../../src/formats/dense";
import { memorySource } from "../../src/formats/memory";
import type { Chunk } from "../../src/formats/reader";
import { anyBoxes, anyLayout, anyLie, anyNumbers, anyShape, type Lie, layOut, type StoredTensor } from "./chunks";
import { assertExact, exactCells, firstIndices } from "./oracle";
import { ALL_DTYPES, anyStored, numbersOf, storedNumbers } from "./stored";

const SEED = 20241124;
const simd = createSimd();

type Add = (into: Moments, layout: LayoutRange, chunk: Chunk) => void;

const addReference: Add = (into, layout, chunk) => addChunk(into, layout, decodeChunk(chunk));

/** As the worker does it. */
const addFast: Add = (into, layout, chunk) => {
	const lanes = simd.lanes(chunk);
	if (lanes) addLanes(simd, into, layout, lanes);
	else addReference(into, layout, chunk);
};

/** Where in a target a chunk's bytes were read to; null where they were read elsewhere. */
type Landing = { readonly target: number; readonly at: number } | null;

const anyLanding: fc.Arbitrary<Landing> = fc.option(fc.record({ target: fc.nat(1), at: fc.nat(17) }));

function landed(chunk: Chunk, landing: Landing): Chunk {
	if (!landing) return chunk;
	const target = simd.targets[landing.target] as Uint8Array;
	const bytes = target.subarray(landing.at, landing.at + chunk.bytes.length);
	bytes.set(chunk.bytes);
	return { ...chunk, bytes };
}

interface Reading {
	readonly tensor: StoredTensor;
	readonly layout: Layout;
	readonly boxes: readonly Box[];
	readonly lies: readonly Lie[];
	readonly landings: readonly Landing[];
	readonly shares: number;
}

const extended = (dtype: DType, layout: Layout) => (partsOf(dtype) === 2 ? layoutWithParts(layout) : layout);

function momentsOf({ tensor, layout, boxes, lies, landings, shares }: Reading, add: Add): Moments {
	const full = extended(tensor.dtype, layout);
	const withParts = ({ origin, shape }: Box) => ({ origin: [...origin, 0], shape: [...shape, 2] });
	const ranges = Array.from({ length: shares }, (_, share) => {
		const mine = boxes.map((box, i) => ({ box, i })).filter(({ i }) => i % shares === share);
		const touched = mine.map(({ box }) => (partsOf(tensor.dtype) === 2 ? withParts(box) : box));
		const { firstCell, count } = cellsTouched(full, touched);
		const moments = emptyMoments(realDType(tensor.dtype), count);
		for (const { box, i } of mine) {
			const chunk = layOut(tensor, box, lies[i % lies.length] as Lie);
			add(moments, { ...full, firstCell }, landed(chunk, landings[i % landings.length] as Landing));
		}
		return { firstCell, moments };
	});
	return mergeShares(full, ranges, realDType(tensor.dtype));
}

/** Asserts what must be the same in both, to the last bit: all but mean and deviation. */
function assertAgree(found: Moments, expected: Moments): void {
	for (const kind of COUNTED) {
		assert.deepEqual(found[kind], expected[kind], kind);
		assert.deepEqual(firstIndices(found, kind), firstIndices(expected, kind), `first ${kind}`);
	}
	assert.deepEqual(found.count, expected.count, "count");
	// 0 and −0 are the same extreme.
	expected.min.forEach((min, cell) => {
		assert.ok(found.min[cell] === min, `min of cell ${cell}: ${found.min[cell]}, not ${min}`);
	});
	expected.max.forEach((max, cell) => {
		assert.ok(found.max[cell] === max, `max of cell ${cell}: ${found.max[cell]}, not ${max}`);
	});
}

const whole = (shape: Shape): Box => ({ origin: shape.map(() => 0), shape });

const plainLie = (shape: Shape, order: Order, bigEndian = false): Lie => {
	const axes = shape.map((_, axis) => axis);
	const none = { gaps: shape.map(() => 0), backwards: shape.map(() => false) };
	return { axes: order === "C" ? axes : axes.reverse(), ...none, bigEndian };
};

/** Dense in C or F order half of the time: that is what the kernels are for. */
const mostLies = (shape: Shape): fc.Arbitrary<Lie> =>
	fc.oneof(
		fc.tuple(fc.constantFrom("C", "F"), fc.boolean()).map(([order, big]) => plainLie(shape, order, big)),
		anyLie(shape.length),
	);

/** Long enough for vectors, and for columns of any number. */
const someShape: fc.Arbitrary<number[]> = fc.oneof(
	anyShape,
	fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 })).map(([a, b]) => [a, b]),
	fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 14, max: 35 })),
);

/** Numbers that look random and are the same in every run. */
function noise(count: number, of: (uniform: number) => number): Float64Array {
	let state = 54321;
	return Float64Array.from({ length: count }, () => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return of(state / 2 ** 32);
	});
}

describe("WebAssembly kernels", () => {
	const anyReading = (dtype: DType): fc.Arbitrary<Reading> =>
		someShape.chain((shape) =>
			fc.record({
				tensor: anyStored(dtype, shape),
				layout: anyLayout(shape),
				boxes: anyBoxes(shape),
				lies: fc.array(mostLies(shape), { minLength: 1, maxLength: 3 }),
				landings: fc.array(anyLanding, { minLength: 1, maxLength: 3 }),
				shares: fc.integer({ min: 1, max: 3 }),
			}),
		);

	for (const dtype of ALL_DTYPES) {
		it(`agree with the reference and with exact arithmetic on ${dtype} of any bits, shape, order, split`, function () {
			this.timeout(120_000);
			fc.assert(
				fc.property(anyReading(dtype), (reading) => {
					const found = momentsOf(reading, addFast);
					assertAgree(found, momentsOf(reading, addReference));
					assertExact(found, exactCells(numbersOf(reading.tensor), extended(dtype, reading.layout)));
				}),
				{ seed: SEED, numRuns: ["f64", "f32", "f16", "bf16"].includes(dtype) ? 300 : 100 },
			);
		});
	}

	for (const dtype of ALL_DTYPES.filter((each) => DTYPES[each].bits >= 8)) {
		it(`add ${dtype} of any extents in slices as whole`, function () {
			this.timeout(120_000);
			const anyExtents = someShape.chain((shape) =>
				fc.record({
					tensor: anyStored(dtype, shape),
					layouts: fc.array(anyLayout(shape), { minLength: 1, maxLength: 3 }),
					order: fc.constantFrom("C" as const, "F" as const),
					bigEndian: fc.boolean(),
					extentElements: fc.integer({ min: 1, max: sizeOf(shape) }),
					sliceElements: fc.integer({ min: 1, max: 200 }),
				}),
			);
			fc.assert(
				fc.property(anyExtents, ({ tensor, layouts, order, bigEndian, extentElements, sliceElements }) => {
					const { shape } = tensor;
					const stored = layOut(tensor, whole(shape), plainLie(shape, order, bigEndian));
					const start = (stored.offset * DTYPES[dtype].bits) / 8;
					const place = { source: memorySource("x", stored.bytes), start, dtype, shape, order, bigEndian };
					const values = denseValues(place);
					const full = layouts.map((layout) => extended(dtype, layout));
					const real = realDType(dtype);
					const sums = simd.sums(
						real,
						full.map(({ cells }) => sizeOf(cells)),
					);
					const add = createExtentAdder(simd, full, sliceElements);
					const into = full.map((layout, i) => ({ layout, into: sums[i] as Moments }));
					let done = 0;
					for (const box of values.boxes(extentElements)) {
						const extent = values.extent?.(box);
						assert.ok(extent);
						for (const elements of add(extent, into)) done += elements;
					}
					assert.equal(done, sizeOf(shape));
					full.forEach((layout, i) => {
						const found = sums[i] as Moments;
						const expected = emptyMoments(real, sizeOf(layout.cells));
						addReference(expected, layout, stored);
						assertAgree(found, expected);
						assertExact(found, exactCells(numbersOf(tensor), layout));
					});
				}),
				{ seed: SEED, numRuns: ["f64", "f32", "f16", "c64"].includes(dtype) ? 300 : 60 },
			);
		});
	}

	const HARD = {
		"mean 1e8, deviation 1": (u: number) => 1e8 + 3 * (u - 0.5),
		// Where a sum about 0 is nearly, and where it is no longer good enough.
		"mean 3.8 deviations from 0": (u: number) => 0.6 + u,
		"mean 5 deviations from 0, down to 0 now and then": (u: number) => (u < 0.0005 ? 0 : -(1 + u)),
		"half zeros": (u: number) => Math.max(0, u - 0.5),
		"always the same": () => 0.1,
		"an outlier now and then": (u: number) => (u > 0.9999 ? 1e12 : u),
		"plus and minus the largest number": (u: number) => (u > 0.5 ? Number.MAX_VALUE : -Number.MAX_VALUE),
		"subnormal numbers": (u: number) => Math.round(1000 * u) * Number.MIN_VALUE,
		"NaN now and then": (u: number) => (u > 0.9997 ? NaN : u),
		"NaN and infinities in between": (u: number) => (u > 0.7 ? NaN : u > 0.6 ? Infinity : u > 0.5 ? -Infinity : u),
	} satisfies Record<string, (uniform: number) => number>;
	/** Long runs, more runs than a table holds, more columns than a table holds, columns of many rows. */
	const LARGE: readonly { readonly shape: Shape; readonly cells: readonly Shape[] }[] = [
		{ shape: [20_001], cells: [[1], [7]] },
		{
			shape: [4500, 17],
			cells: [
				[4500, 1],
				[9, 1],
				[1, 17],
				[1, 5],
			],
		},
		{
			shape: [5, 9001],
			cells: [
				[1, 9001],
				[5, 1],
				[5, 9],
				[1, 1],
			],
		},
		{
			shape: [2, 6, 33, 31],
			cells: [
				[2, 6, 1, 1],
				[1, 6, 1, 1],
				[1, 1, 1, 31],
				[2, 3, 33, 1],
				[1, 1, 9, 9],
			],
		},
	];
	for (const [what, of] of Object.entries(HARD)) {
		it(`agree with exact arithmetic over many blocks: ${what}`, function () {
			this.timeout(120_000);
			for (const { shape, cells } of LARGE) {
				const numbers = noise(sizeOf(shape), of);
				for (const dtype of ["f64", "f32"] as const) {
					const tensor = { dtype, shape, bytes: storedNumbers(dtype, numbers) };
					const chunks = (["C", "F"] as const).map((order) => layOut(tensor, whole(shape), plainLie(shape, order)));
					for (const layout of cells.map((each) => ({ shape, cells: each }))) {
						const exact = exactCells(numbersOf(tensor), layout);
						for (const chunk of chunks) {
							const found = emptyMoments(dtype, sizeOf(layout.cells));
							addFast(found, layout, chunk);
							assertExact(found, exact, `${dtype} [${shape}] cells [${layout.cells}] strides [${chunk.strides}]`);
						}
					}
				}
			}
		});
	}

	it("find every code of an 8- and 16-bit type", () => {
		const BYTES = ["bool", "u8", "i8", "f8_e5m2", "f8_e4m3", "f8_e5m2fnuz", "f8_e4m3fnuz", "f8_e8m0"] as const;
		const PAIRS = ["u16", "i16", "f16", "bf16"] as const;
		const codes = Uint16Array.from({ length: 65_536 }, (_, code) => code);
		const inputs = [
			...BYTES.map((dtype) => ({ dtype, bytes: Uint8Array.from(codes.subarray(0, 256)) })),
			...PAIRS.map((dtype) => ({ dtype, bytes: new Uint8Array(codes.buffer) })),
		];
		for (const { dtype, bytes } of inputs) {
			const shape = [bytes.length === 256 ? 256 : 65_536];
			const expected = numbersOf({ dtype, shape, bytes });
			for (const bigEndian of [false, true]) {
				const chunk = layOut({ dtype, shape, bytes }, whole(shape), plainLie(shape, "C", bigEndian));
				const found = simd.lanes(chunk)?.values ?? [];
				const wrong = expected.findIndex((x, code) => !Object.is(found[chunk.offset + code], x));
				assert.equal(wrong, -1, `${dtype} code ${wrong}: ${found[chunk.offset + wrong]}, not ${expected[wrong]}`);
			}
		}
	});

	it("leave the other target alone, where the next chunk may be arriving, up to its last byte", () => {
		const [first, second] = simd.targets as [Uint8Array, Uint8Array];
		for (const dtype of ["f16", "f32", "f64"] as const) {
			const tensor = { dtype, shape: [3], bytes: storedNumbers(dtype, [1, 2, 3]) };
			const chunk = layOut(tensor, whole([3]), plainLie([3], "C", true));
			for (const [target, other] of [
				[first, second],
				[second, first],
			] as const) {
				const there = Uint8Array.from({ length: 64 }, (_, i) => i);
				other.set(there);
				const bytes = target.subarray(target.length - chunk.bytes.length);
				bytes.set(chunk.bytes);
				const lanes = simd.lanes({ ...chunk, bytes });
				assert.deepEqual([...(lanes?.values.subarray(3, 6) ?? [])], [1, 2, 3], dtype);
				assert.deepEqual(other.slice(0, 64), there, dtype);
			}
		}
	});
});

describe("WebAssembly transformation", () => {
	/** Values along some axes of a tensor, as gamma and beta lie. */
	const anyBroadcast = (shape: Shape, each: (count: number) => fc.Arbitrary<Float64Array>): fc.Arbitrary<Broadcast> =>
		fc.tuple(...shape.map(() => fc.boolean())).chain((along) => {
			const kept = shape.map((size, axis) => (along[axis] ? size : 1));
			const steps = denseStrides(kept);
			const strides = steps.map((step, axis) => (along[axis] ? step : 0));
			return each(sizeOf(kept)).map((values) => ({ values, strides }));
		});

	/** f32's largest number, the last that rounds to it and the first that does not, and what a norm has in practice. */
	const anyFactors = (count: number): fc.Arbitrary<Float64Array> =>
		fc.oneof(
			fc.constant(new Float64Array(count).fill(1)),
			anyNumbers(count),
			fc
				.array(
					fc.constantFrom(
						1,
						-1,
						0,
						3.4028234663852886e38,
						3.4028235677973362e38,
						3.4028235677973366e38,
						2 ** -149,
						2 ** -150,
					),
					{ minLength: count, maxLength: count },
				)
				.map((list) => Float64Array.from(list)),
			fc
				.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: count, maxLength: count })
				.map((list) => Float64Array.from(list)),
		);

	const anyTables = (layout: Layout): fc.Arbitrary<AffineTables> => {
		const cells = sizeOf(layout.cells);
		const small = fc
			.array(fc.double({ min: -1e-9, max: 1e-9, noNaN: true }), { minLength: cells, maxLength: cells })
			.map((list) => Float64Array.from(list));
		return fc.record({
			firstCell: fc.constant(0),
			centre: anyFactors(cells),
			rest: fc.oneof(fc.constant(new Float64Array(cells)), small),
			scale: anyFactors(cells),
			gamma: anyBroadcast(layout.shape, anyFactors),
			beta: anyBroadcast(layout.shape, anyFactors),
		});
	};

	interface Case {
		readonly tensor: StoredTensor;
		readonly output: WritableDType;
		readonly layout: Layout;
		readonly tables: AffineTables;
		readonly boxes: readonly Box[];
		readonly order: Order;
		readonly bigEndian: boolean;
		readonly landing: Landing;
	}

	const anyCase = (dtype: DType, output: WritableDType): fc.Arbitrary<Case> =>
		someShape.chain((shape) =>
			anyLayout(shape).chain((layout) =>
				fc.record({
					tensor: anyStored(dtype, shape),
					output: fc.constant(output),
					layout: fc.constant(layout),
					tables: anyTables(layout),
					boxes: anyBoxes(shape),
					order: fc.constantFrom<Order[]>("C", "F"),
					bigEndian: fc.boolean(),
					landing: anyLanding,
				}),
			),
		);

	/** The same coefficients, but only those that a box needs. */
	function tablesNear(tables: AffineTables, { firstCell, count }: { firstCell: number; count: number }): AffineTables {
		const part = (values: Float64Array) => values.slice(firstCell, firstCell + count);
		const { centre, rest, scale } = tables;
		return { ...tables, firstCell, centre: part(centre), rest: part(rest), scale: part(scale) };
	}

	/** Any NaN is as good as another: neither language says which one an operation gives. */
	function bitsOf(dtype: WritableDType, bytes: Uint8Array): Uint8Array {
		if (dtype !== "f32" && dtype !== "f64") return bytes;
		const numbers = decode({ dtype, bigEndian: false, bytes: bytes.slice() }, (8 * bytes.length) / DTYPES[dtype].bits);
		return storedNumbers(
			dtype,
			numbers.map((x) => (Number.isNaN(x) ? NaN : x)),
		);
	}

	function assertSame({ tensor, output, layout, tables, boxes, order, bigEndian, landing }: Case): number {
		let done = 0;
		for (const box of boxes) {
			const chunk = layOut(tensor, box, plainLie(box.shape, order, bigEndian));
			const expected = encodeValues(output, transformChunk(decodeChunk(chunk), layout, tables, order));
			const lanes = simd.lanes(landed(chunk, landing));
			const near = landing ? tables : tablesNear(tables, cellsTouched(layout, [box]));
			const plan = createTransformPlanner(simd, {
				layout,
				dtype: output,
				order,
				gamma: tables.gamma,
				beta: tables.beta,
			});
			const found = lanes && transformLanes(lanes, plan, near);
			if (!found) continue;
			assert.deepEqual(
				bitsOf(output, found.bytes),
				bitsOf(output, expected.bytes),
				`box at [${box.origin}] of [${box.shape}]`,
			);
			assert.equal(found.overflowed, expected.overflowed, "numbers past the type's range");
			done++;
		}
		return done;
	}

	const FROM = [
		"f32",
		"f64",
		"f16",
		"bf16",
		"f8_e4m3",
		"f8_e5m2fnuz",
		"bool",
		"u8",
		"i8",
		"u16",
		"i16",
		"u32",
		"i32",
	] as const;
	for (const output of WRITABLE) {
		it(`writes the reference's bytes of ${output}, and counts what overflows, from any dtype`, function () {
			this.timeout(120_000);
			let boxes = 0;
			let done = 0;
			for (const dtype of FROM) {
				const numRuns = dtype === "f32" || dtype === "f64" ? 120 : 40;
				fc.assert(
					fc.property(anyCase(dtype, output), (input) => {
						boxes += input.boxes.length;
						done += assertSame(input);
					}),
					{ seed: SEED, numRuns },
				);
			}
			assert.ok(done > 0.6 * boxes, `${boxes - done} of ${boxes} chunks were left to the reference`);
		});
	}

	it("writes the reference's bytes in slices of any length", () => {
		let values = 0;
		fc.assert(
			fc.property(anyCase("f32", "f32"), fc.integer({ min: 1, max: 50 }), (input, sliceElements) => {
				const { tensor, output: dtype, layout, tables, boxes, order } = input;
				const plan = createTransformPlanner(simd, { layout, dtype, order, gamma: tables.gamma, beta: tables.beta });
				for (const box of boxes) {
					const chunk = layOut(tensor, box, plainLie(box.shape, order));
					const expected = encodeValues(dtype, transformChunk(decodeChunk(chunk), layout, tables, order));
					const walk = plan(chunk, tables);
					const total = sizeOf(box.shape);
					if (!walk) {
						assert.equal(total, 0);
						continue;
					}
					const found = new Uint8Array(expected.bytes.length);
					let overflowed = 0;
					for (let from = 0; from < total; from += sliceElements) {
						const count = Math.min(sliceElements, total - from);
						const start = 4 * (chunk.offset + from);
						const bytes = chunk.bytes.slice(start, start + 4 * count);
						const slice = { ...chunk, origin: [0], shape: [count], strides: [1], offset: 0, bytes };
						const encoded = walk.advance(simd.lanes(slice) as Lanes, count);
						found.set(encoded.bytes, 4 * from);
						overflowed += encoded.overflowed;
					}
					assert.deepEqual(bitsOf(dtype, found), bitsOf(dtype, expected.bytes));
					assert.equal(overflowed, expected.overflowed);
					values += total;
				}
			}),
			{ seed: SEED, numRuns: 400 },
		);
		assert.ok(values > 10_000, `only ${values} values`);
	});

	it("writes the reference's bytes for chunks as large as in practice", function () {
		this.timeout(120_000);
		const layouts: readonly Layout[] = [
			{ shape: [2, 32, 57, 57], cells: [1, 32, 1, 1] },
			{ shape: [2, 32, 57, 57], cells: [2, 5, 1, 1] },
			{ shape: [2, 57, 57, 32], cells: [1, 1, 1, 32] },
			{ shape: [2, 57, 57, 32], cells: [2, 1, 1, 5] },
			{ shape: [300, 333], cells: [300, 1] },
			{ shape: [50_001, 2], cells: [50_001, 1] },
			{ shape: [200_003], cells: [1] },
		];
		for (const layout of layouts) {
			const { shape } = layout;
			const cells = sizeOf(layout.cells);
			const channels = shape.findIndex((size, axis) => size > 1 && layout.cells[axis] === 1);
			const along = (values: Float64Array) => ({
				values,
				strides: shape.map((_, axis) => (axis === channels ? 1 : 0)),
			});
			const count = shape[Math.max(0, channels)] as number;
			const tables = {
				firstCell: 0,
				centre: noise(cells, (u) => u),
				rest: noise(cells, (u) => u * 1e-17),
				scale: noise(cells, (u) => 1 / (u + 0.5)),
				gamma: along(noise(count, (u) => u + 1)),
				beta: along(noise(count, (u) => u - 0.5)),
			};
			const tensor = {
				dtype: "f32",
				shape,
				bytes: storedNumbers(
					"f32",
					noise(sizeOf(shape), (u) => 5 * u),
				),
			} as const;
			const outputs = [
				["C", "f32"],
				["F", "f32"],
				["C", "f16"],
				["F", "f64"],
			] as const;
			for (const [order, output] of outputs) {
				const done = assertSame({
					tensor,
					output,
					layout,
					tables,
					boxes: [whole(shape)],
					order,
					bigEndian: false,
					landing: null,
				});
				assert.equal(done, 1, `[${shape}] cells [${layout.cells}] ${order}`);
			}
		}
	});

	it("leaves chunks in another order, and values that are no f32, to the reference", () => {
		const layout = { shape: [3, 4], cells: [1, 4] };
		const one = { values: Float64Array.of(1), strides: [0, 0] };
		const four = new Float64Array(4).fill(1);
		const tables = { firstCell: 0, centre: four, rest: four, scale: four, gamma: one, beta: one };
		const chunkOf = (dtype: DType, order: Order) =>
			layOut(
				{
					dtype,
					shape: [3, 4],
					bytes: storedNumbers(
						dtype,
						noise(12, (u) => u),
					),
				},
				whole([3, 4]),
				plainLie([3, 4], order),
			);
		for (const [dtype, order] of [
			["f32", "F"],
			["i64", "C"],
			["f4", "C"],
		] as const) {
			const lanes = simd.lanes(chunkOf(dtype, order));
			const plan = createTransformPlanner(simd, { layout, dtype: "f32", order: "C", gamma: one, beta: one });
			assert.equal(lanes && transformLanes(lanes, plan, tables), undefined, `${dtype} ${order}`);
		}
	});
});
