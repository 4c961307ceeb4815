import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import type { WritableDType } from "../../src/core/dtype";
import { TensorError } from "../../src/core/errors";
import { unravel } from "../../src/core/inspection";
import { cellOfIndex, type Shape, sizeOf } from "../../src/core/layout";
import type { NormOptions } from "../../src/core/norm-options";
import { layoutOf, type Norm, type NormId, normOptions } from "../../src/core/normalizations";
import { at, f32, f64, noise, readValues, toFortran, withEngine, writeDeflated, writeTensors } from "./files";

const normOf = (id: NormId, shape: Shape, options: Partial<NormOptions> = {}): Norm => ({
	id,
	options: normOptions(shape, options),
});

/** The formulas as they stand in the papers, in float64, index by index. */
function byDefinition(values: Float64Array, shape: Shape, norm: Norm, gamma?: number[], beta?: number[]): Float64Array {
	const { axis, groups, eps } = norm.options;
	const channel = axis < 0 ? axis + shape.length : axis;
	const setOf = (index: number[]): string => {
		const c = index[channel] as number;
		if (norm.id === "batchNorm") return `${c}`;
		if (norm.id === "instanceNorm") return `${index[0]},${c}`;
		if (norm.id === "groupNorm") return `${index[0]},${Math.floor(c / ((shape[channel] as number) / groups))}`;
		return index.slice(0, channel).join();
	};
	const sets = new Map<string, number[]>();
	values.forEach((value, flat) => {
		const set = setOf(unravel(flat, shape));
		sets.set(set, [...(sets.get(set) ?? []), value]);
	});
	const statistics = new Map(
		[...sets].map(([set, list]) => {
			const mean = list.reduce((sum, x) => sum + x, 0) / list.length;
			const variance = list.reduce((sum, x) => sum + (x - mean) ** 2, 0) / list.length;
			return [set, { mean, variance }] as const;
		}),
	);
	return values.map((value, flat) => {
		const index = unravel(flat, shape);
		const { mean, variance } = statistics.get(setOf(index)) as { mean: number; variance: number };
		const along = norm.id === "layerNorm" ? flat % sizeOf(shape.slice(channel)) : (index[channel] as number);
		return ((value - mean) / Math.sqrt(variance + eps)) * (gamma?.[along] ?? 1) + (beta?.[along] ?? 0);
	});
}

function assertValues(found: Float64Array, expected: ArrayLike<number>, tolerance: number, what: string): void {
	assert.equal(found.length, expected.length, what);
	for (let i = 0; i < found.length; i++) {
		const [y, wanted] = [found[i] as number, expected[i] as number];
		const near = Object.is(y, wanted) || Math.abs(y - wanted) <= tolerance * Math.max(1, Math.abs(wanted));
		assert.ok(near, `${what}, element ${i}: found ${y}, expected ${wanted}`);
	}
}

const code = (expected: TensorError["code"], sentence: RegExp) => (thrown: unknown) => {
	assert.ok(thrown instanceof TensorError, String(thrown));
	assert.equal(thrown.code, expected, thrown.message);
	assert.match(thrown.message, sentence);
	return true;
};

describe("normalize", function () {
	this.timeout(60_000);
	const { file, engine } = withEngine();

	for (const shape of [
		[7, 6],
		[3, 6, 5],
		[3, 6, 4, 5],
		[2, 6, 3, 4, 5],
	]) {
		for (const last of [false, true]) {
			const shown = last ? [shape[0] as number, ...shape.slice(2), 6] : shape;
			if (last && shape.length === 2) continue;
			it(`of [${shown}], channels ${last ? "last" : "first"}, follows the formulas to 1e-12`, async () => {
				const values = noise(sizeOf(shown), shown.length).map((x) => 3 * x + 100);
				const input = writeTensors(file("formula.npy"), [f64("", shown, values)]);
				const channel = last ? -1 : 1;
				for (const id of ["batchNorm", "layerNorm", "instanceNorm", "groupNorm"] as const) {
					if (id === "instanceNorm" && shown.length < 3) continue;
					const norm = normOf(id, shown, { axis: channel, groups: 3 });
					const along = id === "layerNorm" ? shown.slice(channel) : [6];
					const count = sizeOf(along);
					const gamma = [...noise(count, 5)];
					const beta = [...noise(count, 6)];
					writeTensors(file("affine.safetensors"), [f64("gamma", along, gamma), f64("beta", along, beta)]);
					const output = file("formula-out.safetensors");
					const result = await engine().normalize({
						...at(input),
						norm,
						gamma: at(file("affine.safetensors"), "gamma"),
						beta: at(file("affine.safetensors"), "beta"),
						output,
						overwrite: true,
					});
					assert.equal(result.dtype, "f64");
					const found = await readValues({ file: output });
					assertValues(found.values, byDefinition(values, shown, norm, gamma, beta), 1e-12, `${id} of [${shown}]`);
				}
			});
		}
	}

	it("agrees with what PyTorch computed, case by case", async () => {
		const recorded = JSON.parse(readFileSync("test/fixtures/pytorch/cases.json", "utf8")) as {
			cases: readonly {
				readonly id: string;
				readonly norm: NormId;
				readonly axis: number;
				readonly groups?: number;
				readonly eps: number;
				readonly input: string;
				readonly output: string;
				readonly gamma?: string;
				readonly beta?: string;
				readonly shape: Shape;
				readonly dtype: WritableDType;
				readonly tolerance: number;
			}[];
		};
		const tensors = path.resolve("test/fixtures/pytorch/cases.safetensors");
		assert.ok(recorded.cases.length > 100);
		for (const { id, norm, axis, groups = 1, eps, input, gamma, beta, shape, dtype, ...expected } of recorded.cases) {
			const output = file("pytorch.npy");
			await engine().normalize({
				...at(tensors, input),
				norm: normOf(norm, shape, { axis, groups, eps }),
				...(gamma ? { gamma: at(tensors, gamma) } : {}),
				...(beta ? { beta: at(tensors, beta) } : {}),
				dtype,
				output,
				overwrite: true,
			});
			const found = await readValues({ file: output });
			const torch = await readValues({ file: tensors, tensor: expected.output });
			assertValues(found.values, torch.values, expected.tolerance, id);
		}
	});

	const SHAPE = [5, 6, 7];
	const VALUES = noise(210, 9);
	for (const suffix of ["npy", "npz", "safetensors"]) {
		for (const order of ["C", "F"] as const) {
			for (const dtype of ["f64", "f32", "f16", "bf16", "f8_e4m3", "f8_e5m2"] as const) {
				if (suffix !== "safetensors" && dtype.startsWith("f8")) continue;
				it(`of ${order} order is written to .${suffix} as ${dtype} and reads back`, async () => {
					const stored = order === "C" ? VALUES : toFortran(SHAPE, VALUES);
					const input = writeTensors(file(`order-${order}.npy`), [f64("", SHAPE, stored, order)]);
					const output = file(`out-${order}-${dtype}.${suffix}`);
					const norm = normOf("layerNorm", SHAPE, { axis: -1 });
					const result = await engine().normalize({ ...at(input), norm, dtype, output, overwrite: false });
					const { values, info, format, metadata } = await readValues({ file: output });
					const digits = { f64: 1e-12, f32: 1e-7, f16: 1e-3, bf16: 8e-3, f8_e4m3: 0.07, f8_e5m2: 0.13 }[dtype];
					assertValues(values, byDefinition(VALUES, SHAPE, norm), digits, output);
					assert.deepEqual([info.dtype, info.shape, format], [dtype, SHAPE, suffix]);
					assert.equal(info.name, suffix === "npy" ? "" : `order-${order}`);
					assert.equal(result.bytes, readFileSync(output).length);
					if (suffix === "safetensors") assert.match(metadata.normalization ?? "", /"norm":"layerNorm"/);
				});
			}
		}
	}

	it("works on tensors of many chunks, split over workers, whichever way the order turns", async () => {
		const shape = [130, 70, 130];
		const values = noise(sizeOf(shape), 3);
		const norm = normOf("batchNorm", shape);
		const layout = layoutOf(norm, shape);
		const input = writeTensors(file("large-F.npy"), [f64("", shape, toFortran(shape, values), "F")]);
		for (const output of [file("large.npy"), file("large.npz"), file("large.safetensors")]) {
			await engine().normalize({ ...at(input), norm, output, overwrite: false });
			const found = await readValues({ file: output });
			const sums = new Float64Array(70);
			const squares = new Float64Array(70);
			found.values.forEach((y, flat) => {
				const channel = cellOfIndex(Math.floor(flat / 130) % 70, 70, layout.cells[1] as number);
				sums[channel] = (sums[channel] as number) + y;
				squares[channel] = (squares[channel] as number) + y * y;
			});
			for (let c = 0; c < 70; c++) {
				assert.ok(Math.abs((sums[c] as number) / 16900) < 1e-12, `mean of channel ${c} in ${output}`);
				assert.ok(Math.abs((squares[c] as number) / 16900 - 1) < 2e-5, `variance of channel ${c} in ${output}`);
			}
			const back = await engine().compare({ a: at(file("large.npy")), b: at(output), rtol: 0, atol: 0 });
			assert.deepEqual([back.elements, back.different], [sizeOf(shape), 0]);
		}
	});

	it("works on compressed members, which can only be read from front to back, in either order", async () => {
		const shape = [20, 30, 1500];
		const values = noise(sizeOf(shape), 4);
		const norm = normOf("instanceNorm", shape);
		for (const order of ["C", "F"] as const) {
			const stored = order === "C" ? values : toFortran(shape, values);
			const plain = writeTensors(file("plain.npy"), [f64("", shape, stored, order)]);
			const input = writeDeflated(file("deflated.npz"), "acts", readFileSync(plain));
			for (const suffix of ["npz", "safetensors"]) {
				const output = file(`inflated.${suffix}`);
				const result = await engine().normalize({ ...at(input), norm, output, overwrite: true });
				assert.equal(result.tensor, "acts");
				await engine().normalize({ ...at(plain), norm, output: file("inflated.npy"), overwrite: true });
				const found = await engine().compare({ a: at(output), b: at(file("inflated.npy")), rtol: 0, atol: 1e-12 });
				assert.deepEqual([found.elements, found.mismatched], [sizeOf(shape), 0], `${order} to ${suffix}`);
			}
		}
	});

	it("keeps NaN and infinities where they are, and out of the statistics of their set", async () => {
		const values = [1, 2, 3, NaN, 4, 6, Infinity, 8];
		const input = writeTensors(file("nan.npy"), [f64("", [2, 4], values)]);
		const norm = normOf("layerNorm", [2, 4], { eps: 0 });
		await engine().normalize({ ...at(input), norm, output: file("nan-out.npy"), overwrite: true });
		const { values: found } = await readValues({ file: file("nan-out.npy") });
		const s = Math.sqrt(2 / 3);
		const t = Math.sqrt(8 / 3);
		assertValues(found, [-1 / s, 0, 1 / s, NaN, -2 / t, 0, Infinity, 2 / t], 1e-15, "apart");
	});

	it("makes a whole set NaN where it is asked to be as the frameworks are", async () => {
		const input = writeTensors(file("poison.npy"), [f64("", [2, 2], [1, NaN, 3, 5])]);
		const norm = normOf("layerNorm", [2, 2], { eps: 0, nonFinite: "propagate" });
		await engine().normalize({ ...at(input), norm, output: file("poison-out.npy"), overwrite: true });
		const { values } = await readValues({ file: file("poison-out.npy") });
		assertValues(values, [NaN, NaN, -1, 1], 1e-15, "propagate");
	});

	it("is exact around 1e8 and for 64-bit integers past 2^53", async () => {
		const near = writeTensors(file("near.npy"), [f64("", [1, 4], [1e8, 1e8 + 0.25, 1e8 + 0.5, 1e8 + 1.25])]);
		const norm = normOf("layerNorm", [1, 4], { eps: 0 });
		const std = Math.sqrt(0.21875);
		await engine().normalize({ ...at(near), norm, output: file("near-out.npy"), overwrite: true });
		const expected = [-0.5 / std, -0.25 / std, 0, 0.75 / std];
		assertValues((await readValues({ file: file("near-out.npy") })).values, expected, 1e-15, "near 1e8");
		const bytes = new Uint8Array(BigInt64Array.of(2n ** 62n, 2n ** 62n + 1n, 2n ** 62n + 2n, 2n ** 62n + 5n).buffer);
		const wide = writeTensors(file("wide.npy"), [{ name: "", dtype: "i64", shape: [1, 4], bytes }]);
		await engine().normalize({ ...at(wide), norm, output: file("wide-out.npy"), overwrite: true });
		const deviation = Math.sqrt(3.5);
		const distances = [-2, -1, 0, 3].map((x) => x / deviation);
		assertValues((await readValues({ file: file("wide-out.npy") })).values, distances, 1e-15, "near 2^62");
	});

	it("counts results past the range of the dtype written", async () => {
		const input = writeTensors(file("past.npy"), [f64("", [1, 2], [-1, 1])]);
		const big = writeTensors(file("big.npy"), [f64("", [2], [1e6, 1])]);
		const norm = normOf("layerNorm", [1, 2], { eps: 0 });
		const output = file("past-out.npy");
		const result = await engine().normalize({
			...at(input),
			norm,
			gamma: at(big),
			dtype: "f16",
			output,
			overwrite: true,
		});
		assert.equal(result.overflowed, 1);
		assertValues((await readValues({ file: output })).values, [-Infinity, 1], 0, "f16");
	});

	it("keeps a safetensors file's own metadata and tells what was done", async () => {
		const input = writeTensors(file("meta.safetensors"), [f32("acts", [2, 3], noise(6))], { step: "1200" });
		const output = file("meta-out.safetensors");
		await engine().normalize({ ...at(input, "acts"), norm: normOf("batchNorm", [2, 3]), output, overwrite: false });
		const { metadata, info } = await readValues({ file: output });
		assert.equal(metadata.step, "1200");
		assert.equal(info.name, "acts");
		const told = JSON.parse(metadata.normalization ?? "") as Record<string, unknown>;
		assert.deepEqual([told.norm, told.eps, told.from], ["batchNorm", 1e-5, "meta.safetensors"]);
	});

	it("of one's own cells is the named norm that has the same cells", async () => {
		const shape = [4, 6, 5];
		const input = writeTensors(file("cells.npy"), [f64("", shape, noise(120))]);
		const named = normOf("groupNorm", shape, { groups: 3 });
		const own = normOf("cells", shape, { cells: [4, 3, 1] });
		await engine().normalize({ ...at(input), norm: named, output: file("named.npy"), overwrite: true });
		await engine().normalize({ ...at(input), norm: own, output: file("own.npy"), overwrite: true });
		assert.deepEqual(readFileSync(file("named.npy")), readFileSync(file("own.npy")));
	});

	it("accepts gamma of any shape that broadcasts, and otherwise says which shapes fit", async () => {
		const shape = [2, 3, 4];
		const values = noise(24);
		const input = writeTensors(file("broadcast.npy"), [f64("", shape, values)]);
		const norm = normOf("batchNorm", shape);
		const output = file("broadcast-out.npy");
		const run = (gammaShape: Shape, gamma: number[]) => {
			const ref = at(writeTensors(file("gamma.npy"), [f64("", gammaShape, gamma)]));
			return engine().normalize({ ...at(input), norm, gamma: ref, output, overwrite: true });
		};
		const plain = byDefinition(values, shape, norm);
		for (const gammaShape of [[3], [3, 1], [1, 3, 1]]) {
			await run(gammaShape, [1, 2, 3]);
			const expected = plain.map((y, flat) => y * ((Math.floor(flat / 4) % 3) + 1));
			assertValues((await readValues({ file: output })).values, expected, 1e-12, `gamma [${gammaShape}]`);
		}
		await run([4], [1, 2, 3, 4]);
		const expected = plain.map((y, flat) => y * ((flat % 4) + 1));
		assertValues((await readValues({ file: output })).values, expected, 1e-12, "gamma along the last axis");
		await run([], [2]);
		assertValues(
			(await readValues({ file: output })).values,
			plain.map((y) => 2 * y),
			1e-12,
			"a scalar",
		);
		await assert.rejects(run([5], [1, 2, 3, 4, 5]), code("bad-option", /gamma is \[5\].*needs \[3\].*\[2, 3, 4\]/));
	});

	it("refuses what it cannot do, with a reason, and leaves nothing", async () => {
		const input = writeTensors(file("refuse.npy"), [f64("", [4, 6], noise(24))]);
		const complex = new Uint8Array(8 * 4);
		const other = writeTensors(file("complex.npy"), [{ name: "", dtype: "c64", shape: [2, 2], bytes: complex }]);
		const norm = normOf("batchNorm", [4, 6]);
		const files = readdirSync(path.dirname(input)).length;
		const run = (over: object) =>
			engine().normalize({ ...at(input), norm, output: file("refused.npy"), overwrite: false, ...over });
		await assert.rejects(run({ output: file("refused.csv") }), code("bad-option", /\.npy.*\.npz.*\.safetensors/));
		await assert.rejects(run({ output: path.join(file("nowhere"), "x.npy") }), code("not-found", /no folder/));
		await assert.rejects(run({ output: input }), code("exists", /already/));
		await assert.rejects(run({ ...at(other) }), code("unsupported", /Complex/));
		await assert.rejects(run({ ...at(file("missing.npy")) }), code("not-found", /no such file/));
		await assert.rejects(run({ norm: normOf("groupNorm", [4, 6], { groups: 4 }) }), code("bad-layout", /1, 2, 3, 6/));
		await assert.rejects(run({ norm: normOf("batchNorm", [4, 6], { eps: -1 }) }), code("bad-option", /eps is -1/));
		assert.equal(readdirSync(path.dirname(input)).length, files);
	});

	it("may replace its own input when that is asked for", async () => {
		const input = writeTensors(file("itself.npy"), [f64("", [2, 2], [1, 3, 5, 7])]);
		const norm = normOf("layerNorm", [2, 2], { eps: 0 });
		await engine().normalize({ ...at(input), norm, output: input, overwrite: true });
		assertValues((await readValues({ file: input })).values, [-1, 1, -1, 1], 1e-15, "the replaced file");
		const again = await engine().inspect({ ...at(input), part: 0 });
		assert.equal(again.whole.max, 1);
	});

	it("leaves neither output nor temporary file when it is cancelled at any point", async () => {
		const shape = [64, 64, 640];
		const input = writeTensors(file("cancel.npy"), [f32("", shape, noise(sizeOf(shape)))]);
		const files = readdirSync(path.dirname(input)).length;
		for (const fraction of [0, 0.2, 0.5, 0.6, 0.9]) {
			const abort = new AbortController();
			const run = engine().normalize(
				{ ...at(input), norm: normOf("batchNorm", shape), output: file("cancelled.npy"), overwrite: false },
				{
					signal: abort.signal,
					onProgress: ({ done, total }) => {
						if (done >= fraction * total) abort.abort();
					},
				},
			);
			await assert.rejects(run, code("cancelled", /Cancelled/));
			assert.equal(readdirSync(path.dirname(input)).length, files, `at ${fraction}`);
		}
	});

	it("replaces an existing file only as a whole", async () => {
		const shape = [64, 64, 640];
		const input = writeTensors(file("whole.npy"), [f32("", shape, noise(sizeOf(shape)))]);
		const output = file("precious.npy");
		writeFileSync(output, "precious");
		const abort = new AbortController();
		const run = engine().normalize(
			{ ...at(input), norm: normOf("batchNorm", shape), output, overwrite: true },
			{ signal: abort.signal, onProgress: ({ done, total }) => done > 0.7 * total && abort.abort() },
		);
		await assert.rejects(run, code("cancelled", /Cancelled/));
		assert.equal(readFileSync(output, "utf8"), "precious");
	});
});
