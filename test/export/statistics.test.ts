import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { STATISTICS } from "../../src/core/statistics-json";
import { prepareProgram, run } from "../cli/program";
import { npy, place, temporaryFolder } from "../cli/tensor-files";
import { csvRows } from "./csv-table";

type Recorded = { readonly layout: string; readonly box: readonly (readonly [number, number])[] } & Readonly<
	Record<(typeof STATISTICS)[number], number | string>
>;

const FOLDER = "test/fixtures/export";
const EXPECTED = JSON.parse(readFileSync(`${FOLDER}/expected.json`, "utf8")) as Readonly<Record<string, Recorded[]>>;

/** The same, or for mean and deviation the same but for rounding. */
function assertNumber(found: number | string, expected: number | string, name: string, where: string): void {
	const rounded = (name === "mean" || name === "std") && typeof expected === "number";
	if (!rounded) {
		assert.equal(String(found), String(expected), `${where}: ${name}`);
		return;
	}
	const off = Math.abs(Number(found) - expected);
	assert.ok(off <= 1e-13 * Math.abs(expected), `${where}: ${name} is ${found}, NumPy has ${expected}`);
}

describe("exported statistics", function () {
	this.timeout(30_000);
	const { folder, remove } = temporaryFolder();
	before(prepareProgram);
	after(remove);

	const args = (file: string) => ["stats", file, "--norm", "groupNorm", "--groups", "2", "--axes"];

	for (const [name, expected] of Object.entries(EXPECTED)) {
		it(`are NumPy's in every row of the table: ${name}.npy`, async () => {
			const { code, stdout } = await run(...args(`${FOLDER}/${name}.npy`), "--csv");
			assert.equal(code, 0);
			const [headings = [], ...rows] = csvRows(stdout);
			assert.deepEqual(headings.slice(0, 4), ["layout", "part", "axis 0 N first [index]", "axis 0 N last [index]"]);
			assert.deepEqual(
				headings.slice(-9),
				"count [finite elements],mean [value],population std [value],min [value],max [value],NaN [elements],+Inf [elements],-Inf [elements],zeros [elements]".split(
					",",
				),
			);
			assert.equal(rows.length, expected.length);
			expected.forEach((row, k) => {
				const found = rows[k] as string[];
				const where = `row ${k}, ${row.layout} ${JSON.stringify(row.box)}`;
				assert.deepEqual(found.slice(0, -9), [row.layout, "value", ...row.box.flat().map(String)], where);
				STATISTICS.forEach((statistic, column) => {
					assertNumber(found.at(column - 9) as string, row[statistic], statistic, where);
				});
			});
		});

		it(`are NumPy's in every layout of the object: ${name}.npy`, async () => {
			const { stdout } = await run(...args(`${FOLDER}/${name}.npy`), "--json");
			const exported = JSON.parse(stdout);
			assert.deepEqual(Object.keys(exported).slice(0, 9), [
				...["file", "format", "tensor", "dtype", "shape", "axes", "exact", "seen", "elements"],
			]);
			assert.deepEqual(exported.norm.id, "groupNorm");
			const found = exported.layouts.flatMap((layout: Record<string, unknown>) =>
				(layout.count as unknown[]).map((_, cell) => ({
					layout: layout.name,
					...Object.fromEntries(STATISTICS.map((statistic) => [statistic, (layout[statistic] as unknown[])[cell]])),
				})),
			);
			assert.equal(found.length, expected.length);
			expected.forEach((row, k) => {
				assert.equal(found[k].layout, row.layout);
				for (const statistic of STATISTICS) assertNumber(found[k][statistic], row[statistic], statistic, `row ${k}`);
			});
		});
	}

	it("read back as the same bits, in both spellings", async () => {
		const values = Float64Array.of(0.1, 1 / 3, 5e-324, 1.7976931348623157e308, -2 / 3, 1e21);
		const file = place(folder, "digits.npy", npy([6], values));
		const { stdout: table } = await run("stats", file, "--csv", "--axes");
		const means = csvRows(table)
			.slice(2)
			.map((row) => Number(row[5]));
		assert.deepEqual(means, [...values]);
		const { stdout: object } = await run("stats", file, "--json", "--axes");
		assert.deepEqual(JSON.parse(object).layouts[1].mean, [...values]);
	});

	it("have both parts of complex values, and of an empty tensor no value", async () => {
		const complex = place(folder, "complex.npy", npy([2], Float64Array.of(1, 10, 3, 30), "<c16"));
		const { stdout } = await run("stats", complex, "--csv");
		assert.deepEqual(
			csvRows(stdout)
				.slice(1)
				.map((row) => row.slice(1, 6)),
			[
				["real", "0", "1", "2", "2"],
				["imaginary", "0", "1", "2", "20"],
			],
		);
		const empty = place(folder, "empty.npy", npy([0, 2], new Float64Array(0)));
		const { stdout: none } = await run("stats", empty, "--csv", "--axes");
		assert.deepEqual(csvRows(none)[1]?.slice(0, 8), ["whole", "value", "", "", "0", "1", "0", "NaN"]);
	});

	it("refuse options that contradict each other", async () => {
		const file = `${FOLDER}/floats.npy`;
		for (const [options, sentence] of [
			[["--csv", "--json"], /give one of them/],
			[["--axes"], /--axes goes with --csv or --json/],
			[["--csv", "--quantiles"], /leave out --csv/],
		] as const) {
			const { code, stderr } = await run("stats", file, ...options);
			assert.equal(code, 2);
			assert.match(stderr, sentence);
		}
	});

	it("cut a longer axis into 262 144 parts, and leave more sets out, which they say", async () => {
		const length = 300_000;
		const file = place(
			folder,
			"long.npy",
			npy(
				[1, length],
				Float64Array.from({ length }, (_, k) => k),
			),
		);
		const { stdout, stderr } = await run("stats", file, "--cells", `1,${length}`, "--axes", "--csv");
		assert.match(stderr, /The 300\D000 sets of .* are left out: up to 262\D144 are written\./);
		const rows = csvRows(stdout).slice(3);
		assert.equal(rows.length, 262_144);
		let next = 0;
		for (const [, , , , first, last, count, mean] of rows) {
			const [from, to] = [Number(first), Number(last)];
			if (from !== next || Number(count) !== to - from + 1 || Number(mean) !== (from + to) / 2)
				assert.fail(`the row of ${first} to ${last} has count ${count} and mean ${mean}`);
			next = to + 1;
		}
		assert.equal(next, length);
	});
});
