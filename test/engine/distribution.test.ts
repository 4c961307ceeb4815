import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { HISTOGRAM_BINS, QUANTILES, type QuantileName } from "../../src/core/distribution";
import { TensorError } from "../../src/core/errors";
import { type Shape, sizeOf } from "../../src/core/layout";
import type { Progress } from "../../src/rpc";
import { at, f32, f64, noise, toFortran, withEngine, writeTensors } from "./files";

const FOLDER = "test/fixtures/exact";
const NAMES = Object.keys(QUANTILES) as QuantileName[];

/** What `scripts/record-quantiles.py` wrote. */
interface Recorded {
	readonly file: string;
	readonly shape: Shape;
	readonly cells: Shape;
	readonly found: readonly {
		readonly quantiles: readonly number[] | null;
		readonly histogram: readonly number[] | null;
	}[];
}

describe("the engine's distributions", function () {
	this.timeout(60_000);
	const { file, engine } = withEngine();

	it("are NumPy's quantiles (inverted_cdf) and histograms, within the error they state", async () => {
		const records = JSON.parse(readFileSync(path.join(FOLDER, "quantiles.json"), "utf8")) as readonly Recorded[];
		let exact = 0;
		for (const { file: name, shape, cells, found } of records) {
			const request = { ...at(path.resolve(FOLDER, name)), part: 0, layout: { shape, cells } } as const;
			const { distribution, dtype } = await engine().distribution(request);
			const { quantiles, histogram, relativeError } = distribution;
			if (["f16", "i8", "bool"].includes(dtype)) {
				assert.equal(relativeError, 0, name);
				exact++;
			} else assert.ok(relativeError <= 2 ** -12, name);
			found.forEach((truth, cell) => {
				truth.quantiles?.forEach((expected, k) => {
					const value = quantiles[NAMES[k] as QuantileName][cell] as number;
					const allowed = relativeError * Math.max(Math.abs(expected), 2 * (dtype === "f32" ? 2 ** -126 : 2 ** -1022));
					assert.ok(
						Math.abs(value - expected) <= allowed,
						`${name} [${cells}] ${cell} ${NAMES[k]}: ${value}, not ${expected}`,
					);
				});
				if (truth.quantiles === null) assert.equal(quantiles.median[cell], NaN);
				if (truth.histogram === null || relativeError > 0) return;
				const bins = [...histogram.subarray(cell * HISTOGRAM_BINS, (cell + 1) * HISTOGRAM_BINS)];
				assert.deepEqual(bins, truth.histogram, `${name} [${cells}] ${cell}`);
			});
		}
		assert.ok(exact > 3);
	});

	it("are the same in C and in Fortran order, split over workers and chunks, for any cells", async () => {
		const shape = [130, 33, 130];
		const values = noise(sizeOf(shape)).map((x, i) => (i % 1001 === 7 ? NaN : i % 997 === 9 ? -Infinity : x));
		for (const cells of [
			[1, 1, 1],
			[1, 33, 1],
			[13, 1, 13],
			[1, 1, 130],
		]) {
			const layout = { shape, cells };
			const c = writeTensors(file("order-C.npy"), [f64("", shape, values)]);
			const fortran = writeTensors(file("order-F.npy"), [f64("", shape, toFortran(shape, values), "F")]);
			const seen: Progress[] = [];
			const options = { onProgress: (progress: Progress) => seen.push(progress) };
			const { distribution } = await engine().distribution({ ...at(c), part: 0, layout }, options);
			const other = await engine().distribution({ ...at(fortran), part: 0, layout });
			assert.deepEqual(distribution, other.distribution);
			assert.equal(
				distribution.count.reduce((a, b) => a + b, 0),
				values.filter(Number.isFinite).length,
			);
			assert.equal(seen.at(-1)?.done, values.length);
		}
	});

	it("are of the part asked for of complex tensors", async () => {
		const bytes = new Uint8Array(Float32Array.of(1, -10, 2, -20, 3, NaN).buffer);
		const input = writeTensors(file("complex.npy"), [{ name: "", dtype: "c64", shape: [3], bytes }]);
		const real = (await engine().distribution({ ...at(input), part: 0 })).distribution;
		const imaginary = (await engine().distribution({ ...at(input), part: 1 })).distribution;
		assert.deepEqual([real.quantiles.median[0], real.count[0], real.nan[0]], [2, 3, 0]);
		assert.deepEqual([imaginary.quantiles.median[0], imaginary.count[0], imaginary.nan[0]], [-20, 2, 1]);
	});

	it("are of nothing for an empty tensor, and of one element for a scalar", async () => {
		const empty = writeTensors(file("empty.npy"), [f32("", [0, 3], [])]);
		const scalar = writeTensors(file("scalar.npy"), [f32("", [], [0.1])]);
		const none = (await engine().distribution({ ...at(empty), part: 0 })).distribution;
		assert.deepEqual([none.count[0], none.quantiles.p1[0], none.relativeError], [0, NaN, 0]);
		const one = (await engine().distribution({ ...at(scalar), part: 0 })).distribution;
		assert.deepEqual([one.quantiles.p1[0], one.quantiles.p99[0]], [Math.fround(0.1), Math.fround(0.1)]);
	});

	it("are refused for too many cells before anything is read, and for the layout of another shape", async () => {
		const shape = [5000, 2];
		const input = writeTensors(file("many.npy"), [f32("", shape, new Float64Array(10_000))]);
		const code = (expected: string, text: RegExp) => (thrown: unknown) =>
			thrown instanceof TensorError && thrown.code === expected && text.test(thrown.message);
		const many = engine().distribution({ ...at(input), part: 0, layout: { shape, cells: [5000, 1] } });
		await assert.rejects(many, code("too-large", /5000 sets.*4096/));
		const other = engine().distribution({ ...at(input), part: 0, layout: { shape: [10_000], cells: [1] } });
		await assert.rejects(other, code("bad-layout", /10000/));
	});

	it("end when they are cancelled, and the engine goes on", async () => {
		const input = writeTensors(file("long.npy"), [f64("", [4_000_000], new Float64Array(4_000_000))]);
		const abort = new AbortController();
		const options = { signal: abort.signal, onProgress: () => abort.abort() };
		await assert.rejects(
			engine().distribution({ ...at(input), part: 0 }, options),
			(thrown) => thrown instanceof TensorError && thrown.code === "cancelled",
		);
		assert.equal((await engine().distribution({ ...at(input), part: 0 })).distribution.count[0], 4_000_000);
	});
});
