import type { NormId } from "../../src/core/normalizations";
import { normalization } from "../../src/core/normalizations";
import { KINDS, type Kind, type KindId } from "./kinds";
import { allCases, type Case, keyOf } from "./measure";

/** Largest errors of one case; those of others are absent where they have no such normalization. */
export interface Errors {
	readonly ours: number;
	readonly numpy?: number;
	readonly torch?: number;
}

/** What was measured, as it is kept in test/fixtures/accuracy. */
export interface AccuracyRecord {
	readonly numpy: string;
	readonly torch: string;
	readonly cases: Readonly<Record<string, Errors>>;
}

/** Where the record is kept. */
export const RECORD = "test/fixtures/accuracy/record.json";

/** Reads a record; JSON has no infinities, so these are words in it. */
export function parseRecord(text: string): AccuracyRecord {
	return JSON.parse(text, (_, value: unknown) => (value === "Inf" ? Infinity : value)) as AccuracyRecord;
}

const COLUMNS = ["ours", "numpy", "torch"] as const;

/** The page docs/accuracy.md. */
export function accuracyPage(record: AccuracyRecord): string {
	const { numpy, torch } = record;
	const kinds = Object.entries(KINDS) as [KindId, Kind][];
	return [
		"# Accuracy",
		"",
		"How far the results of every normalization are from exact arithmetic, at most, in units in the last place (ULP) of the exact",
		"result: 0.5 is correct rounding. Written by `npm run accuracy`, which works the definitions out with 60 digits and compares",
		"every element; a test compares this page with the engine as it is.",
		"",
		`Beside it what NumPy ${numpy} and PyTorch ${torch} give on the same data in the same type (CPU), by the formula as it is usually`,
		"written and by the function of that name; a dash where there is none. \u201cInf\u201d is a NaN or an infinity where the exact result is a number.",
		"A result near zero has a small last place, so that an error of the mean counts millions of them.",
		"",
		"## Over all data",
		"",
		...table(record, () => true),
		...kinds.flatMap(([kind, { label }]) => ["", `## ${label}`, "", ...table(record, (one) => one.kind === kind)]),
		"",
	].join("\n");
}

function table(record: AccuracyRecord, isIn: (one: Case) => boolean): string[] {
	const cases = allCases().filter(isIn);
	const dtypes = (["f64", "f32"] as const).filter((dtype) => cases.some((one) => one.dtype === dtype));
	const heads = dtypes.flatMap((dtype) => ["Tensor Inspector", "NumPy", "PyTorch"].map((who) => `${who} ${dtype}`));
	const ids = [...new Set(cases.map(({ id }) => id))];
	return [
		`| | ${heads.join(" | ")} |`,
		`| --- |${heads.map(() => " ---: |").join("")}`,
		...ids.map((id) => {
			const cells = dtypes.flatMap((dtype) =>
				COLUMNS.map((who) => {
					const found = cases
						.filter((one) => one.id === id && one.dtype === dtype)
						.map((one) => record.cases[keyOf(one)]?.[who]);
					return found.every((error) => error === undefined)
						? "\u2013"
						: shown(Math.max(...found.map((error) => error ?? 0)));
				}),
			);
			return `| ${normalization(id as NormId).label} | ${cells.join(" | ")} |`;
		}),
	];
}

/** Two digits, and no more than are meant. */
function shown(error: number): string {
	if (!Number.isFinite(error)) return "Inf";
	if (error < 100) return error.toFixed(error < 10 ? 2 : 0);
	return error < 1e5 ? Math.round(error).toString() : error.toExponential(1).replace("e+", "e");
}
