import assert from "node:assert/strict";
import { makeLayout } from "../../src/core/layout";
import { emptyMoments } from "../../src/core/moments";
import { statisticsJson, statisticsJsonText } from "../../src/core/statistics-json";

const subject = { tensor: "x", dtype: "f32", shape: [2, 3], elapsedMs: 1.5 } as const;

describe("statistics as JSON", () => {
	it("has exactly the documented keys, in that order", () => {
		const moments = emptyMoments("f32", 1);
		const json = statisticsJson(subject, { layout: makeLayout([2, 3], [1, 1]), parts: [moments] });
		assert.deepEqual(Object.keys(json), [
			..."tensor dtype shape cells count mean std min max nan posInf negInf zeros exact elapsedMs".split(" "),
		]);
	});

	it("says NaN where a cell has no finite element, and only for mean, std, min and max", () => {
		const moments = emptyMoments("f32", 2);
		moments.count[0] = 3;
		moments.mean[0] = 2;
		moments.std[0] = 0.5;
		moments.min[0] = 1;
		moments.max[0] = 3;
		moments.nan[1] = 3;
		const json = statisticsJson(subject, { layout: makeLayout([2, 3], [2, 1]), parts: [moments] });
		assert.deepEqual(json, {
			tensor: "x",
			dtype: "f32",
			shape: [2, 3],
			cells: [2, 1],
			count: [3, 0],
			mean: [2, "NaN"],
			std: [0.5, "NaN"],
			min: [1, "NaN"],
			max: [3, "NaN"],
			nan: [0, 3],
			posInf: [0, 0],
			negInf: [0, 0],
			zeros: [0, 0],
			exact: true,
			elapsedMs: 1.5,
		});
	});

	it("writes integers past 2^53 as strings and smaller ones as numbers", () => {
		const moments = emptyMoments("i64", 1);
		moments.count[0] = 2;
		moments.min[0] = -(2n ** 53n);
		moments.max[0] = 2n ** 53n + 1n;
		const json = statisticsJson(
			{ ...subject, dtype: "i64" },
			{ layout: makeLayout([2, 3], [1, 1]), parts: [moments] },
		) as { min: unknown; max: unknown };
		assert.deepEqual(json.min, [-9007199254740992]);
		assert.deepEqual(json.max, ["9007199254740993"]);
	});

	it("writes an infinite mean or deviation as a string", () => {
		const moments = emptyMoments("f64", 1);
		moments.count[0] = 2;
		moments.mean[0] = -Infinity;
		moments.std[0] = Infinity;
		const json = statisticsJson(subject, { layout: makeLayout([2, 3], [1, 1]), parts: [moments] });
		assert.match(JSON.stringify(json), /"mean":\["-Infinity"\],"std":\["Infinity"\]/);
	});

	it("nests the columns of a complex tensor under real and imag", () => {
		const parts = [emptyMoments("f32", 1), emptyMoments("f32", 1)];
		const layout = makeLayout([2, 3], [1, 1]);
		const json = statisticsJson({ ...subject, dtype: "c64" }, { layout, parts });
		assert.deepEqual(Object.keys(json), "tensor dtype shape cells real imag exact elapsedMs".split(" "));
		assert.deepEqual(
			Object.keys((json as unknown as { imag: object }).imag),
			"count mean std min max nan posInf negInf zeros".split(" "),
		);
	});

	for (const cells of [0, 1, 4096, 10_001]) {
		for (const dtype of ["f32", "c64", "u64"] as const) {
			it(`comes in pieces of text that are the same JSON: ${cells} cells of ${dtype}`, () => {
				const parts = (dtype === "c64" ? [0, 1] : [0]).map((part) => {
					const moments = emptyMoments(dtype, cells);
					for (let cell = 0; cell < cells; cell++) {
						moments.count[cell] = cell % 5;
						moments.mean[cell] = cell / 3 + part;
						moments.min[cell] = dtype === "u64" ? 2n ** 60n : cell;
					}
					return moments;
				});
				const layout = { shape: [cells, 2], cells: [cells, 1] };
				const about = { ...subject, tensor: 'quote " and \u2028', dtype, shape: layout.shape };
				const pieces = [...statisticsJsonText(about, { layout, parts }, false)];
				const json = statisticsJson(about, { layout, parts }, false);
				assert.deepEqual(JSON.parse(pieces.join("")), json);
				assert.deepEqual(Object.keys(JSON.parse(pieces.join(""))), Object.keys(json));
				assert.ok(Math.max(...pieces.map((piece) => piece.length)) < 200_000);
			});
		}
	}
});
