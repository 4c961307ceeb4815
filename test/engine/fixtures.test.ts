import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import * as path from "node:path";
import { TensorError } from "../../src/core/errors";
import { type Layout, sizeOf } from "../../src/core/layout";
import type { Moments } from "../../src/core/moments";
import { openFile } from "../../src/engine/file";
import { openTensors } from "../../src/formats";
import { allValues } from "../formats/values";
import { at, withEngine } from "./files";
import { assertExact, exactCells } from "./oracle";

/** Exact arithmetic on more values than this takes too long for a unit test. */
const MOST_ELEMENTS = 50_000;

const FOLDERS = [
	"test/fixtures/numpy",
	"test/fixtures/formats",
	"test/fixtures/exact",
	"media/samples",
	"../shared/data",
];

const tensorFiles = (folder: string) =>
	existsSync(folder)
		? readdirSync(folder, { recursive: true, encoding: "utf8" })
				.filter((name) => /\.(npy|npz|safetensors|safetensors\.index\.json)$/.test(name))
				.map((name) => path.resolve(folder, name))
		: [];

describe("statistics of every tensor file", function () {
	this.timeout(300_000);
	const { engine } = withEngine();

	for (const folder of FOLDERS) {
		it(`in ${folder} are those of exact arithmetic on its values`, async function () {
			const files = tensorFiles(folder);
			if (files.length === 0) this.skip();
			let compared = 0;
			for (const file of files) {
				const open = await openTensors(await openFile(file)).catch((thrown) => {
					assert.ok(thrown instanceof TensorError && thrown.code !== "internal", `${file}: ${thrown}`);
				});
				if (!open) continue;
				const readable = open.tensors.filter(({ problem, shape }) => !problem && sizeOf(shape) <= MOST_ELEMENTS);
				for (const info of readable.slice(0, 40)) {
					const { name, shape } = info;
					const layouts: Layout[] = [
						{ shape, cells: shape.map(() => 1) },
						{ shape, cells: shape.map((size, axis) => (axis === 1 ? Math.max(1, size) : 1)) },
					];
					const result = await engine().moments({ ...at(file, name), layouts });
					const parts = await allValues(open, info, MOST_ELEMENTS);
					layouts.forEach((layout, i) => {
						parts.forEach((values, part) => {
							const what = `${file} "${name}" [${layout.cells}]`;
							const exact = exactCells(values as number[] | bigint[], layout);
							assertExact(result.layouts[i]?.parts[part] as Moments, exact, what);
						});
					});
					compared++;
				}
				await open.close();
			}
			assert.ok(compared > 0, `none of ${files.length} files in ${folder} could be read`);
		});
	}
});
