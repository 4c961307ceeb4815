import assert from "node:assert/strict";
import type { NormOptions } from "../../src/core/norm-options";
import { normOf } from "../../src/core/normalizations";
import { frameworkOptions, frameworksOf } from "../../src/core/norms/frameworks";
import { readValues, withEngine } from "./files";
import { ARRAYS, RECORDED, type RecordedCase } from "./recorded-catalogue";

const { torch, cases } = RECORDED;

/** Largest difference that the rounding of sums in a type explains, beside outputs of size 1. */
const ALLOWED = { f64: 4e-14, f32: 4e-6 } as const;

describe(`the catalogue beside PyTorch ${torch}`, function () {
	this.timeout(60_000);
	const { engine, file } = withEngine(1);

	const outputOf = async (one: RecordedCase, options: Partial<NormOptions>) => {
		const array = (name: string) => ({
			file: { path: ARRAYS.file },
			tensor: `${name}-${one.rank}-${one.dtype}`,
		});
		const { shape } = (await readValues({ ...ARRAYS, tensor: one.y })).info;
		const output = file("out.npy");
		await engine().normalize({
			...array("x"),
			...Object.fromEntries(Object.entries(one.inputs).map(([id, name]) => [id, array(name)])),
			norm: normOf(one.norm, shape, options),
			dtype: one.dtype,
			output,
			overwrite: true,
		});
		return (await readValues({ file: output })).values;
	};

	const compare = async (one: RecordedCase, found: Float64Array, most: number, told: string) => {
		const { values } = await readValues({ ...ARRAYS, tensor: one.y });
		assert.equal(found.length, values.length);
		values.forEach((wanted, i) => {
			const apart = Math.abs((found[i] as number) - wanted);
			const sentence = `${told}, rank ${one.rank}, ${one.dtype}, ${JSON.stringify(one.options)}, ${i}: ${found[i]}, not ${wanted}`;
			assert.ok(apart <= most * Math.max(1, Math.abs(wanted)), sentence);
		});
	};

	for (const norm of [...new Set(cases.map((one) => one.norm))]) {
		const own = cases.filter((one) => one.norm === norm);
		it(`gives what it gives for ${norm}, on ${own.length} recorded outputs`, async () => {
			for (const one of own) await compare(one, await outputOf(one, one.options), ALLOWED[one.dtype], norm);
		});

		if (frameworksOf(norm).includes("pytorch")) {
			it(`gives the same for ${norm} with PyTorch's defaults and precision`, async () => {
				for (const one of own) {
					const defaults = frameworkOptions(norm, "pytorch", one.dtype) ?? {};
					const { axis: _, ...options } = { ...defaults, ...one.options };
					const axis = one.options.axis === undefined ? {} : { axis: one.options.axis };
					const found = await outputOf(one, { ...options, ...axis });
					await compare(one, found, ALLOWED[one.dtype], `${norm} as PyTorch`);
				}
			});
		}
	}
});
