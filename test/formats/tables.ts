import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { TensorError } from "../../src/core/errors";
import { toJsonNumber } from "../../src/core/format";
import { openTensors } from "../../src/formats";
import { nodeSource } from "./node-source";
import { type Case, SHARED } from "./truth";
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

/** What a test run compared and left. */
export interface Tally {
	compared: number;
	refused: number;
}

/** Tests that the columns of shared tables hold what pyarrow recorded; missing values are NaN here and left out there. */
export function tableTruth(cases: readonly Case[], tally: Tally, unreadable: readonly string[] = []): void {
	for (const { file, known } of cases) {
		const full = path.join(SHARED, file);
		if (known === undefined) {
			it(`${file} opens or is refused with a sentence`, () => opensOrRefuses(full, false));
		} else if (known.status === "error") {
			it(`${file} is refused, as a whole or in its columns`, () => opensOrRefuses(full, true));
		} else {
			it(`${file} agrees with pyarrow`, async () => {
				const opened = await openTensors(await nodeSource(full));
				try {
					const wanted = known.tensors as unknown as readonly Column[];
					assert.ok(wanted.length > 0);
					for (const column of wanted) {
						const name = column.name.replace(/\[\]/g, "");
						const tensor = opened.tensors.find((each) => each.name === name);
						if (tensor === undefined) {
							assert.ok(
								column.name.includes("[]"),
								`${column.name} is not among ${opened.tensors.map((each) => each.name)}`,
							);
							continue;
						}
						if (unreadable.includes(`${file} ${name}`)) {
							await assert.rejects(allValues(opened, tensor, 1000), TensorError);
							continue;
						}
						if (tensor.problem) {
							assert.equal(tensor.problem.code, "unsupported");
							assert.ok(column.numeric === false || column.name.includes("[]"), `${name}: ${tensor.problem.message}`);
							tally.refused++;
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
						tally.compared++;
					}
				} finally {
					await opened.close();
				}
			});
		}
	}
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

async function opensOrRefuses(file: string, mustRefuse: boolean): Promise<void> {
	let refused = 0;
	const fine = (thrown: unknown) => {
		refused++;
		assert.ok(thrown instanceof TensorError && thrown.code !== "internal", String(thrown));
		assert.match(thrown.message, /^[A-Z].*[.]$/s);
	};
	try {
		const opened = await openTensors(await nodeSource(file));
		for (const tensor of opened.tensors) {
			if (tensor.problem) refused++;
			else await allValues(opened, tensor, 1000).catch(fine);
		}
		await opened.close();
	} catch (thrown) {
		fine(thrown);
	}
	assert.ok(refused > 0 || !mustRefuse, "nothing was refused");
}

/** Whether the shared files are there. */
export const hasShared = fs.existsSync(SHARED);
