import assert from "node:assert/strict";
import type { Inspection } from "../../src/core/inspection";
import { axisProfile } from "../../src/core/inspection";
import { profileLayout } from "../../src/core/layout";
import { type CellStatistics, emptyMoments, mergeGroup } from "../../src/core/moments";
import type { TensorInfo } from "../../src/core/tensor";
import { escaped, hoverText, problemText } from "../../src/host/hoverText";
import { statisticsReport, wholeJson } from "../../src/host/statisticsReport";
import { description } from "./description";

const tensor = (name: string, more: Partial<TensorInfo> = {}): TensorInfo => ({
	name,
	dtype: "f32",
	shape: [2, 3],
	bytes: 24,
	...more,
});

const WHOLE: CellStatistics = { count: 5, mean: 1.5, std: 2, min: -1, max: 4, nan: 1, posInf: 2, negInf: 3, zeros: 0 };
const LINKS = { open: "command:o", normalize: "command:n", statistics: "command:s" };

describe("the text of a hover", () => {
	it("lists ten tensors of many and says how many more there are", () => {
		const tensors = Array.from({ length: 25 }, (_, k) => tensor(`t${k}`));
		const text = hoverText(description(tensors), tensors[0], { state: "computing" }, LINKS);
		assert.equal(text.match(/^\| t\d+ \|/gm)?.length, 10);
		assert.match(text, /25 tensors/);
		assert.match(text, /… and 15 more/);
	});

	it("has a row for each part of a complex tensor", () => {
		const one = tensor("", { dtype: "c64" });
		const text = hoverText(description([one]), one, { state: "known", parts: [WHOLE, { ...WHOLE, mean: 9 }] }, LINKS);
		assert.match(text, /^\| real \|.*1\.5/m);
		assert.match(text, /^\| imag\. \|.*9/m);
	});

	it("adds both infinities up", () => {
		const text = hoverText(description([tensor("")]), tensor(""), { state: "known", parts: [WHOLE] }, LINKS);
		assert.match(text, /\| (&nbsp;)*1 \| (&nbsp;)*5 \| (&nbsp;)*0 \|/);
	});

	it("offers no normalization of a tensor that cannot be read", () => {
		const error = { code: "unsupported", message: "Object arrays are not read.", where: {} } as const;
		const broken = tensor("o", { dtype: { other: "object" }, problem: error });
		const text = hoverText(description([broken]), broken, { state: "failed", error }, LINKS);
		assert.match(text, /Object arrays are not read/);
		assert.doesNotMatch(text, /command:n/);
		assert.match(text, /command:o/);
	});

	it("lets no name of a file become Markdown, HTML or a line of its own", () => {
		const name = "[x](command:evil) <b>&amp; |`$(bug)`\n# https://evil.example ![i](u)\u202e";
		const text = escaped(name);
		assert.doesNotMatch(text, /[\n\u202e<]/);
		// Every punctuation mark that Markdown gives a meaning stands behind a backslash.
		assert.doesNotMatch(text.replace(/&(amp|lt);/g, "").replace(/\\[!-/:-@[-`{-~]/g, ""), /[!-/:-@[-`{-~]/);
		assert.ok(problemText({ code: "corrupt", message: "Bad.", where: { file: name } }).startsWith("\\["));
	});
});

/** An inspection of two samples whose second is empty. */
function inspection(part: Inspection["part"] = "value"): Inspection {
	const layout = profileLayout([2, 3], 0, 2048);
	const moments = emptyMoments("f32", 2);
	mergeGroup(moments, 0, 3, 1.25, 0.5);
	moments.min[0] = 1;
	moments.max[0] = 2;
	return {
		dtype: part === "value" ? "f32" : "c64",
		part,
		whole: WHOLE,
		first: { nan: [1, 0] },
		profiles: [axisProfile(layout, 0, moments)],
		elapsedMs: 3,
		exact: true,
		seen: 6,
		elements: 6,
	};
}

describe("the report of all statistics", () => {
	const text = (parts: readonly Inspection[]) =>
		[...statisticsReport({ description: description([tensor("x")]), tensor: tensor("x"), parts })].join("");

	it("has lined-up tables of the whole and of every axis", () => {
		const lines = text([inspection()]).split("\n");
		const start = lines.indexOf("Axis 0 (N), 2 indices");
		const rows = lines.slice(start + 2, start + 5);
		assert.deepEqual(
			rows.map((row) => row.trim().split(/\s+/)),
			[
				["index", "count", "mean", "std", "min", "max", "NaN", "+Inf", "-Inf", "zeros"],
				["0", "3", "1.25", "0.5", "1", "2", "0", "0", "0", "0"],
				["1", "0", "-", "-", "-", "-", "0", "0", "0", "0"],
			],
		);
		assert.equal(new Set(rows.map((row) => row.length)).size, 1, "rows of one length");
	});

	it("tells where the first NaN is", () => assert.match(text([inspection()]), /First NaN at \[1, 0\]\./));

	it("tells both parts of a complex tensor", () => {
		assert.match(text([inspection("real"), inspection("imaginary")]), /Real part[\s\S]*Imaginary part/);
	});

	it("says when the numbers are of a sample", () => {
		assert.match(text([{ ...inspection(), exact: false }]), /sample/);
		assert.doesNotMatch(text([inspection()]), /sample/);
	});

	it("is also told as data, as the terminal prints it", () => {
		const json = wholeJson({ description: description([tensor("x")]), tensor: tensor("x"), parts: [inspection()] });
		assert.deepEqual(json, {
			tensor: "x",
			dtype: "f32",
			shape: [2, 3],
			cells: [1, 1],
			...{ count: [5], mean: [1.5], std: [2], min: [-1], max: [4], nan: [1], posInf: [2], negInf: [3], zeros: [0] },
			exact: true,
			elapsedMs: 3,
		});
	});
});
