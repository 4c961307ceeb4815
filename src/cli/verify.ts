import { promises as fs } from "node:fs";
import os from "node:os";
import path from "node:path";
import { describeError, TensorError } from "../core/errors";
import { formatCount, formatDType, formatNumber, formatShape, toJsonNumber } from "../core/format";
import { type ArgumentSpec, type Arguments, BadUsage, numberOf } from "./arguments";
import { PROGRAM } from "./help";
import { jsonText } from "./json";
import { printable } from "./table";
import { EXIT, type ExitCode, type Terminal } from "./terminal";
import { type BackendTest, findTests, readTest } from "./verify-case";
import { type OutputVerdict, runTest, type Verifying } from "./verify-run";

/** The arguments of `verify`. */
export const VERIFY = {
	name: "verify",
	files: ["FOLDER…"],
	options: {
		rtol: { value: "R", about: "Relative tolerance. Default 1e-3, as in ONNX's own runner." },
		atol: { value: "A", about: "Absolute tolerance: |a - b| <= A + R * |b| is close. Default 1e-7." },
		json: { about: "Print { rtol, atol, tests, passed, failed, unsupported } as JSON." },
	},
} as const satisfies ArgumentSpec;

/** How a test ended. */
interface TestResult {
	readonly folder: string;
	readonly status: "passed" | "failed" | "unsupported";
	/** "LayerNormalization 17", where the model could be read. */
	readonly operator?: string;
	/** What is wrong, in a sentence. */
	readonly reason?: string;
	readonly outputs: readonly OutputVerdict[];
}

/** Runs ONNX backend tests of normalizations through the engine; exits 1 where one fails. */
export async function verify({ files, given }: Arguments, terminal: Terminal): Promise<ExitCode> {
	const [rtol, atol] = [numberOf(given, "rtol", 0) ?? 1e-3, numberOf(given, "atol", 0) ?? 1e-7];
	const found = await Promise.all(files.map((folder) => findTests(folder, terminal.signal)));
	const folders = [...new Set(found.flat())];
	const scratch = await fs.mkdtemp(path.join(os.tmpdir(), "tensor-inspector-verify-"));
	const results: TestResult[] = [];
	try {
		for (const folder of folders) {
			const result = await resultOf(folder, { rtol, atol, scratch }, terminal);
			results.push(result);
			if (!given.has("json")) await terminal.write(`${line(result)}\n`);
		}
	} finally {
		await fs.rm(scratch, { recursive: true, force: true });
	}
	const count = (status: TestResult["status"]) => results.filter((result) => result.status === status).length;
	const counts = { passed: count("passed"), failed: count("failed"), unsupported: count("unsupported") };
	if (given.has("json")) {
		await terminal.write(`${jsonText({ rtol, atol, tests: results.map(resultJson), ...counts })}\n`);
	} else {
		const apart = counts.unsupported > 0 ? `, ${formatCount(counts.unsupported)} unsupported` : "";
		await terminal.write(`${formatCount(counts.passed)} passed, ${formatCount(counts.failed)} failed${apart}\n`);
	}
	if (counts.failed > 0) return EXIT.differs;
	if (counts.passed > 0) return EXIT.fine;
	terminal.tell(`${PROGRAM}: None of the tests is of a normalization, so nothing was verified.`);
	return EXIT.badFile;
}

async function resultOf(folder: string, verifying: Verifying, terminal: Terminal): Promise<TestResult> {
	let test: BackendTest | undefined;
	const operator = () => (test ? { operator: `${test.node.operator} ${test.opset}` } : {});
	try {
		test = await readTest(folder, terminal.signal);
		const outputs = await runTest(test, verifying, terminal);
		const wrong = outputs.find(({ close }) => !close);
		const reason = wrong ? { reason: difference(wrong, test.dataSets.length > 1) } : {};
		return { folder, status: wrong ? "failed" : "passed", ...operator(), ...reason, outputs };
	} catch (thrown) {
		const error = thrown instanceof BadUsage ? new TensorError("corrupt", thrown.message) : TensorError.from(thrown);
		if (error.code === "cancelled") throw error;
		const status = error.code === "unsupported" ? "unsupported" : "failed";
		return { folder, status, ...operator(), reason: describeError(error), outputs: [] };
	}
}

/** What is wrong with an output, in a sentence. */
function difference({ dataSet, output, found }: OutputVerdict, several: boolean): string {
	const { a, b, sameShape, mismatched, elements, worst, firstMismatch } = found;
	const which = several ? `${dataSet}, ${output}` : output;
	if (!sameShape) return `${which} has the shape ${formatShape(a.shape)}, and ${formatShape(b.shape)} was recorded.`;
	if (a.dtype !== b.dtype) return `${which} is of ${formatDType(a.dtype)}, and ${formatDType(b.dtype)} was recorded.`;
	const place = firstMismatch ?? worst;
	const first = place
		? `; the first, at [${place.index.join(", ")}], is ${formatNumber(place.a, 9)}, and ${formatNumber(place.b, 9)} was recorded`
		: "";
	return `${formatCount(mismatched)} of ${formatCount(elements)} elements of ${which} are not close${first}.`;
}

function line({ folder, status, operator, reason, outputs }: TestResult): string {
	const name = printable(path.basename(path.resolve(folder)));
	const farthest = Math.max(0, ...outputs.map(({ found }) => found.maxAbs));
	const about = reason ?? `largest difference ${formatNumber(farthest, 2)}`;
	return `${status}  ${name}${operator ? ` (${printable(operator)})` : ""}: ${printable(about)}`;
}

function resultJson({ folder, status, operator, reason, outputs }: TestResult): unknown {
	return {
		folder,
		status,
		...(operator === undefined ? {} : { operator }),
		...(reason === undefined ? {} : { reason }),
		outputs: outputs.map(({ dataSet, output, close, found }) => ({
			dataSet,
			output,
			close,
			dtype: formatDType(found.b.dtype),
			shape: found.b.shape,
			elements: found.elements,
			mismatched: found.mismatched,
			maxAbs: toJsonNumber(found.maxAbs),
			maxRel: toJsonNumber(found.maxRel),
		})),
	};
}
