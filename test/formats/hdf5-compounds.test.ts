import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { unravel } from "../../src/core/inspection";
import { denseStrides, sizeOf } from "../../src/core/layout";
import { openTensors } from "../../src/formats";
import { randomOf } from "./damage";
import { nodeSource } from "./node-source";
import { allValues, place } from "./values";

const FOLDER = path.resolve("test", "fixtures", "hdf5");

interface Known {
	/** NumPy's name of it. */
	readonly dtype: string;
	readonly shape: readonly number[];
	readonly parts: readonly (readonly (number | boolean)[])[];
}

const DTYPES: Readonly<Record<string, string>> = {
	...{ i2: "i16", i4: "i32", f2: "f16", f4: "f32", f8: "f64", u1: "u8", b1: "bool", c8: "c64" },
};

describe("compounds of an HDF5 file", () => {
	const known = JSON.parse(fs.readFileSync(path.join(FOLDER, "compounds.json"), "utf8")) as Readonly<
		Record<string, Known>
	>;

	it("in arrays, in compounds and in both are one tensor for every member, with the arrays' axes behind the dataset's", async () => {
		const opened = await openTensors(await nodeSource(path.join(FOLDER, "compounds.h5")));
		const readable = opened.tensors.filter(({ name }) => name !== "text.s" && name !== "enum");
		const listed = readable.map(({ name, dtype, shape, problem }) => [name, { dtype, shape, problem }]);
		assert.deepEqual(
			Object.fromEntries(listed),
			Object.fromEntries(
				Object.entries(known).map(([name, { dtype, shape }]) => [
					name,
					{ dtype: DTYPES[dtype], shape, problem: undefined },
				]),
			),
		);
		for (const tensor of readable) {
			const wanted = known[tensor.name]?.parts.map((part) => part.map(Number));
			for (const most of [1, 5, 1000]) {
				assert.deepEqual(await allValues(opened, tensor, most), wanted, `${tensor.name} ${most}`);
			}
		}
		await opened.close();
	});

	it("give any box of a member as the whole has it", async () => {
		const opened = await openTensors(await nodeSource(path.join(FOLDER, "compounds.h5")));
		const random = randomOf(11);
		for (const tensor of opened.tensors.filter(({ problem }) => !problem)) {
			const { shape: full } = tensor;
			const wanted = (known[tensor.name] as Known).parts.map((part) => part.map(Number));
			for (let k = 0; k < 40; k++) {
				const origin = full.map((size) => random(size));
				const shape = full.map((size, axis) => 1 + random(size - (origin[axis] as number)));
				const found: (number | bigint)[][] = wanted.map(() => []);
				const chunk = await opened.read(tensor, { origin, shape });
				place({ ...chunk, origin: shape.map(() => 0) }, { shape }, found);
				const cut = wanted.map((part) =>
					Array.from({ length: sizeOf(shape) }, (_, flat) => {
						const index = unravel(flat, shape).map((at, axis) => at + (origin[axis] as number));
						return part[index.reduce((sum, at, axis) => sum + at * (denseStrides(full, "C")[axis] as number), 0)];
					}),
				);
				assert.deepEqual(found, cut, `${tensor.name} [${origin}] [${shape}]`);
			}
		}
		await opened.close();
	});

	it("are refused with a reason where they are text, or big-endian enums", async () => {
		const opened = await openTensors(await nodeSource(path.join(FOLDER, "compounds.h5")));
		const refused = opened.tensors
			.filter(({ problem }) => problem)
			.map(({ name, problem }) => [name, problem?.message]);
		assert.deepEqual(refused, [
			["enum", "Its enums are big-endian, which the HDF5 library fails on; save them as little-endian."],
			["text.s", "Text has no statistics."],
		]);
		await opened.close();
	});
});
