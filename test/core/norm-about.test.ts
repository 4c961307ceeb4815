import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import {
	type About,
	citesOf,
	citeText,
	DEFAULT_COLUMNS,
	defaultRows,
	FRAMEWORKS,
	type FrameworkDefault,
	type FrameworkId,
} from "../../src/core/norm-about";
import { NORMALIZATIONS } from "../../src/core/normalizations";
import { ABOUT } from "../../src/core/norms/about";
import { CITES, type CiteId } from "../../src/core/norms/cites";

type Arguments = Readonly<Record<string, unknown>>;
const RECORD = JSON.parse(readFileSync("test/fixtures/norm-defaults.json", "utf8")) as Readonly<
	Record<FrameworkId, Readonly<Record<string, Arguments>>>
>;

/** What the recorded packages do not have: newer, older or somebody else's. */
const NOT_RECORDED = [
	"nn.RMSNorm",
	"nn.utils.parametrizations.weight_norm",
	"torchvision's",
	"tf.compat.v1.keras.layers.BatchNormalization",
	"tfa.layers.FilterResponseNormalization",
];
/** Numbers that are no argument but stand in the code. */
const FIXED: Readonly<Record<string, number>> = {
	"layers.UnitNormalization": 1e-12,
	"layers.Normalization": 1e-7,
	"MeanVarianceNormalization-13": 1e-9,
};

const entries = Object.entries(ABOUT) as [string, About][];
const defaults = entries.flatMap(([id, about]) =>
	(Object.entries(about.defaults) as [FrameworkId, FrameworkDefault][]).map(
		([framework, one]) => [id, framework, one] as const,
	),
);
const nameOf = ({ name }: FrameworkDefault) => name.split(/[ ,]/)[0] ?? "";

/** A Python literal of those that defaults are. */
function literal(text: string): unknown {
	return JSON.parse(text.replace("False", "false").replace("True", "true"));
}

describe("about normalizations", () => {
	it("has every entry of the catalogue", () => {
		for (const id of Object.keys(NORMALIZATIONS)) assert.ok(id in ABOUT, id);
	});

	for (const [id, about] of entries) {
		it(`says of ${id} in one to three sentences each what it is good and bad at and where it is used`, () => {
			for (const part of [about.strengths, about.weaknesses, about.used]) {
				assert.ok(part.length >= 1 && part.length <= 3, `${part.length}`);
				for (const [says] of part) assert.match(says, /^[A-Z].{15,119}[^.]\.$/);
			}
			const all = [...about.strengths, ...about.weaknesses, ...about.used].map(([says]) => says);
			assert.equal(new Set(all).size, all.length);
		});
	}

	it("cites nothing that no sentence rests on, and papers with their number", () => {
		const cited = new Set(entries.flatMap(([, about]) => citesOf(about)));
		assert.deepEqual([...cited].sort(), (Object.keys(CITES) as CiteId[]).sort());
		assert.equal(citeText("1803.08494"), "Wu & He 2018, arXiv:1803.08494");
		assert.equal(citeText("1409.1556"), "Simonyan & Zisserman 2014, VGG, arXiv:1409.1556");
		assert.equal(citeText("onnxLp"), "ONNX operators: LpNormalization");
	});

	for (const [id, framework, one] of defaults) {
		const name = nameOf(one);
		if (NOT_RECORDED.includes(name)) continue;
		it(`tells of ${id} what ${FRAMEWORKS[framework]}'s ${name} starts from`, () => {
			const recorded = RECORD[framework][name];
			assert.ok(recorded, `${name} is not recorded`);
			assert.equal(one.eps, recorded.eps ?? recorded.epsilon ?? FIXED[name]);
			if (one.momentum) assert.equal(one.momentum.value, recorded.momentum);
			for (const [, key = "", value = ""] of `${one.axis}; ${one.note}`.matchAll(/(\w+)=(\[[\d, ]+\]|[-\w.]+)/g)) {
				assert.deepEqual(recorded[key], literal(value), key);
			}
			for (const [, key = ""] of one.name.matchAll(/(\w+)=/g)) assert.ok(key in recorded, key);
		});
	}

	it("has no exception for what is recorded, or is not told of", () => {
		const told = defaults.map(([, , one]) => nameOf(one));
		const recorded = (Object.keys(FRAMEWORKS) as FrameworkId[]).flatMap((id) => Object.keys(RECORD[id]));
		for (const name of NOT_RECORDED) assert.ok(told.includes(name) && !recorded.includes(name), name);
	});

	it("tells defaults as rows of words, with the sense of momentum and both variances", () => {
		const rows = defaultRows(ABOUT.batchNorm);
		assert.deepEqual(rows[0], [
			"PyTorch",
			"nn.BatchNorm1d, 2d, 3d",
			"1e-5",
			"population; running unbiased",
			"0.1 of the new batch",
			"always 1",
			"",
		]);
		assert.deepEqual(rows[1]?.slice(2, 5), ["1e-3", "population", "0.99 of the old value"]);
		assert.deepEqual(defaultRows(ABOUT.meanVarianceNorm)[0]?.slice(2, 3), ["1e-9 added to the divisor"]);
		assert.deepEqual(defaultRows(ABOUT.lpNorm)[0]?.slice(2, 5), ["1e-12 as the least divisor", "–", "–"]);
		for (const [, about] of entries)
			for (const row of defaultRows(about)) assert.equal(row.length, DEFAULT_COLUMNS.length);
	});
});
