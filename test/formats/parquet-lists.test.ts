import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import type { TensorInfo } from "../../src/core/tensor";
import { memorySource, openTensors } from "../../src/formats";
import { arrowField, arrowMessage } from "./arrow-build";
import { damagedCopies } from "./damage";
import { counting } from "./node-source";
import {
	type Entry,
	entriesOfRows,
	listOf,
	type Nested,
	type Node,
	type ParquetParts,
	parquetFile,
} from "./parquet-build";
import { SHARED } from "./record";
import { allValues } from "./values";

const number: Node = { name: "element", repetition: "optional" };
const one = listOf("x", number);
const two = listOf("x", listOf("element", number));
const three = listOf("x", listOf("element", listOf("element", number)));

/** Rows of lists with a shape, counting from a number on. */
function rowsOf(count: number, shape: readonly number[], first = 0): Nested[] {
	const [length = 0, ...inner] = shape;
	if (shape.length === 0) return Array.from({ length: count }, (_, k) => first + k);
	const size = shape.reduce((a, b) => a * b, 1);
	return Array.from({ length: count }, (_, k) => rowsOf(length, inner, first + k * size));
}

/** One row group whose pages have so many entries, as pages of the first version may cut rows. */
function group(rows: readonly Nested[], entriesInPage = 1e9) {
	const entries = entriesOfRows(rows).flat();
	const pages: Entry[][] = [];
	for (let at = 0; at < entries.length; at += entriesInPage) pages.push(entries.slice(at, at + entriesInPage));
	return { rows: rows.length, pages };
}

async function opened(parts: ParquetParts) {
	const source = await openTensors(memorySource("x.parquet", parquetFile(parts)));
	return { source, tensor: source.tensors[0] as TensorInfo };
}

const counted = (from: number, to: number) => Array.from({ length: to - from }, (_, k) => from + k);

describe("Parquet lists in lists", () => {
	for (const version of [1, 2] as const) {
		for (const packed of [true, false]) {
			const how = `version ${version}, levels ${packed ? "packed in bits" : "in runs"}`;
			it(`are axes where the lengths at each depth are equal (pages of ${how})`, async () => {
				for (const [column, shape] of [
					[one, [3]],
					[two, [2, 3]],
					[two, [1, 1]],
					[three, [2, 1, 4]],
				] as const) {
					const size = shape.reduce((a: number, b) => a * b, 1);
					const groups = [group(rowsOf(5, shape), version === 1 ? 4 : 1e9), group(rowsOf(2, shape, 5 * size))];
					const { source, tensor } = await opened({ column, groups, version, packed, nulls: 0 });
					assert.deepEqual([tensor.name, tensor.dtype, tensor.shape], ["x", "f32", [7, ...shape]]);
					for (const most of [1, 5, 1000])
						assert.deepEqual(await allValues(source, tensor, most), [counted(0, 7 * size)]);
				}
			});
		}
	}

	it("of the older form of two levels are axes too", async () => {
		const array = (children: Node): Node => ({
			name: "array",
			repetition: "repeated",
			isList: true,
			children: [children],
		});
		const values: Node = { name: "array", repetition: "repeated" };
		const column: Node = { name: "x", repetition: "optional", isList: true, children: [array(values)] };
		const entries: Entry[] = counted(0, 12).map((k) => [k % 6 === 0 ? 0 : k % 3 === 0 ? 1 : 2, 3, k]);
		const { source, tensor } = await opened({ column, groups: [{ rows: 2, pages: [entries] }] });
		assert.deepEqual([tensor.name, tensor.shape], ["x", [2, 2, 3]]);
		assert.deepEqual(await allValues(source, tensor, 7), [counted(0, 12)]);
	});

	it("keep missing values as NaN, and lists of no elements as axes of length 0", async () => {
		const rows = [
			[
				[1, null],
				[3, 4],
			],
			[
				[5, 6],
				[null, 8],
			],
		];
		const { source, tensor } = await opened({ column: two, groups: [group(rows)], nulls: 2 });
		assert.deepEqual([tensor.shape, tensor.note], [[2, 2, 2], "2 values are missing, read as NaN"]);
		assert.deepEqual(await allValues(source, tensor, 3), [[1, NaN, 3, 4, 5, 6, NaN, 8]]);
		for (const [column, empty, shape] of [
			[one, [], [2, 0]],
			[two, [], [2, 0, 0]],
			[two, [[], [], []], [2, 3, 0]],
		] as const) {
			const { tensor: none } = await opened({ column, groups: [group([empty, empty])], nulls: 2 });
			assert.deepEqual([none.problem, none.shape, none.note], [undefined, shape, undefined]);
		}
	});

	for (const [column, rows, sentence] of [
		[one, [[1, 2, 3], [4]], "Row 0 holds 3 values and others 2"],
		[one, [[1], []], "Row 1 holds 0 values and others 1"],
		[one, [[1], null], "Row 1 holds 0 values and others 1"],
		[two, [[[1], [2]], [[3], [4], [5]], [[6]]], "Row 1 holds 3 lists and others 2"],
		[
			two,
			[
				[[1], [2, 3]],
				[[4], [5, 6]],
			],
			"A list in row 0, 2 lists deep, holds 2 values and others 1",
		],
		[
			two,
			[
				[
					[1, 2],
					[3, 4],
				],
				[[5, 6, 7], [8]],
			],
			"A list in row 1, 2 lists deep, holds 3 values and others 2",
		],
		[
			two,
			[
				[[1], [2]],
				[[3], null],
			],
			"A list in row 1, 2 lists deep, holds 0 values and others 1",
		],
		[two, [[[1], [2]], [[3]]], "Rows of 2 × 1 values would be 4 in row group 0, but it has 3"],
	] as const) {
		it(`are no tensor where lengths differ: ${JSON.stringify(rows)}`, async () => {
			const { tensor } = await opened({ column, groups: [group(rows)], nulls: 0 });
			assert.deepEqual([tensor.problem?.code, tensor.shape], ["unsupported", [rows.length]]);
			assert.equal(tensor.problem?.message, `${sentence}; lists of different lengths form no tensor.`);
		});
	}

	it("name the row by its number in the table, and are told apart by their row groups", async () => {
		const groups = [group(rowsOf(3, [2, 2])), group([[[1, 2], [3], [4]]])];
		const { tensor } = await opened({ column: two, groups, nulls: 0 });
		assert.match(tensor.problem?.message ?? "", /^A list in row 3, 2 lists deep, holds 1 values and others 2;/);
	});

	it("show their shape by the first row, and are checked to the last when they are read", async () => {
		const shape = [64, 16];
		const rows = [...rowsOf(400, shape), [...rowsOf(63, [16]), [1, 2]], [...rowsOf(63, [16]), ...rowsOf(1, [30])]];
		const bytes = parquetFile({ column: two, groups: [group(rows, 20_000)], nulls: 0 });
		const { source, reads } = counting(memorySource("x.parquet", bytes));
		const table = await openTensors(source);
		const [tensor] = table.tensors as [TensorInfo];
		assert.deepEqual([tensor.problem, tensor.shape], [undefined, [402, ...shape]]);
		assert.ok(bytes.length > 1.5e6 && reads.bytes < 500_000 && reads.count < 12, JSON.stringify([bytes.length, reads]));
		await assert.rejects(allValues(table, tensor, 1e6), {
			code: "unsupported",
			message:
				"A list in row 400, 2 lists deep, holds 2 values and others 16; lists of different lengths form no tensor.",
		});
	});

	const old = path.join(SHARED, "parquet-testing", "data", "old_list_structure.parquet");
	(fs.existsSync(old) ? it : it.skip)(
		"of parquet-mr, in the older form, have the shape that they were written with",
		async () => {
			const source = await openTensors(memorySource("old.parquet", new Uint8Array(fs.readFileSync(old))));
			const [tensor] = source.tensors as [TensorInfo];
			assert.deepEqual([tensor.name, tensor.dtype, tensor.shape], ["a", "i32", [1, 2, 2]]);
			assert.deepEqual(await allValues(source, tensor, 9), [[1, 2, 3, 4]]);
		},
	);

	damagedCopies([
		["packed.parquet", parquetFile({ column: two, groups: [group(rowsOf(6, [2, 3]))], version: 2, packed: true })],
		["runs.parquet", parquetFile({ column: three, groups: [group(rowsOf(4, [2, 1, 3]), 10)] })],
	]);
});

describe("Arrow's schema in a Parquet file", () => {
	const item = arrowField("element", 3, { 0: { bytes: 2, value: 1 } });
	const fixed = (name: string, size: number, child = item, metadata = {}) =>
		arrowField(name, 16, { 0: { bytes: 4, value: size } }, [child], metadata);
	const schema = (...fields: readonly ReturnType<typeof arrowField>[]) => {
		const message = arrowMessage(1, { 0: { bytes: 2, value: 0 }, 1: { tables: fields } });
		return { "ARROW:schema": Buffer.from(message).toString("base64") };
	};
	const extension = (about: object) => ({
		"ARROW:extension:name": "arrow.fixed_shape_tensor",
		"ARROW:extension:metadata": JSON.stringify(about),
	});

	it("gives tensors their shape, the order of their axes and their names", async () => {
		const rows = rowsOf(3, [6]);
		const groups = [group(rows)];
		const plain = schema(fixed("x", 6, item, extension({ shape: [2, 3] })));
		const { source, tensor } = await opened({ column: one, groups, nulls: 0, metadata: plain });
		assert.deepEqual([tensor.shape, tensor.axisNames], [[3, 2, 3], undefined]);
		assert.deepEqual(await allValues(source, tensor, 4), [counted(0, 18)]);
		assert.deepEqual(source.notes, []);
		const about = { shape: [2, 3], permutation: [1, 0], dim_names: ["h", "w"] };
		const turned = await opened({
			...{ column: one, groups, nulls: 0 },
			metadata: schema(fixed("x", 6, item, extension(about))),
		});
		assert.deepEqual(
			[turned.tensor.shape, turned.tensor.axisNames],
			[
				[3, 3, 2],
				["", "w", "h"],
			],
		);
		const wanted = counted(0, 18).map((k) => 6 * Math.floor(k / 6) + 3 * (k % 2) + Math.floor((k % 6) / 2));
		for (const most of [1, 4, 1000]) assert.deepEqual(await allValues(turned.source, turned.tensor, most), [wanted]);
	});

	it("tells the lengths of lists of fixed size, whose missing rows are missing values", async () => {
		const rows = [[[1, 2]], null, [null], [[7, 8]]];
		const metadata = schema(fixed("x", 1, fixed("element", 2)));
		const { source, tensor } = await opened({ column: two, groups: [group(rows)], nulls: 2, metadata });
		assert.deepEqual([tensor.shape, tensor.note], [[4, 1, 2], "4 values are missing, read as NaN"]);
		assert.deepEqual(await allValues(source, tensor, 3), [[1, 2, NaN, NaN, NaN, NaN, 7, 8]]);
	});

	it("is believed no more than the values", async () => {
		const groups = [group(rowsOf(3, [6]))];
		const wrong = await opened({ column: one, groups, nulls: 0, metadata: schema(fixed("x", 7)) });
		assert.equal(
			wrong.tensor.problem?.message,
			"Row 0 holds 6 values and the schema says 7; lists of different lengths form no tensor.",
		);
		const huge = await opened({ column: one, groups, nulls: 0, metadata: schema(fixed("x", 2 ** 31 - 1)) });
		assert.equal(huge.tensor.problem?.code, "too-large");
		const shape = await opened({
			...{ column: one, groups, nulls: 0 },
			metadata: schema(fixed("x", 6, item, extension({ shape: [4] }))),
		});
		assert.match(shape.tensor.problem?.message ?? "", /shape \[4\], but each row holds 6 values/);
	});

	it("that is damaged, or of other columns, leaves the lists as Parquet has them", async () => {
		const groups = [group(rowsOf(3, [6]))];
		for (const [metadata, notes] of [
			[{ "ARROW:schema": "no base64!" }, 1],
			[{ "ARROW:schema": Buffer.from(new Uint8Array(40).fill(255)).toString("base64") }, 1],
			[schema(fixed("y", 3)), 0],
			[schema(fixed("x", 3), fixed("z", 3)), 0],
		] as const) {
			const { source, tensor } = await opened({ column: one, groups, nulls: 0, metadata });
			assert.deepEqual([tensor.problem, tensor.shape, source.notes.length], [undefined, [3, 6], notes]);
		}
	});
});
