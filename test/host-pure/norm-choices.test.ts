import assert from "node:assert/strict";
import { NORMALIZATIONS } from "../../src/core/normalizations";
import {
	axisChoices,
	defaultGroups,
	defaultOptions,
	groupChoices,
	layoutInWords,
	normChoices,
} from "../../src/host/normChoices";

/** Narrow spaces between the digits of large numbers, as ordinary ones. */
const plain = (text: string) => text.replaceAll("\u202f", " ");

describe("the choice of a norm", () => {
	it("lists the whole catalogue for every shape, and says why what does not fit does not", () => {
		for (const shape of [[], [7], [4, 6], [2, 5, 8], [8, 64, 7, 7], [2, 3, 4, 5, 6], [0, 4, 4], [3, 1, 1, 1]]) {
			const choices = normChoices(shape);
			assert.deepEqual(
				choices.map(({ value }) => value),
				Object.keys(NORMALIZATIONS),
			);
			for (const { label, description, problem } of choices) {
				assert.ok(label.length > 0 && description.length > 0);
				if (problem !== undefined) assert.match(problem, /\.$/, `${label} on [${shape}]`);
			}
		}
	});

	it("says what BatchNorm averages on a batch of images", () => {
		const [batchNorm] = normChoices([32, 64, 56, 56]);
		assert.equal(plain(batchNorm?.description ?? ""), "averages N, H, W; 64 sets of 100 352 values, per channel");
	});

	it("finds no axis to choose where there is none", () => {
		assert.deepEqual(
			normChoices([])
				.filter(({ problem }) => problem === undefined)
				.map(({ value }) => value),
			[],
		);
	});

	it("refuses InstanceNorm on a matrix with the reason", () => {
		const choice = normChoices([4, 6]).find(({ value }) => value === "instanceNorm");
		assert.match(choice?.problem ?? "", /at least 3 axes/);
	});
});

describe("the options of a norm", () => {
	it("begin with the last axis as channels where the shape looks like channels last", () => {
		assert.equal(defaultOptions([8, 56, 56, 64], "batchNorm").axis, 3);
		assert.equal(defaultOptions([8, 64, 56, 56], "batchNorm").axis, 1);
	});

	it("begin with the features of a sequence for LayerNorm, and with all of a sample for images", () => {
		assert.equal(defaultOptions([4, 10, 32], "layerNorm").axis, 2);
		assert.equal(defaultOptions([8, 64, 56, 56], "layerNorm").axis, 1);
	});

	it("offer every axis but the first as the channel axis, with what follows from it", () => {
		assert.deepEqual(
			axisChoices([2, 3, 4, 4], "instanceNorm").map(({ value, description }) => [value, description]),
			[
				[1, "axis 1: averages H, W; 6 sets of 16 values"],
				[2, "axis 2: averages C, W; 8 sets of 12 values"],
				[3, "axis 3: averages C, H; 8 sets of 12 values"],
			],
		);
	});

	it("offer every axis as the first that LayerNorm averages", () => {
		assert.deepEqual(
			axisChoices([2, 3, 4], "layerNorm").map(({ label }) => label),
			["N and after", "T and after", "D"],
		);
	});

	it("offer the divisors of the channels as groups", () => {
		assert.deepEqual(
			groupChoices(12).map(({ value }) => value),
			[1, 2, 3, 4, 6, 12],
		);
	});

	it("begin with 32 groups, or as many as leave two channels in each", () => {
		assert.deepEqual([64, 256, 48, 12, 7, 1].map(defaultGroups), [32, 32, 24, 6, 1, 1]);
	});
});

describe("a layout in words", () => {
	it("names groups", () => {
		const layout = { shape: [2, 6, 4, 4], cells: [2, 3, 1, 1] };
		assert.equal(layoutInWords(layout), "averages C in 3 groups, H, W; 6 sets of 32 values");
	});

	it("says one set for the whole", () => {
		assert.equal(layoutInWords({ shape: [2, 6], cells: [1, 1] }), "averages N, C; 1 set of 12 values");
	});
});
