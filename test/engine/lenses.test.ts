import assert from "node:assert/strict";
import { MOST_CHANCE } from "../../src/core/already-normalized";
import { type Shape, sizeOf } from "../../src/core/layout";
import { COMPARABLE_IDS, layoutOf, type Norm, normalization, normOptions } from "../../src/core/normalizations";
import { at, f32, f64, noise, readValues, withEngine, writeTensors } from "./files";

const SHAPES: readonly Shape[] = [
	[8, 12, 6, 5],
	[16, 9, 24],
	[40, 32],
];

function normsOn(shape: Shape): Norm[] {
	return COMPARABLE_IDS.filter((id) => normalization(id).statistic?.divisor === "std" && id !== "meanVarianceNorm")
		.flatMap((id) => [1, -1].map((axis): Norm => ({ id, options: normOptions(shape, { axis, groups: 3, eps: 1e-5 }) })))
		.filter((norm) => {
			try {
				return sizeOf(layoutOf(norm, shape).cells) * 2 <= sizeOf(shape);
			} catch {
				return false;
			}
		});
}

describe("the lenses", function () {
	this.timeout(60_000);
	const { file, engine } = withEngine();

	it("name the layout of every norm on its own output, in f32, f64, f16 and bf16, and those that follow from it", async () => {
		let checked = 0;
		for (const shape of SHAPES) {
			const values = noise(sizeOf(shape), 11).map((x, k) => 3 + x * (1 + (k % 5)));
			const input = at(writeTensors(file("in.safetensors"), [f64("x", shape, values)]), "x");
			for (const norm of normsOn(shape)) {
				for (const dtype of ["f32", "f64", "f16", "bf16"] as const) {
					const output = file("out.safetensors");
					await engine().normalize({ ...input, norm, dtype, output, overwrite: true });
					const { found, leftOut } = await engine().alreadyNormalized(at(output));
					const cells = layoutOf(norm, shape).cells.join();
					const own = found.find(({ layout }) => layout.cells.join() === cells);
					assert.ok(own, `${norm.id} axis ${norm.options.axis} on [${shape}] as ${dtype}`);
					assert.ok(own.finest && own.chance <= MOST_CHANCE && own.standard === "mean and variance");
					assert.equal(found.filter(({ finest }) => finest).length, 1, `${norm.id} on [${shape}] as ${dtype}`);
					assert.equal(leftOut, 0);
					checked++;
				}
			}
		}
		assert.ok(checked >= 40, String(checked));
	});

	it("name nothing on numbers from N(0, 1), however small the sets", async () => {
		for (let seed = 1; seed <= 12; seed++) {
			for (const shape of [
				[4, 3, 2, 2],
				[64, 6],
				[32, 8, 4],
				[16, 16, 16, 8],
			]) {
				const input = writeTensors(file("noise.safetensors"), [f32("x", shape, noise(sizeOf(shape), seed))]);
				const { found, hints } = await engine().alreadyNormalized(at(input));
				assert.deepEqual([found, hints], [[], []], `seed ${seed} on [${shape}]`);
			}
		}
	});

	it("see an InstanceNorm behind its gamma and beta", async () => {
		const shape = [8, 6, 10, 10];
		const values = noise(sizeOf(shape), 4);
		const ramp = (scale: number, start: number) => Array.from({ length: 6 }, (_, c) => start + c * scale);
		const input = writeTensors(file("affine.safetensors"), [
			f32("x", shape, values),
			f32("gamma", [6], ramp(0.3, 0.5)),
			f32("beta", [6], ramp(-0.7, 1)),
		]);
		const norm: Norm = { id: "instanceNorm", options: normOptions(shape) };
		const output = file("affine-out.safetensors");
		const request = { gamma: at(input, "gamma"), beta: at(input, "beta"), output, overwrite: true };
		await engine().normalize({ ...at(input, "x"), norm, ...request });
		const { found, hints } = await engine().alreadyNormalized(at(output));
		assert.deepEqual(found, []);
		assert.deepEqual(hints[0]?.layout.cells, [8, 6, 1, 1]);
	});

	it("compare the outputs of norms as comparing their files does", async () => {
		const shape = [6, 8, 5, 4];
		const input = at(
			writeTensors(file("pairs.npy"), [
				f64(
					"x",
					shape,
					noise(sizeOf(shape), 6).map((x) => 2 * x - 1),
				),
			]),
		);
		const norms = normsOn(shape);
		const apart = await engine().normsApart({ ...input, norms });
		assert.equal(apart.length, (norms.length * (norms.length - 1)) / 2);
		for (const { a, b, maxAbs, rms } of apart) {
			const outputs = [];
			for (const number of [a, b]) {
				const output = file(`pair-${number}.npy`);
				await engine().normalize({ ...input, norm: norms[number] as Norm, output, overwrite: true });
				outputs.push((await readValues({ file: output })).values);
			}
			const [one, other] = outputs as [Float64Array, Float64Array];
			const differences = one.map((y, k) => Math.abs(y - (other[k] as number)));
			assert.ok(Math.abs(maxAbs - Math.max(...differences)) < 1e-9);
			assert.ok(Math.abs(rms - Math.sqrt(differences.reduce((sum, d) => sum + d * d, 0) / one.length)) < 1e-9);
		}
	});

	it("draw sub-batches of a file of many chunks, end in order, and stop when cancelled", async () => {
		const shape = [64, 16, 40, 40];
		const values = noise(sizeOf(shape), 8).map((x, k) => x + Math.floor(k / 25_600) * 0.05);
		const input = at(writeTensors(file("batch.npy"), [f32("x", shape, values)]));
		const norm: Norm = { id: "batchNorm", options: normOptions(shape) };
		const found = await engine().batchSizes({ ...input, norm });
		assert.deepEqual(found.sizes, [1, 2, 4, 8, 16, 32, 64]);
		assert.equal(found.sets, 16);
		for (let k = 1; k < found.sizes.length; k++) {
			assert.ok((found.output.median[k] as number) < (found.output.median[k - 1] as number), `size ${found.sizes[k]}`);
		}
		assert.ok((found.output.p95.at(-1) as number) < 1e-9);
		const stop = new AbortController();
		const cancelled = engine().batchSizes(
			{ ...input, norm, draws: 10_000 },
			{ signal: stop.signal, onProgress: () => stop.abort() },
		);
		await assert.rejects(cancelled, { code: "cancelled" });
	});
});
