// Measures, and writes docs/accuracy.md and its record; scripts/accuracy.mjs calls it with a Python that has NumPy and
// PyTorch, or without an argument: then their columns stay as they were recorded.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { createEngine } from "../../src/engine/engine";
import { readValues, WORKER } from "../engine/files";
import { inputsOf, normOf } from "./definitions";
import { SHAPE } from "./kinds";
import { allCases, type Case, exactResults, keyOf, largestError, ourResults, writeCase } from "./measure";
import { type AccuracyRecord, accuracyPage, type Errors, parseRecord, RECORD } from "./page";

interface Others {
	readonly numpy: string;
	readonly torch: string;
	/** Keys of the cases that each could do. */
	readonly done: Readonly<Record<"numpy" | "torch", readonly string[]>>;
}

function askPython(python: string, folder: string, cases: readonly Case[]): Others {
	const list = cases.map((one) => {
		const norm = normOf(one.id, SHAPE);
		const given = Object.entries(inputsOf(norm, SHAPE)).map(([id, { values }]) => [id, values]);
		return { ...one, key: keyOf(one), options: norm.options, inputs: Object.fromEntries(given) };
	});
	writeFileSync(path.join(folder, "cases.json"), JSON.stringify(list));
	const script = path.join("scripts", "record-accuracy.py");
	return JSON.parse(execFileSync(python, [script, folder], { encoding: "utf8" })) as Others;
}

async function main(): Promise<void> {
	const folder = mkdtempSync(path.join(os.tmpdir(), "tensor-inspector-accuracy-"));
	const engine = createEngine({ workerPath: WORKER, workers: 2 });
	try {
		const cases = allCases();
		for (const one of cases) writeCase(folder, one);
		const [python] = process.argv.slice(2);
		const others = python === undefined ? undefined : askPython(python, folder, cases);
		const before = readRecord();
		const found: Record<string, Errors> = {};
		for (const one of cases) {
			const [key, exact] = [keyOf(one), exactResults(one)];
			const ours = rounded(largestError(await ourResults(engine, folder, one), exact, one.dtype));
			const theirs: { numpy?: number; torch?: number } = {};
			for (const who of ["numpy", "torch"] as const) {
				if (others?.done[who].includes(key)) {
					const { values } = await readValues({ file: path.join(folder, `${key}.${who}.npy`) });
					theirs[who] = rounded(largestError(values, exact, one.dtype));
				} else if (!others && before?.cases[key]?.[who] !== undefined) theirs[who] = before.cases[key][who];
			}
			found[key] = { ours, ...theirs };
		}
		const { numpy = "", torch = "" } = others ?? before ?? {};
		const record: AccuracyRecord = { numpy, torch, cases: found };
		mkdirSync(path.dirname(RECORD), { recursive: true });
		const lines = Object.entries(found).map(
			([key, errors]) =>
				`\t\t${JSON.stringify(key)}: ${JSON.stringify(errors, (_, value) => (value === Infinity ? "Inf" : value))}`,
		);
		writeFileSync(
			RECORD,
			`{\n\t"numpy": "${numpy}",\n\t"torch": "${torch}",\n\t"cases": {\n${lines.join(",\n")}\n\t}\n}\n`,
		);
		mkdirSync("docs", { recursive: true });
		writeFileSync(path.join("docs", "accuracy.md"), accuracyPage(record));
		console.log(
			`docs/accuracy.md: ${cases.length} cases, largest error ${Math.max(...Object.values(found).map(({ ours }) => ours))} ULP`,
		);
	} finally {
		await engine.close();
		rmSync(folder, { recursive: true, force: true });
	}
}

function readRecord(): AccuracyRecord | undefined {
	try {
		return parseRecord(readFileSync(RECORD, "utf8"));
	} catch {
		return undefined;
	}
}

/** Three digits are enough. */
function rounded(error: number): number {
	return Number.isFinite(error) ? Number(error.toPrecision(3)) : error;
}

void main();
