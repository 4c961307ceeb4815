import assert from "node:assert/strict";
import { TensorError } from "../../src/core/errors";
import { unravel } from "../../src/core/inspection";
import { type Layout, type Shape, setBox, sizeOf } from "../../src/core/layout";
import { cellStatistics, type Moments } from "../../src/core/moments";
import { at, f32, f64, noise, toFortran, withEngine, writeTensors } from "./files";

/** The statistics that do not hang on the order of adding, and those that do to rounding. */
function assertSame(
	found: ReturnType<typeof cellStatistics>,
	expected: ReturnType<typeof cellStatistics>,
	what: string,
) {
	const { mean, std, ...counts } = found;
	const { mean: expectedMean, std: expectedStd, ...expectedCounts } = expected;
	assert.deepEqual(counts, expectedCounts, what);
	for (const [a, b] of [
		[mean, expectedMean],
		[std, expectedStd],
	] as const) {
		assert.ok(Object.is(a, b) || Math.abs(a - b) <= 1e-12 * Math.max(1, Math.abs(b)), `${what}: ${a}, not ${b}`);
	}
}

describe("the statistics of a box", function () {
	this.timeout(60_000);
	const { file, engine } = withEngine();
	const SHAPE: Shape = [5, 24, 30, 150];
	const VALUES = noise(sizeOf(SHAPE), 3);
	VALUES[1000] = NaN;
	VALUES[200_000] = Infinity;

	for (const [name, order] of [
		["box.npy", "C"],
		["box-f.npy", "F"],
	] as const) {
		it(`are those of its set in the layout's moments, for every set of several layouts: order ${order}`, async () => {
			const stored = order === "C" ? VALUES : toFortran(SHAPE, VALUES);
			const where = at(writeTensors(file(name), [f64("", SHAPE, stored, order)]));
			const layouts: Layout[] = [
				[1, 24, 1, 1],
				[5, 1, 1, 1],
				[5, 4, 1, 1],
				[5, 1, 30, 1],
				[1, 3, 30, 5],
			].map((cells) => ({ shape: SHAPE, cells }));
			const result = await engine().moments({ ...where, layouts });
			for (const { layout, parts } of result.layouts) {
				const sets = sizeOf(layout.cells);
				for (let flat = 0; flat < sets; flat += Math.max(1, Math.floor(sets / 12))) {
					const box = setBox(layout, unravel(flat, layout.cells));
					const found = await engine().boxStatistics({ ...where, part: 0, box });
					assertSame(found, cellStatistics(parts[0] as Moments, flat), `${layout.cells} set ${flat}`);
				}
			}
		});
	}

	it("refuse a box outside of the tensor, and one that is too large to be read at once", async () => {
		const where = at(writeTensors(file("small.npy"), [f32("", [4, 6], noise(24))]));
		const ask = (origin: Shape, shape: Shape) => engine().boxStatistics({ ...where, part: 0, box: { origin, shape } });
		await assert.rejects(
			() => ask([0, 3], [4, 4]),
			(thrown) => thrown instanceof TensorError && /does not lie inside the tensor/.test(thrown.message),
		);
		const half = Math.sqrt(2 ** 24) + 1;
		const wide = at(
			writeTensors(file("wide.npy"), [
				{ name: "", dtype: "u8", shape: [half, half], bytes: new Uint8Array(half * half) },
			]),
		);
		await assert.rejects(
			() => engine().boxStatistics({ ...wide, part: 0, box: { origin: [0, 0], shape: [half, half] } }),
			(thrown) => thrown instanceof TensorError && thrown.code === "too-large",
		);
	});
});
