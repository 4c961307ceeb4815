import assert from "node:assert/strict";
import { denseStrides, type Shape, sizeOf } from "../../src/core/layout";
import { maskedBoxes, maskStrides } from "../../src/core/mask";
import { type Norm, normOptions } from "../../src/core/normalizations";
import type { MaskRequest, Padding } from "../../src/engine/lens-api";
import { at, f32, f64, noise, readValues, type Stored, toFortran, withEngine, writeTensors } from "./files";

/** Whether each element is valid, told element by element. */
type Valid = (index: readonly number[]) => boolean;

function indices(shape: Shape): number[][] {
	const steps = denseStrides(shape);
	return Array.from({ length: sizeOf(shape) }, (_, flat) =>
		shape.map((size, axis) => Math.floor(flat / (steps[axis] as number)) % size),
	);
}

/** BatchNorm over all axes but the channel's, of valid elements, by the definition; padding is NaN here. */
function expected(shape: Shape, values: Float64Array, channel: number, valid: Valid) {
	const places = indices(shape);
	return Array.from({ length: shape[channel] as number }, (_, c) => {
		const own = (only: boolean) =>
			[...values].filter((_, k) => places[k]?.[channel] === c && (!only || valid(places[k] as number[])));
		const of = (list: readonly number[]) => {
			const mean = list.reduce((sum, x) => sum + x, 0) / list.length;
			return {
				count: list.length,
				mean,
				std: Math.sqrt(list.reduce((sum, x) => sum + (x - mean) ** 2, 0) / list.length),
			};
		};
		return { valid: of(own(true)), all: of(own(false)) };
	});
}

describe("masks", function () {
	this.timeout(60_000);
	const { file, engine } = withEngine();
	const lengths = [5, 0, 9, 2];
	const shape: Shape = [4, 9, 6];
	const values = noise(sizeOf(shape), 5).map((x, k) =>
		Math.floor(k / 6) % 9 < (lengths[Math.floor(k / 54)] as number) ? x + 4 : 0,
	);
	const prefix: Valid = ([n = 0, t = 0]) => t < (lengths[n] as number);
	const numbers = (dtype: "i32" | "bool", list: readonly number[], name: string, of: Shape): Stored => ({
		name,
		dtype,
		shape: of,
		bytes: dtype === "bool" ? Uint8Array.from(list) : new Uint8Array(Int32Array.from(list).buffer),
	});
	const mask = indices([4, 9]).map((index) => (prefix(index) ? 1 : 0));
	const input = () =>
		writeTensors(file("padded.safetensors"), [
			f64("x", shape, values),
			numbers("i32", lengths, "lengths", [4]),
			numbers("bool", mask, "mask", [4, 9]),
			numbers(
				"bool",
				mask.map((valid) => 1 - valid),
				"padding",
				[4, 9],
			),
			f32("full", [4, 9, 1], mask),
			numbers("i32", [3, 12, 4, 4], "long", [4]),
			f32(
				"odd",
				[7],
				Array.from({ length: 7 }, () => 1),
			),
		]);
	const norm: Norm = { id: "batchNorm", options: normOptions(shape, { axis: -1 }) };

	it("give the statistics of valid elements and the error of ignoring them, however they are told", async () => {
		const ref = at(input(), "x");
		const channels = expected(shape, values, 2, prefix);
		const told: readonly MaskRequest[] = [
			{ kind: "lengths", ref: at(input(), "lengths") },
			{ kind: "mask", ref: at(input(), "mask") },
			{ kind: "mask", ref: at(input(), "padding"), inverted: true },
			{ kind: "mask", ref: at(input(), "full"), axes: [0, 1, 2] },
		];
		for (const each of told) {
			const found = await engine().maskEffect({ ...ref, norm, mask: each });
			assert.deepEqual([found.sets, found.empty, found.valid, found.all], [6, 0, 96, 216]);
			for (const set of found.worst) {
				const { valid, all } = channels[set.set] as (typeof channels)[number];
				assert.equal(set.valid, valid.count);
				for (const [one, other] of [
					[set.mean, valid.mean],
					[set.std, valid.std],
					[set.allMean, all.mean],
					[set.allStd, all.std],
				] as const) {
					assert.ok(Math.abs(one - other) < 1e-12, `${each.kind}: ${one}, not ${other}`);
				}
				const y = (x: number, { mean, std }: typeof valid) => (x - mean) / Math.sqrt(std * std + 1e-5);
				const own = indices(shape).flatMap((index, k) =>
					index[2] === set.set && prefix(index) ? [values[k] as number] : [],
				);
				const rms = Math.sqrt(own.reduce((sum, x) => sum + (y(x, all) - y(x, valid)) ** 2, 0) / own.length);
				assert.ok(Math.abs(set.rms - rms) < 1e-12);
			}
		}
	});

	it("normalize with statistics of valid elements, and leave padding as asked, in C and in Fortran order", async () => {
		const channels = expected(shape, values, 2, prefix);
		const lying = writeTensors(file("f.npy"), [f64("x", shape, toFortran(shape, values), "F")]);
		for (const ref of [at(input(), "x"), at(lying)]) {
			for (const padding of ["zeros", "unchanged", "transformed"] as const satisfies readonly Padding[]) {
				const output = file("masked.npy");
				const request = { kind: "lengths", ref: at(input(), "lengths"), padding } as const;
				await engine().normalize({ ...ref, norm, mask: request, output, overwrite: true });
				const found = (await readValues({ file: output })).values;
				indices(shape).forEach((index, k) => {
					const { mean, std } = (channels[index[2] as number] as (typeof channels)[number]).valid;
					const x = values[k] as number;
					const transformed = (x - mean) / Math.sqrt(std * std + 1e-5);
					const wanted = prefix(index) || padding === "transformed" ? transformed : padding === "zeros" ? 0 : x;
					assert.ok(
						Math.abs((found[k] as number) - wanted) < 1e-12,
						`${padding} at [${index}]: ${found[k]}, not ${wanted}`,
					);
				});
			}
		}
	});

	it("work over many chunks and workers, with time as the last axis and gaps in the mask", async () => {
		const large: Shape = [6, 40, 5000];
		const data = noise(sizeOf(large), 7).map((x, k) => x + (k % 11));
		const gaps = Array.from({ length: 30_000 }, (_, k) => (k % 7 < 3 || k > 25_000 ? 1 : 0));
		const path = writeTensors(file("large.safetensors"), [
			f64("x", large, data),
			numbers("bool", gaps, "m", [6, 5000]),
		]);
		const options = normOptions(large);
		const found = await engine().maskEffect({
			...at(path, "x"),
			norm: { id: "batchNorm", options },
			mask: { kind: "mask", ref: at(path, "m") },
		});
		const channel = found.worst.find(({ set }) => set === 17);
		let [count, sum] = [0, 0];
		for (let n = 0; n < 6; n++) {
			for (let t = 0; t < 5000; t++) {
				if (!gaps[n * 5000 + t]) continue;
				count++;
				sum += data[(n * 40 + 17) * 5000 + t] as number;
			}
		}
		assert.equal(channel?.valid, count);
		assert.ok(Math.abs((channel?.mean as number) - sum / count) < 1e-10);
	});

	it("cut a box into the parts that are valid, for any strides", () => {
		const box = { origin: [1, 2, 0], shape: [3, 4, 2] };
		for (const strides of [
			[7, 1, 0],
			[0, 1, 8],
			[0, 0, 1],
			[11, 2, 1],
			[0, 0, 0],
		]) {
			const bits = Uint8Array.from({ length: 80 }, (_, k) => ((k * k) % 3 === 1 ? 1 : 0));
			for (const want of [0, 1] as const) {
				const met = new Set<string>();
				for (const part of maskedBoxes(box, { values: bits, strides }, want)) {
					for (const index of indices(part.shape)) {
						const place = index.map((i, axis) => i + (part.origin[axis] as number)).join();
						assert.ok(!met.has(place));
						met.add(place);
					}
				}
				const wanted = indices(box.shape)
					.map((index) => index.map((i, axis) => i + (box.origin[axis] as number)))
					.filter((index) => bits[index.reduce((sum, i, axis) => sum + i * (strides[axis] as number), 0)] === want);
				assert.deepEqual([...met].sort(), wanted.map(String).sort());
			}
		}
	});

	it("are refused with one sentence where they do not fit", async () => {
		const ref = at(input(), "x");
		const wrong = (request: MaskRequest, sentence: RegExp) =>
			assert.rejects(engine().maskEffect({ ...ref, norm, mask: request }), sentence);
		await wrong(
			{ kind: "mask", ref: at(input(), "odd") },
			/shape of the mask is \[7\], and no axes of the tensor's \[4, 9, 6\]/,
		);
		await wrong(
			{ kind: "lengths", ref: at(input(), "long") },
			/Number 1 of the lengths is 12, but axis 1 has 9 indices/,
		);
		await wrong({ kind: "mask", ref: at(input(), "mask"), axes: [0, 2] }, /does not lie along axes 0, 2/);
		assert.throws(() => maskStrides([4], "mask", [4, 4, 2]), /along axes 0 of .* as well as along axes 1/);
		assert.deepEqual(maskStrides([4], "mask", [4, 4, 2], [1]), [0, 1, 0]);
		assert.deepEqual(maskStrides([2, 3], "mask", [2, 5, 3]), [3, 0, 1]);
	});
});
