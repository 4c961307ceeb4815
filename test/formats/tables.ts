import assert from "node:assert/strict";
import { toJsonNumber } from "../../src/core/format";
import { openTensors } from "../../src/formats";
import { nodeSource } from "./node-source";
import type { Truth } from "./record";
import type { Outcome } from "./truth";
import { allValues, plainStatistics } from "./values";

/** A column as pyarrow saw it: its leaf values without those that are missing. */
interface Column {
	readonly name: string;
	readonly dtype: string;
	readonly shape: readonly number[];
	readonly numeric?: false;
	readonly nulls: number;
	readonly rows: number;
	readonly nan: number;
	readonly posInf: number;
	readonly negInf: number;
	readonly min: number | string | null;
	readonly max: number | string | null;
	readonly mean: number;
	readonly std: number;
	readonly first8: readonly (number | string)[];
}

const DTYPES: Readonly<Record<string, string>> = { halffloat: "f16", float: "f32", double: "f64", bool: "bool" };

/** Compares the columns of a table with what pyarrow recorded; missing values are NaN here and left out there. */
export async function agreesTable(file: string, known: Truth): Promise<Outcome> {
	const opened = await openTensors(await nodeSource(file));
	let compared = 0;
	try {
		const wanted = known.tensors as unknown as readonly Column[];
		assert.ok(wanted.length > 0);
		for (const column of wanted) {
			const name = column.name.replace(/\[\]/g, "");
			const tensor = opened.tensors.find((each) => each.name === name);
			if (tensor === undefined) {
				const names = opened.tensors.map((each) => each.name);
				assert.ok(column.name.includes("[]"), `${column.name} is not among ${names}`);
				continue;
			}
			if (tensor.problem) {
				assert.equal(tensor.problem.code, "unsupported");
				if (/^dictionary<values=string/.test(column.dtype)) {
					assert.match(tensor.problem.message, /^The column is text in a dictionary, which is no tensor;/);
					continue;
				}
				assert.ok(column.numeric === false || column.name.includes("[]"), `${name}: ${tensor.problem.message}`);
				continue;
			}
			assert.notEqual(column.numeric, false, `${name} was read`);
			const spelled = DTYPES[column.dtype] ?? column.dtype.replace("uint", "u").replace("int", "i");
			if (tensor.dtype !== spelled) {
				assert.equal(tensor.dtype, "f64");
				assert.match(tensor.note ?? "", new RegExp(`missing.*stored as ${spelled}`));
			}
			const [values = []] = await allValues(opened, tensor, 7);
			assert.deepEqual(await allValues(opened, tensor, 1e9), [values]);
			agrees(values, column, tensor.dtype === spelled);
			compared++;
		}
	} finally {
		await opened.close();
	}
	return { format: opened.reader.id, refused: false, compared };
}

function agrees(values: readonly (number | bigint)[], column: Column, exact: boolean): void {
	const found = plainStatistics(values);
	const counted = values.length - found.nan;
	assert.equal(counted, column.shape.reduce((a, b) => a * b, 1) - column.nan);
	assert.deepEqual([found.posInf, found.negInf], [column.posInf, column.negInf]);
	const shown = values.filter((value) => typeof value === "bigint" || !Number.isNaN(value)).slice(0, 8);
	const wanted = column.first8.filter((value) => value !== "NaN");
	const same = (value: number | string) => (exact ? value : Number(value));
	assert.deepEqual(shown.slice(0, wanted.length).map(toJsonNumber), wanted.map(same));
	if (found.min === undefined) return;
	assert.deepEqual(
		[found.min, found.max ?? NaN].map(toJsonNumber),
		[column.min, column.max].map((one) => same(one ?? 0)),
	);
	for (const [ours, theirs] of [[found.mean, column.mean] as const, [found.std, column.std] as const]) {
		assert.ok(Math.abs(ours - Number(theirs)) <= 1e-9 * Math.abs(Number(theirs)) + 1e-300, `${ours} is not ${theirs}`);
	}
}
