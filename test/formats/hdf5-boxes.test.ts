import assert from "node:assert/strict";
import path from "node:path";
import { unravel } from "../../src/core/inspection";
import { sizeOf } from "../../src/core/layout";
import type { TensorInfo } from "../../src/core/tensor";
import { openTensors } from "../../src/formats";
import type { TensorSource } from "../../src/formats/reader";
import { randomOf } from "./damage";
import { nodeSource } from "./node-source";
import { allValues, place } from "./values";

const SHAPE = [5, 13, 7];
/** `scripts/record-hdf5.py` wrote 0, 1, 2, … in C order; "filled" has them in its first chunk only, and -1 elsewhere. */
function valueAt(name: string, index: readonly number[]): number {
	const written = !name.startsWith("filled") || index.every((i, axis) => i < ([2, 5, 3][axis] as number));
	return written ? index.reduce((flat, i, axis) => flat * (SHAPE[axis] as number) + i, 0) : -1;
}

describe("an HDF5 dataset, however it is stored", () => {
	let opened: TensorSource;
	let tensors: readonly TensorInfo[];
	before(async () => {
		opened = await openTensors(await nodeSource(path.resolve("test", "fixtures", "hdf5", "boxes.h5")));
		tensors = opened.tensors.filter(({ name }) => !name.startsWith("scales/"));
	});
	after(() => opened.close?.());

	it("has its values in any boxes: contiguous, compact, chunked, gzip, shuffle, fletcher32, scaleoffset, never written", async () => {
		assert.equal(tensors.length, 16);
		const random = randomOf(7);
		for (const tensor of tensors) {
			assert.equal(tensor.problem, undefined, tensor.name);
			const all = Array.from({ length: sizeOf(SHAPE) }, (_, flat) => valueAt(tensor.name, unravel(flat, SHAPE)));
			for (const most of [1, 10, 100, 1000])
				assert.deepEqual(await allValues(opened, tensor, most), [all], `${tensor.name} ${most}`);
			for (let k = 0; k < 40; k++) {
				const origin = SHAPE.map((size) => random(size));
				const shape = SHAPE.map((size, axis) => 1 + random(size - (origin[axis] as number)));
				const found: (number | bigint)[] = [];
				const chunk = await opened.read(tensor, { origin, shape });
				place({ ...chunk, origin: shape.map(() => 0) }, { shape }, [found]);
				const wanted = Array.from({ length: sizeOf(shape) }, (_, flat) =>
					valueAt(
						tensor.name,
						unravel(flat, shape).map((i, axis) => i + (origin[axis] as number)),
					),
				);
				assert.deepEqual(found, wanted, `${tensor.name} [${origin}] [${shape}]`);
			}
		}
	});

	it("has its labels or its scales as names of its axes", () => {
		const names = (name: string) => tensors.find((tensor) => tensor.name === name)?.axisNames;
		assert.deepEqual(names("gzip f4"), ["batch", "", "width"]);
		assert.deepEqual(names("chunked f4"), ["time", "row", "column"]);
		assert.equal(names("contiguous f4"), undefined);
	});
});
