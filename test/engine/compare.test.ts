import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import type { DType } from "../../src/core/dtype";
import { cellOfIndex, denseStrides, type Shape, sizeOf } from "../../src/core/layout";
import { NUMPY_TOLERANCE, torchTolerance, ulpBucket, ulpBucketLabel } from "../../src/core/tensor-difference";
import type { Decoded } from "../../src/engine/decoded";
import { type Comparison, differenceOf, emptyShare } from "../../src/engine/difference-share";
import { addDifferences } from "../../src/engine/differences";
import { at, f32, f64, noise, toFortran, withEngine, writeTensors } from "./files";

/** A pair of arrays with what NumPy and PyTorch say of it, from scripts/record-compare.py. */
interface Recorded {
	readonly dtype: DType;
	readonly a: string;
	readonly b: string;
	readonly numpy: { readonly allclose: boolean; readonly failing: number };
	readonly torch: { readonly close: boolean; readonly rtol: number; readonly atol: number; readonly failing: number };
	readonly cosine: number;
	readonly rmse: number;
	readonly ulp?: { readonly max: string; readonly zero: number; readonly one: number };
}

const RECORDED: readonly Recorded[] = JSON.parse(
	readFileSync(path.resolve("test/fixtures/compare/pairs.json"), "utf8"),
);

/** Numbers below `count` in an order that follows from a seed. */
function random(seed: number): (count: number) => number {
	let state = seed;
	return (count) => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return Math.floor((state / 2 ** 32) * count);
	};
}

describe("comparing tensors", function () {
	this.timeout(60_000);
	const { file, engine } = withEngine();
	const exact = { rtol: 0, atol: 0 };

	for (const [k, pair] of RECORDED.entries()) {
		it(`says what NumPy and PyTorch say of pair ${k}, ${pair.dtype}`, async () => {
			const shape = [200];
			const stored = (name: string, hex: string) => ({
				name,
				dtype: pair.dtype,
				shape,
				bytes: new Uint8Array(Buffer.from(hex, "hex")),
			});
			const input = path.join(
				path.dirname(file("x")),
				`pair-${k}.${pair.dtype.startsWith("c") ? "npz" : "safetensors"}`,
			);
			writeTensors(input, [stored("a", pair.a), stored("b", pair.b)]);
			const found = await engine().compare({ a: at(input, "a"), b: at(input, "b"), ...exact });
			const [numpy, torch] = found.verdicts;
			assert.deepEqual([numpy?.failing === 0, numpy?.failing], [pair.numpy.allclose, pair.numpy.failing]);
			const { close, ...tolerance } = pair.torch;
			assert.deepEqual(
				[torch?.failing === 0, torch?.rtol, torch?.atol, torch?.failing],
				[close, tolerance.rtol, tolerance.atol, tolerance.failing],
			);
			assert.ok(Math.abs(found.cosine - pair.cosine) < 1e-12, `cosine ${found.cosine}, not ${pair.cosine}`);
			assert.ok(Math.abs(found.rmse - pair.rmse) <= 1e-12 * pair.rmse, `rmse ${found.rmse}, not ${pair.rmse}`);
			assert.equal(found.ulp === undefined, pair.ulp === undefined && !pair.dtype.startsWith("c"));
			if (!pair.ulp) return;
			assert.equal(found.ulp?.max, Number(pair.ulp.max));
			assert.deepEqual(
				[0, 1].map((bucket) => found.ulp?.counts[bucket] ?? 0),
				[pair.ulp.zero, pair.ulp.one],
			);
		});
	}

	it("finds the same as a loop over all indices, for any split into boxes, order, map and special values", () => {
		for (let seed = 1; seed <= 60; seed++) {
			const next = random(seed);
			const shape = Array.from({ length: 1 + next(4) }, () => 1 + next(5));
			const size = sizeOf(shape);
			const special = [NaN, Infinity, -Infinity, 0, -0, 1e308, -1e308, 5e-324];
			const draw = () => (next(6) === 0 ? (special[next(8)] as number) : next(2000) / 7 - 100);
			const a = Float64Array.from({ length: size }, draw);
			const b = a.map((x) => (next(2) === 0 ? x : next(3) === 0 ? draw() : x * (1 + 10 ** -(3 + next(10)))));
			const map = shape.length > 1 ? ([shape.length - 1 - next(2), 0] as const) : undefined;
			const axes = map && (map[0] === map[1] ? ([1, 0] as const) : map);
			const comparison: Comparison = {
				shape,
				parts: 1,
				bins: shape.map((length) => Math.min(length, 3)),
				...(axes ? { map: { axes, cells: [Math.min(2, shape[axes[0]] ?? 1), Math.min(3, shape[axes[1]] ?? 1)] } } : {}),
				asked: { rtol: 1e-6, atol: 1e-3 },
				torch: torchTolerance("f64"),
				ulp: false,
			};
			const found = differenceOf(
				comparison,
				boxesIn(shape, next).map(({ origin, shape: box }) => {
					const share = emptyShare(comparison);
					const orders = [next(2) === 0 ? "C" : "F", next(2) === 0 ? "C" : "F"] as const;
					const one = decoded(a, shape, origin, box, orders[0]);
					addDifferences(share, one, decoded(b, shape, origin, box, orders[1]), comparison, undefined);
					return share;
				}),
			);
			assert.deepEqual(summaryOf(found), reference(a, b, comparison), `seed ${seed}, shape [${shape}]`);
		}
	});

	it("compares 64-bit integers exactly, also with float64 and as the values that are told", async () => {
		const wide = (...values: bigint[]) => new Uint8Array(BigInt64Array.from(values).buffer);
		const values = [2n ** 53n, 2n ** 53n + 1n, -(2n ** 63n)];
		const integers = { name: "x", dtype: "i64", shape: [3], bytes: wide(...values) } as const;
		const x = writeTensors(file("i64.safetensors"), [integers]);
		const y = writeTensors(file("f64.safetensors"), [f64("y", [3], [2 ** 53, 2 ** 53, -(2 ** 63)])]);
		const found = await engine().compare({ a: at(x, "x"), b: at(y, "y"), ...exact });
		assert.deepEqual([found.different, found.mismatched, found.maxAbs], [1, 1, 1]);
		assert.deepEqual(found.firstDifferent, { index: [1], a: 2n ** 53n + 1n, b: 2 ** 53 });
		const other = writeTensors(file("u64.safetensors"), [
			{
				...integers,
				dtype: "u64",
				bytes: new Uint8Array(BigUint64Array.of(2n ** 53n, 2n ** 53n + 1n, 2n ** 63n).buffer),
			},
		]);
		const signs = await engine().compare({ a: at(x, "x"), b: at(other, "x"), ...exact });
		assert.deepEqual([signs.different, signs.maxAbs, signs.worst?.a], [1, 2 ** 64, -(2n ** 63n)]);
	});

	it("finds in shares over workers what one box has, across orders and dtypes, with a map of two axes", async () => {
		const shape = [60, 70, 300];
		const values = noise(sizeOf(shape), 9);
		const changed = values.map((x, k) => (k === 777_777 ? x + 3 : x));
		const a = writeTensors(file("order-f.npy"), [f64("", shape, toFortran(shape, changed), "F")]);
		const b = writeTensors(file("order-c.npy"), [f32("", shape, values)]);
		const found = await engine().compare({ a: at(a), b: at(b), rtol: 1e-6, atol: 1e-6, map: [0, 1] });
		const index = [37, 2, 177];
		assert.deepEqual([found.elements, found.mismatched, found.worst?.index], [sizeOf(shape), 1, index]);
		assert.deepEqual(found.firstMismatch?.index, index);
		index.forEach((at, axis) => {
			const { maxAbs } = found.profiles[axis] as (typeof found.profiles)[number];
			assert.equal(maxAbs.indexOf(Math.max(...maxAbs)), at);
		});
		const map = found.map?.maxAbs ?? new Float64Array();
		assert.equal(map.indexOf(Math.max(...map)), 37 * 64 + cellOfIndex(2, 70, 64));
		assert.equal(found.ulp, undefined);
	});

	it("answers for empty tensors, scalars, overflowing squares and a map that cannot be", async () => {
		const pair = (name: string, shape: Shape, a: number[], b: number[]) => {
			const input = writeTensors(file(`${name}.safetensors`), [f64("a", shape, a), f64("b", shape, b)]);
			return { a: at(input, "a"), b: at(input, "b"), ...exact };
		};
		const empty = await engine().compare(pair("empty", [0, 3], [], []));
		assert.deepEqual([empty.elements, empty.mismatched, empty.cosine, empty.worst], [0, 0, NaN, undefined]);
		const scalar = await engine().compare(pair("scalar", [], [2], [3]));
		assert.deepEqual([scalar.maxAbs, scalar.worst?.index, scalar.profiles], [1, [], []]);
		const huge = await engine().compare(pair("huge", [2], [3e300, 4e300], [3e300, 4e300]));
		assert.deepEqual([huge.cosine, huge.rmse], [1, 0]);
		const tiny = await engine().compare(pair("tiny", [2], [3e-300, 0], [0, 4e-300]));
		assert.equal(tiny.cosine, 0);
		assert.ok(Math.abs(tiny.rmse / (5e-300 / Math.SQRT2) - 1) < 1e-15);
		await assert.rejects(engine().compare({ ...pair("map", [2], [1, 2], [1, 2]), map: [0, 1] }), /two different axes/);
	});

	it("puts steps into buckets whose labels say what they hold", () => {
		const buckets = [0, 1, 2, 3, 4, 5, 8, 9].map(ulpBucket);
		assert.deepEqual(buckets, [0, 1, 2, 3, 3, 4, 4, 5]);
		assert.deepEqual([0, 1, 2, 3, 4].map(ulpBucketLabel), ["0", "1", "2", "3 – 4", "5 – 8"]);
	});
});

/** Boxes that cover a shape: it is cut at random until they are small. */
function boxesIn(shape: Shape, next: (count: number) => number): { origin: number[]; shape: number[] }[] {
	const cut = (origin: number[], box: number[]): { origin: number[]; shape: number[] }[] => {
		const axis = next(box.length);
		const length = box[axis] as number;
		if (length < 2 || next(3) === 0) return [{ origin, shape: box }];
		const low = 1 + next(length - 1);
		return [
			...cut(
				origin,
				box.map((size, k) => (k === axis ? low : size)),
			),
			...cut(
				origin.map((from, k) => (k === axis ? from + low : from)),
				box.map((size, k) => (k === axis ? length - low : size)),
			),
		];
	};
	return cut(
		shape.map(() => 0),
		[...shape],
	);
}

/** A box of C-order values, laid out in another order. */
function decoded(values: Float64Array, shape: Shape, origin: Shape, box: Shape, order: "C" | "F"): Decoded {
	const [steps, strides] = [denseStrides(shape), denseStrides(box, order)];
	const laid = new Float64Array(sizeOf(box));
	for (const index of indicesOf(box)) {
		const from = index.reduce((sum, i, axis) => sum + (i + (origin[axis] as number)) * (steps[axis] as number), 0);
		laid[index.reduce((sum, i, axis) => sum + i * (strides[axis] as number), 0)] = values[from] as number;
	}
	return { origin, shape: box, strides, offset: 0, values: laid };
}

function indicesOf(shape: Shape): number[][] {
	return shape.reduce<number[][]>(
		(all, length) => all.flatMap((index) => Array.from({ length }, (_, i) => [...index, i])),
		[[]],
	);
}

type Found = ReturnType<typeof differenceOf>;

/** What is compared with the reference: everything but the sums of squares. */
function summaryOf({ cosine: _, rmse: __, profiles, ...found }: Found) {
	return {
		...found,
		profiles: profiles.map(({ meanAbs, ...profile }) => ({ ...profile, meanAbs: rounded(meanAbs) })),
	};
}

/** Means with the digits that do not depend on the order of adding. */
function rounded(values: Float64Array): number[] {
	return [...values].map((value) => Number(value.toPrecision(10)));
}

function reference(a: Float64Array, b: Float64Array, { shape, bins, map, asked, torch }: Comparison) {
	const pairs = indicesOf(shape).map((index, k) => ({ index, a: a[k] as number, b: b[k] as number }));
	const isSame = (x: number, y: number) => x === y || (Number.isNaN(x) && Number.isNaN(y));
	const close = ({ rtol, atol }: typeof asked, x: number, y: number) =>
		x === y || (Number.isFinite(x) && Number.isFinite(y) && Math.abs(x - y) <= atol + rtol * Math.abs(y));
	const finite = pairs.filter(({ a, b }) => Number.isFinite(a) && Number.isFinite(b));
	const apart = ({ a, b }: (typeof pairs)[number]) => Math.abs(a - b);
	const maxOf = (some: typeof pairs) => (some.length === 0 ? NaN : Math.max(...some.map(apart)));
	const different = pairs.filter(({ a, b }) => !isSame(a, b));
	const mismatched = different.filter(({ a, b }) => !close(asked, a, b));
	const maxAbs = Math.max(0, ...finite.map(apart));
	const worst = finite.find((pair) => apart(pair) === maxAbs);
	const failing = (tolerance: typeof asked) => pairs.filter(({ a, b }) => !close(tolerance, a, b)).length;
	return {
		elements: pairs.length,
		mismatched: mismatched.length,
		different: different.length,
		nanPairs: pairs.filter(({ a, b }) => Number.isNaN(a) && Number.isNaN(b)).length,
		nanMismatches: pairs.filter(({ a, b }) => Number.isNaN(a) !== Number.isNaN(b)).length,
		infMismatches: different.filter(
			({ a, b }) => !Number.isNaN(a) && !Number.isNaN(b) && !(Number.isFinite(a) && Number.isFinite(b)),
		).length,
		maxAbs,
		maxRel: Math.max(0, ...finite.filter(({ b }) => b !== 0).map((pair) => apart(pair) / Math.abs(pair.b))),
		verdicts: [
			{ by: "numpy.allclose", ...NUMPY_TOLERANCE, failing: failing(NUMPY_TOLERANCE) },
			{ by: "torch.testing.assert_close", ...torch, failing: failing(torch) },
		],
		...(worst ? { worst } : {}),
		...(mismatched[0] ? { firstMismatch: mismatched[0] } : {}),
		...(different[0] ? { firstDifferent: different[0] } : {}),
		profiles: shape.map((size, axis) => {
			const parts = Array.from({ length: bins[axis] as number }, (_, bin) =>
				finite.filter(({ index }) => cellOfIndex(index[axis] as number, size, bins[axis] as number) === bin),
			);
			return {
				axis,
				size,
				bins: bins[axis],
				maxAbs: Float64Array.from(parts, maxOf),
				meanAbs: rounded(
					Float64Array.from(parts, (some) => some.reduce((sum, pair) => sum + apart(pair), 0) / some.length),
				),
			};
		}),
		...(map
			? {
					map: {
						...map,
						maxAbs: Float64Array.from(indicesOf(map.cells), ([row, column]) =>
							maxOf(
								finite.filter(({ index }) =>
									map.axes.every(
										(axis, k) =>
											cellOfIndex(index[axis] as number, shape[axis] as number, map.cells[k] as number) ===
											[row, column][k],
									),
								),
							),
						),
					},
				}
			: {}),
	};
}
