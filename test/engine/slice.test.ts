import assert from "node:assert/strict";
import { TensorError } from "../../src/core/errors";
import { unravel } from "../../src/core/inspection";
import { partStart, type Shape, sizeOf } from "../../src/core/layout";
import { normOf } from "../../src/core/normalizations";
import { type EachCell, SLICE_MARKS, type SliceWindow } from "../../src/core/slice";
import { seenBoxes } from "../../src/engine/slice-boxes";
import { at, f64, noise, readValues, toFortran, withEngine, writeTensors } from "./files";
import { ARRAYS, RECORDED } from "./recorded-catalogue";

const SHAPE: Shape = [5, 12, 9, 11];
const VALUES = noise(sizeOf(SHAPE), 3);
VALUES[0] = NaN;
VALUES[13] = Infinity;
VALUES[14] = -Infinity;
VALUES[700] = NaN;

/** The slice by its definition: element by element, from all values. */
function byDefinition(values: Float64Array, shape: Shape, { rows, columns, index }: SliceWindow, each: EachCell) {
	const cells = (rows?.cells ?? 1) * columns.cells;
	const inside = Array.from({ length: cells }, (): number[] => []);
	values.forEach((value, flat) => {
		const at = unravel(flat, shape);
		if (at.some((i, axis) => axis !== rows?.axis && axis !== columns.axis && i !== index[axis])) return;
		const cellOf = ({ axis, start, length, cells }: SliceWindow["columns"]) => {
			const i = (at[axis] as number) - start;
			if (i < 0 || i >= length) return -1;
			for (let cell = 0; ; cell++) if (i < partStart(cell + 1, length, cells)) return cell;
		};
		const [row, column] = [rows ? cellOf(rows) : 0, cellOf(columns)];
		if (row >= 0 && column >= 0) inside[row * columns.cells + column]?.push(value);
	});
	const marks = inside.map((list) =>
		list.reduce(
			(found, value) =>
				found |
				(Number.isNaN(value) ? SLICE_MARKS.nan : 0) |
				(value === Infinity ? SLICE_MARKS.posInf : 0) |
				(value === -Infinity ? SLICE_MARKS.negInf : 0),
			0,
		),
	);
	const of = (list: number[]) => {
		const finite = list.filter(Number.isFinite);
		if (finite.length === 0) return NaN;
		if (each === "mean") return finite.reduce((sum, x) => sum + x, 0) / finite.length;
		return finite.reduce((best, x) => (Math.abs(x) > Math.abs(best) ? x : best));
	};
	return { values: inside.map(of), marks };
}

function assertNear(found: ArrayLike<number>, wanted: ArrayLike<number>, most: number, told: string): void {
	assert.equal(found.length, wanted.length, told);
	for (let i = 0; i < wanted.length; i++) {
		const [x, y] = [found[i] as number, wanted[i] as number];
		assert.ok(Object.is(x, y) || Math.abs(x - y) <= most * Math.max(1, Math.abs(y)), `${told}, ${i}: ${x}, not ${y}`);
	}
}

const whole = (shape: Shape, axis: number, cells = shape[axis] as number) => ({
	axis,
	start: 0,
	length: shape[axis] as number,
	cells,
});

describe("a slice", function () {
	this.timeout(120_000);
	const { file, engine } = withEngine();

	const WINDOWS: readonly SliceWindow[] = [
		{ rows: whole(SHAPE, 2), columns: whole(SHAPE, 3), index: [0, 0, 4, 4] },
		{ rows: whole(SHAPE, 3), columns: whole(SHAPE, 0), index: [1, 7, 1, 2] },
		{ rows: whole(SHAPE, 1, 5), columns: whole(SHAPE, 3, 4), index: [0, 0, 1, 0] },
		{
			rows: { axis: 0, start: 1, length: 4, cells: 3 },
			columns: { axis: 1, start: 2, length: 9, cells: 2 },
			index: [0, 0, 0, 0],
		},
		{ columns: { axis: 3, start: 1, length: 7, cells: 7 }, index: [0, 0, 1, 0] },
		{ columns: whole(SHAPE, 1, 1), index: [0, 0, 0, 0] },
	];

	for (const order of ["C", "F"] as const) {
		it(`shows in each cell the mean or the largest of its finite elements, and marks the others (order ${order})`, async () => {
			const stored = order === "C" ? VALUES : toFortran(SHAPE, VALUES);
			const where = at(writeTensors(file(`slice-${order}.npy`), [f64("", SHAPE, stored, order)]));
			for (const window of WINDOWS) {
				for (const each of ["mean", "largest"] as const) {
					const found = await engine().slice({ ...where, part: 0, window, each, aspects: ["before"] });
					const wanted = byDefinition(VALUES, SHAPE, window, each);
					const told = JSON.stringify([window, each]);
					const [image] = found.images;
					assert.ok(image && found.exact, told);
					assertNear(image.values, wanted.values, 1e-14, told);
					assert.deepEqual([...image.marks], wanted.marks, told);
				}
			}
		});
	}

	it("has the very values where a cell is one element, at the ends of float64 too, and their mean does not overflow", async () => {
		const values = Float64Array.of(-0, 1.7e308, 1.7e308, 5e-324, -1.7e308, 1.7e308);
		const where = at(writeTensors(file("ends.npy"), [f64("", [2, 3], values)]));
		const ask = (cells: number) =>
			engine().slice({
				...where,
				part: 0,
				window: { rows: whole([2, 3], 0), columns: whole([2, 3], 1, cells), index: [0, 0] },
				each: "mean",
				aspects: ["before"],
			});
		(await ask(3)).images[0]?.values.forEach((value, i) => {
			assert.ok(Object.is(value, values[i]), `${i}: ${value}`);
		});
		assertNear(
			(await ask(1)).images[0]?.values as Float64Array,
			[(2 * 1.7e308) / 3 / 1e308, 0].map((x) => x * 1e308),
			1e-14,
			"mean",
		);
	});

	it("has 64-bit integers exactly, and the real or the imaginary part", async () => {
		const big = 2n ** 60n + 1n;
		const ints = {
			name: "",
			dtype: "i64" as const,
			shape: [2, 2],
			bytes: new Uint8Array(BigInt64Array.of(big, -big, 3n, 4n).buffer),
		};
		const window = { rows: whole([2, 2], 0), columns: whole([2, 2], 1), index: [0, 0] };
		const about = { part: 0, window, each: "mean", aspects: ["before"] } as const;
		const [image] = (await engine().slice({ ...at(writeTensors(file("i64.npy"), [ints])), ...about })).images;
		assert.deepEqual([...(image?.wide ?? [])], [big, -big, 3n, 4n]);
		const bytes = new Uint8Array(Float64Array.of(1, 10, 2, 20, 3, 30, 4, 40).buffer);
		const complex = at(writeTensors(file("c.npy"), [{ name: "", dtype: "c128", shape: [2, 2], bytes }]));
		assert.deepEqual(
			[...((await engine().slice({ ...complex, ...about, part: 1 })).images[0]?.values ?? [])],
			[10, 20, 30, 40],
		);
	});

	it("shows the middle of each cell where more would be read than may be, and says how much it saw", async () => {
		const shape = [64, 100];
		const where = at(
			writeTensors(file("large.npy"), [
				f64(
					"",
					shape,
					Float64Array.from({ length: 6400 }, (_, i) => i),
				),
			]),
		);
		const window = { rows: whole(shape, 0, 4), columns: whole(shape, 1, 10), index: [0, 0] };
		const found = await engine().slice({ ...where, part: 0, window, each: "mean", aspects: ["before"], most: 800 });
		assert.deepEqual([found.exact, found.seen, found.elements], [false, 800, 6400]);
		// Two of 16 rows, the 8th and 9th of each cell, and all columns.
		const mean = (row: number, column: number) => (row * 16 + 7.5) * 100 + column * 10 + 4.5;
		assertNear(
			found.images[0]?.values as Float64Array,
			Array.from({ length: 40 }, (_, i) => mean(Math.floor(i / 10), i % 10)),
			1e-12,
			"middle",
		);
		const few = await engine().slice({ ...where, part: 0, window, each: "mean", aspects: ["before"], most: 1 });
		assert.equal(few.seen, 400, "one row of each cell at least");
	});

	it("reads runs of the faster axis in part only where whole ones would be very many elements", () => {
		const window = {
			rows: { axis: 0, start: 3, length: 100, cells: 10 },
			columns: { axis: 1, start: 5, length: 2 ** 21, cells: 100 },
			index: [0, 0],
		};
		const { boxes, seen, whole: all } = seenBoxes(window, [200, 2 ** 22], 2 ** 18);
		assert.deepEqual([boxes.length, seen, all], [1000, 10 * 100 * Math.floor(2 ** 23 / 10 / 100), false]);
		for (const [k, { origin, shape }] of boxes.entries()) {
			const [row, column] = [Math.floor(k / 100), k % 100];
			const from = 5 + partStart(column, 2 ** 21, 100);
			assert.ok((origin[0] as number) >= 3 + row * 10 && (origin[0] as number) < 13 + row * 10 && shape[0] === 1);
			assert.ok(
				(origin[1] as number) >= from &&
					(origin[1] as number) + (shape[1] as number) <= 5 + partStart(column + 1, 2 ** 21, 100),
			);
		}
	});

	it("shows after a norm what PyTorch's output has there, and by how much that differs from the input", async () => {
		const recorded = ARRAYS.file;
		assert.ok(RECORDED.cases.length > 100);
		for (const one of RECORDED.cases) {
			const array = (name: string) => ({ file: { path: recorded }, tensor: `${name}-${one.rank}-${one.dtype}` });
			const [x, y] = await Promise.all(
				[array("x").tensor, one.y].map((tensor) => readValues({ file: recorded, tensor })),
			);
			const shape = y?.info.shape as Shape;
			const index = shape.map((size) => size >> 1);
			const window = { rows: whole(shape, one.rank - 2), columns: whole(shape, one.rank - 1), index };
			const found = await engine().slice({
				...array("x"),
				part: 0,
				window,
				each: "mean",
				aspects: ["before", "after", "difference"],
				norm: normOf(one.norm, shape, one.options),
				inputs: Object.fromEntries(Object.entries(one.inputs).map(([id, name]) => [id, array(name)])),
			});
			const [before, after, difference] = found.images.map(({ values }) => values) as Float64Array[];
			const told = `${one.norm}, rank ${one.rank}, ${one.dtype}, ${JSON.stringify(one.options)}`;
			const most = one.dtype === "f64" ? 4e-14 : 4e-6;
			assertNear(
				before as Float64Array,
				byDefinition((x as NonNullable<typeof x>).values, shape, window, "mean").values,
				0,
				told,
			);
			assertNear(
				after as Float64Array,
				byDefinition((y as NonNullable<typeof y>).values, shape, window, "mean").values,
				most,
				told,
			);
			assertNear(
				difference as Float64Array,
				(after as Float64Array).map((value, i) => value - (before?.[i] as number)),
				1e-13,
				told,
			);
		}
	});

	it("is refused where the window does not lie in the tensor, is too large, or the norm is missing", async () => {
		const where = at(writeTensors(file("square.npy"), [f64("", [400, 400], noise(160_000))]));
		const rows = { axis: 0, start: 0, length: 400, cells: 10 };
		const columns = { ...rows, axis: 1 };
		const about = { ...where, part: 0, each: "mean", aspects: ["before"] } as const;
		const refused = (thrown: unknown, code: string) => thrown instanceof TensorError && thrown.code === code;
		for (const [code, window] of [
			["bad-option", { rows, columns: rows, index: [0, 0] }],
			["bad-option", { rows, columns: { ...columns, start: 1 }, index: [0, 0] }],
			["bad-option", { rows, columns: { ...columns, cells: 0 }, index: [0, 0] }],
			["bad-option", { rows, columns: { ...columns, cells: 401 }, index: [0, 0] }],
			["bad-option", { rows, columns: { ...columns, axis: 2 }, index: [0, 0] }],
			["bad-option", { rows, columns, index: [0] }],
			["bad-option", { rows, columns, index: [0, 400] }],
			["too-large", { rows: { ...rows, cells: 400 }, columns: { ...columns, cells: 400 }, index: [0, 0] }],
		] as const) {
			await assert.rejects(
				engine().slice({ ...about, window }),
				(thrown) => refused(thrown, code),
				JSON.stringify(window),
			);
		}
		const window = { rows, columns, index: [0, 0] };
		await assert.rejects(engine().slice({ ...about, aspects: ["after"], window }), (thrown) =>
			refused(thrown, "bad-option"),
		);
	});
});
