import { partsOf } from "../core/dtype";
import { formatCount, formatDType, formatNumber, formatShape, toJsonNumber } from "../core/format";
import { partStart } from "../core/layout";
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
	const { a, b, sameShape, elements, mismatched, different, nanPairs, nanMismatches, infMismatches } = result;
	const numbers = (values: Float64Array) => [...values].map(toJsonNumber);
	return {
		...{ close, a, b, sameShape, rtol, atol, elements, mismatched, different, nanPairs, nanMismatches, infMismatches },
		maxAbs: toJsonNumber(result.maxAbs),
		maxRel: toJsonNumber(result.maxRel),
		rmse: toJsonNumber(result.rmse),
		cosine: toJsonNumber(result.cosine),
		ulp: result.ulp ?? null,
		verdicts: result.verdicts.map((verdict) => ({ ...verdict, close: isClose(result, verdict) })),
		worst: place(result.worst),
		firstMismatch: place(result.firstMismatch),
		firstDifferent: place(result.firstDifferent),
		profiles: result.profiles.map(({ maxAbs, meanAbs, ...profile }) => ({
			...profile,
			maxAbs: numbers(maxAbs),
			meanAbs: numbers(meanAbs),
		})),
		elapsedMs: result.elapsedMs,
	};
}

function isClose({ sameShape }: CompareResult, { failing }: CompareResult["verdicts"][number]): boolean {
	return sameShape && failing === 0;
}

function comparisonText(words: readonly [string, string], result: CompareResult, verdict: Verdict): string {
	const side = (letter: string, word: string, { dtype, shape }: CompareResult["a"]) =>
		`${letter}  ${printable(word)}: ${formatDType(dtype)}, ${formatShape(shape)}`;
	const place = ({ index, a, b }: NonNullable<CompareResult["worst"]>) =>
		`at [${index.join(", ")}]: a = ${formatNumber(a, 9)}, b = ${formatNumber(b, 9)}`;
	const { a, b, elements, mismatched, different, worst, firstMismatch, firstDifferent, ulp } = result;
	const lines = [side("a", words[0], a), side("b", words[1], b), ""];
	if (!result.sameShape) {
		const shapes = `${formatShape(a.shape)} and ${formatShape(b.shape)}`;
		return [...lines, `The shapes differ, ${shapes}; no values were compared.`, ""].join("\n");
	}
	const complex = partsOf(a.dtype) === 2;
	const counted = complex ? "real and imaginary parts" : "elements";
	const tolerance = toleranceText(verdict);
	const line = (label: string, value: string) => `  ${label.padEnd(20)} ${value}`;
	lines.push(
		verdict.close
			? `All ${formatCount(elements)} ${counted} are close (${tolerance}).`
			: `${formatCount(mismatched)} of ${formatCount(elements)} ${counted} are not close (${tolerance}).`,
		line("not the same number", formatCount(different)),
		line("max |a - b|", `${formatNumber(result.maxAbs, 9)}${worst ? ` ${place(worst)}` : ""}`),
		line("max |a - b| / |b|", formatNumber(result.maxRel, 9)),
		line("root mean square", formatNumber(result.rmse, 9)),
		line("cosine similarity", formatNumber(result.cosine, 15)),
	);
	if (ulp) lines.push(line("max ULP distance", formatCount(ulp.max)));
	const { nanPairs, nanMismatches, infMismatches } = result;
	if (nanPairs + nanMismatches + infMismatches > 0) {
		const found = `${formatCount(nanPairs)} NaN in both, ${formatCount(nanMismatches)} NaN in one, ${formatCount(infMismatches)} other infinities`;
		lines.push(line("NaN and Inf", found));
	}
	if (firstDifferent) lines.push(line("first different", place(firstDifferent)));
	if (firstMismatch) lines.push(line("first not close", place(firstMismatch)));
	if (complex) lines.push("  The last index is 0 for the real part and 1 for the imaginary one.");
	lines.push("", ...result.verdicts.map((each) => verdictText(each)));
	const axes = result.profiles.filter(({ size }) => size > 1);
	if (different > 0 && axes.length > 0) lines.push("", "Largest |a - b| along each axis:", ...axes.flatMap(axisText));
	return `${lines.join("\n")}\n`;
}

function toleranceText({ rtol, atol }: { readonly rtol: number; readonly atol: number }): string {
	return `rtol ${formatNumber(rtol)}, atol ${formatNumber(atol)}`;
}

function verdictText({ by, failing, ...tolerance }: CompareResult["verdicts"][number]): string {
	const verdict = failing === 0 ? "close" : `not close at ${formatCount(failing)}`;
	return `${by.padEnd(26)} ${verdict} (${toleranceText(tolerance)}; NaN is close to nothing)`;
}

function axisText({ axis, size, bins, maxAbs, meanAbs }: CompareResult["profiles"][number]): string[] {
	const at = maxAbs.reduce((best, value, bin) => (value > (maxAbs[best] as number) ? bin : best), 0);
	const from = partStart(at, size, bins);
	const to = partStart(at + 1, size, bins) - 1;
	const index = from === to ? `${from}` : `${from} to ${to}`;
	const [max, mean] = [formatNumber(maxAbs[at] as number), formatNumber(meanAbs[at] as number)];
	return Number.isNaN(maxAbs[at]) ? [] : [`  axis ${axis}  index ${index}: max ${max}, mean ${mean}`];
}
