import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { type Choices, choose } from "../../src/core/chosen";
import { exactly } from "../../src/core/format";
import { NORMALIZATIONS } from "../../src/core/normalizations";
import { booksSentence } from "../../src/notation/books";
import { chooseNorm, chooseParts, namesOf, presetsOf } from "../../webview/presets";

const NCHW = [8, 64, 14, 14];

describe("the norm that is shown before anyone chose one", () => {
	for (const [shape, id, cells] of [
		[NCHW, "batchNorm", [1, 64, 1, 1]],
		[[8, 14, 14, 64], "batchNorm", [1, 1, 1, 64]],
		[[16, 9, 32], "layerNorm", [16, 9, 1]],
		[[16, 10], "batchNorm", [1, 10]],
		[[10], "layerNorm", [1]],
		[[], "cells", []],
		[[0, 3], "batchNorm", [0, 3]],
	] as const) {
		it(`is ${id} for [${shape.join(", ")}]`, () => {
			const { norm, layout, problem } = choose(shape, {});
			assert.equal(problem, undefined);
			assert.equal(norm.id, id);
			assert.deepEqual(layout?.cells, cells);
		});
	}

	it("tells that its axes are a guess, and why, until the user says what they are", () => {
		assert.match(choose(NCHW, {}).reason, /^A guess: The last two axes are equal \(14\)/);
		assert.equal(choose(NCHW, { convention: "channelsLast" }).guessed, false);
	});
});

describe("choices", () => {
	it("move the channel axis and the letters with the convention", () => {
		const chosen = choose(NCHW, { convention: "channelsLast" });
		assert.deepEqual(chosen.letters, ["N", "H", "W", "C"]);
		assert.deepEqual(chosen.layout?.cells, [1, 1, 1, 14]);
	});

	it("take letters of the user's own, and fill up what they leave out", () => {
		assert.deepEqual(choose(NCHW, { convention: "own", letters: ["B", "X"] }).letters, ["B", "X", "H", "W"]);
	});

	it("say why groups do not fit, and keep the norm that was asked for", () => {
		const { norm, layout, problem } = choose(NCHW, { norm: "groupNorm", options: { groups: 7 } });
		assert.equal(norm.id, "groupNorm");
		assert.equal(layout, undefined);
		assert.deepEqual(choose(NCHW, { norm: "groupNorm", options: { groups: 7 } }).parts, [8, 7, 1, 1]);
		assert.match(problem?.message ?? "", /64 indices, which 7 equal groups cannot share/);
	});

	it("say why epsilon does not fit", () => {
		assert.match(choose(NCHW, { options: { eps: -1 } }).problem?.message ?? "", /eps is -1/);
	});
});

describe("parts of an axis", () => {
	const change = (choices: Choices, axis: number, parts: number) => {
		const next = chooseParts(choose(NCHW, choices), choices, axis, parts);
		return choose(NCHW, next);
	};

	it("make the named norm that has them", () => {
		const { norm, layout } = change({ norm: "batchNorm" }, 0, 8);
		assert.equal(norm.id, "instanceNorm");
		assert.deepEqual(layout?.cells, [8, 64, 1, 1]);
	});

	it("make a layout of one's own where no norm has them", () => {
		const { norm, layout } = change({ norm: "batchNorm" }, 2, 14);
		assert.equal(norm.id, "cells");
		assert.deepEqual(layout?.cells, [1, 64, 14, 1]);
	});

	it("stay GroupNorm while only its groups change, and keep epsilon", () => {
		const { norm, layout } = change({ norm: "groupNorm", options: { groups: 8, eps: 0.5 } }, 1, 16);
		assert.equal(norm.id, "groupNorm");
		assert.equal(norm.options.eps, 0.5);
		assert.deepEqual(layout?.cells, [8, 16, 1, 1]);
	});

	it("refuse what does not divide the axis, with the divisors", () => {
		assert.match(change({}, 1, 7).problem?.message ?? "", /choose a divisor of 64: 1, 2, 4/);
	});
});

describe("presets", () => {
	for (const [shape, names] of [
		[NCHW, ["BatchNorm", "LayerNorm over C, H, W", "LayerNorm over C", "InstanceNorm", "GroupNorm(32)"]],
		[
			[8, 14, 14, 64],
			["BatchNorm", "LayerNorm over H, W, C", "LayerNorm over C", "InstanceNorm", "GroupNorm(32)"],
		],
		[
			[16, 9, 32],
			["BatchNorm", "LayerNorm over T, D", "LayerNorm over D", "InstanceNorm", "GroupNorm(16)"],
		],
		[
			[16, 10],
			["BatchNorm", "LayerNorm over C", "GroupNorm(5)"],
		],
		[[10], ["LayerNorm over A"]],
		[
			[2, 3, 4, 5, 6],
			["BatchNorm", "LayerNorm over C, D, H, W", "LayerNorm over C", "InstanceNorm"],
		],
		[[], []],
		[[0, 3], []],
	] as const) {
		it(`of [${shape.join(", ")}] are the named layouts, and choosing one makes it`, () => {
			const presets = presetsOf(choose(shape, {}));
			assert.deepEqual(
				presets.map((preset) => preset.names[0]),
				names,
			);
			for (const { layout, norm, names } of presets) {
				const chosen = choose(shape, chooseNorm({ norm: "groupNorm", options: { groups: 3 } }, norm));
				assert.deepEqual(chosen.layout, layout);
				assert.deepEqual(namesOf(chosen), names);
			}
		});
	}
});

describe("the books sentence", () => {
	it("is the norm's own on its usual axes", () => {
		for (const id of ["batchNorm", "layerNorm", "instanceNorm", "groupNorm"] as const) {
			assert.equal(booksSentence(choose(NCHW, { norm: id })), NORMALIZATIONS[id].books);
			assert.equal(booksSentence(choose([8, 14, 14, 64], { norm: id })), NORMALIZATIONS[id].books);
		}
	});

	it("tells what is averaged where the axes are others", () => {
		assert.equal(
			booksSentence(choose([16, 9, 32], {})),
			"For each line of each book: one average over all its characters.",
		);
		assert.equal(
			booksSentence(choose(NCHW, { norm: "cells", options: { cells: [1, 8, 1, 1] } })),
			"For each group of 8 pages: one average over all its books, lines and characters.",
		);
		assert.match(booksSentence(choose(NCHW, { norm: "cells", options: { cells: NCHW } })), /^Nothing is averaged/);
	});
});

describe("numbers that are written into code", () => {
	it("are short and exact", () => {
		assert.deepEqual([1e-5, 0.001, 0, 1e-12, 0.1].map(exactly), ["1e-5", "0.001", "0", "1e-12", "0.1"]);
	});
});
