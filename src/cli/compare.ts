import { partsOf } from "../core/dtype";
import { formatCount, formatDType, formatNumber, formatShape, toJsonNumber } from "../core/format";
import type { CompareResult } from "../engine/api";
import { type ArgumentSpec, type Arguments, numberOf } from "./arguments";
import { jsonText } from "./json";
import { otherFile, RAW_OPTIONS } from "./raw-choice";
import { printable } from "./table";
import { chooseTensor, parseTensorRef } from "./tensor-choice";
import { EXIT, type ExitCode, type Terminal } from "./terminal";

/** The arguments of `compare`. */
export const COMPARE = {
	name: "compare",
	files: ["A[#TENSOR]", "B[#TENSOR]"],
	options: {
		rtol: { value: "R", about: "Relative tolerance. Default 1e-5." },
		atol: { value: "A", about: "Absolute tolerance: |a - b| <= A + R * |b| is close. Default 1e-8." },
		...RAW_OPTIONS,
		json: { about: "Print the result as JSON." },
	},
} as const satisfies ArgumentSpec;

/** Compares two tensors element by element; exits 1 where shapes differ or an element is not close. */
export async function compare({ files, given }: Arguments, terminal: Terminal): Promise<ExitCode> {
	const [a = "", b = ""] = files;
	const rtol = numberOf(given, "rtol", 0) ?? 1e-5;
	const atol = numberOf(given, "atol", 0) ?? 1e-8;
	const [refA, refB] = [otherFile(parseTensorRef(a), given), otherFile(parseTensorRef(b), given)];
	const tensorA = await chooseTensor(refA, terminal, "FILE#TENSOR");
	const tensorB = await chooseTensor(refB, terminal, "FILE#TENSOR");
	const bar = terminal.bar("Comparing");
	const result = await terminal.engine
		.compare(
			{ a: { ...refA, tensor: tensorA.name }, b: { ...refB, tensor: tensorB.name }, rtol, atol },
			{ signal: terminal.signal, onProgress: bar.show },
		)
		.finally(bar.end);
	const close = result.sameShape && result.mismatched === 0;
	await terminal.write(
		given.has("json")
			? `${jsonText(comparisonJson(result, { close, rtol, atol }))}\n`
			: comparisonText([a, b], result, { close, rtol, atol }),
	);
	return close ? EXIT.fine : EXIT.differs;
}

interface Verdict {
	readonly close: boolean;
	readonly rtol: number;
	readonly atol: number;
}

function comparisonJson(result: CompareResult, { close, rtol, atol }: Verdict): unknown {
	const place = (found: CompareResult["worst"]) =>
		found ? { index: found.index, a: toJsonNumber(found.a), b: toJsonNumber(found.b) } : null;
	return {
		close,
		a: result.a,
		b: result.b,
		sameShape: result.sameShape,
		rtol,
		atol,
		elements: result.elements,
		mismatched: result.mismatched,
		different: result.different,
		maxAbs: toJsonNumber(result.maxAbs),
		maxRel: toJsonNumber(result.maxRel),
		worst: place(result.worst),
		firstMismatch: place(result.firstMismatch),
		elapsedMs: result.elapsedMs,
	};
}

function comparisonText(words: readonly [string, string], result: CompareResult, verdict: Verdict): string {
	const side = (letter: string, word: string, { dtype, shape }: CompareResult["a"]) =>
		`${letter}  ${printable(word)}: ${formatDType(dtype)}, ${formatShape(shape)}`;
	const place = ({ index, a, b }: NonNullable<CompareResult["worst"]>) =>
		`at [${index.join(", ")}]: a = ${formatNumber(a, 9)}, b = ${formatNumber(b, 9)}`;
	const lines = [side("a", words[0], result.a), side("b", words[1], result.b), ""];
	if (!result.sameShape) return [...lines, "The shapes differ; no values were compared.", ""].join("\n");
	const { elements, mismatched, different, maxAbs, maxRel, worst, firstMismatch } = result;
	const complex = partsOf(result.a.dtype) === 2 || partsOf(result.b.dtype) === 2;
	const counted = complex ? "real and imaginary parts" : "elements";
	const tolerance = `rtol ${formatNumber(verdict.rtol)}, atol ${formatNumber(verdict.atol)}`;
	lines.push(
		verdict.close
			? `All ${formatCount(elements)} ${counted} are close (${tolerance}).`
			: `${formatCount(mismatched)} of ${formatCount(elements)} ${counted} are not close (${tolerance}).`,
		`  not the same number  ${formatCount(different)}`,
		`  max |a - b|          ${formatNumber(maxAbs, 9)}${worst ? ` ${place(worst)}` : ""}`,
		`  max |a - b| / |b|    ${formatNumber(maxRel, 9)}`,
	);
	if (firstMismatch) lines.push(`  first not close      ${place(firstMismatch)}`);
	if (complex) lines.push("  The last index is 0 for the real part and 1 for the imaginary one.");
	return `${lines.join("\n")}\n`;
}
