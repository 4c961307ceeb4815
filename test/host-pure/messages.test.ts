import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { TensorError } from "../../src/core/errors";
import { normOptions } from "../../src/core/normalizations";
import { checkedHandlers, INPUTS } from "../../src/host/messages";
import type { HostApi } from "../../src/protocol";
import type { CallContext, Handlers } from "../../src/rpc";

const NORM = { id: "groupNorm", options: normOptions([4, 6], { groups: 3 }) } as const;
const INSPECT = { tensor: "x", part: 0, norm: NORM, sample: true };

const stretch = { axis: 1, start: 0, length: 4, cells: 2 };
const SLICE = {
	tensor: "x",
	part: 0,
	window: { rows: stretch, columns: { ...stretch, axis: 2 }, index: [0, 0, 0] },
	each: "mean",
	aspects: ["before", "difference"],
};

describe("a message of the webview", () => {
	for (const [name, input] of [
		["open", null],
		["rememberAxes", { 2: { convention: "own", letters: ["N", "C"] }, 3: {} }],
		["inspect", INSPECT],
		["inspect", { tensor: "", part: 1 }],
		["inspect", { ...INSPECT, inputs: { runningMean: "bn.mean", style: "" } }],
		["boxStatistics", { tensor: "x", part: 0, box: { origin: [0, 3], shape: [4, 2] } }],
		["profile", { tensor: "x", part: 1, stretch: { axis: 0, start: 5, length: 7 } }],
		["ranked", { tensor: "x", part: 0, ranking: { axis: 1, sort: "worst" } }],
		["elements", { tensor: "x", part: 0, indices: [[0, 3], []] }],
		["slice", SLICE],
		[
			"slice",
			{ ...SLICE, window: { columns: SLICE.window.columns, index: [] }, aspects: ["after"], norm: NORM, most: 9 },
		],
		["distribution", { tensor: "x", part: 0, layout: { shape: [4, 6], cells: [1, 6] } }],
		["chooseOther", { again: true }],
		["compareTensors", { tensor: "x", other: { from: "chosen", tensor: "y" }, map: [0, 2] }],
		["compareNorms", { tensor: "x", part: 1, norms: [NORM, NORM] }],
		["normalize", { tensor: "x", norm: { ...NORM, options: { ...NORM.options, eps: NaN } } }],
		["copyStatistics", { tensor: "x" }],
		["savePlot", { tensor: "x", name: "axis-1", format: "png", content: "iVBORw0KGgo=" }],
		["exportTensor", { tensor: "x", format: "html", norm: NORM, inputs: { runningMean: "bn.mean" } }],
		["exportTensor", { tensor: "", format: "csv" }],
	] as const) {
		it(`is taken as it is: ${name} ${JSON.stringify(input)}`, () => {
			assert.deepEqual(INPUTS[name](input, name), input);
		});
	}

	for (const [name, input, place] of [
		["open", {}, "open"],
		["rememberAxes", { 2: { convention: "sideways" } }, "rememberAxes.2.convention"],
		["rememberAxes", { 2: { letters: ["N", 1] } }, "rememberAxes.2.letters[1]"],
		["inspect", undefined, "inspect"],
		["inspect", { ...INSPECT, tensor: 1 }, "inspect.tensor"],
		["inspect", { ...INSPECT, part: 2 }, "inspect.part"],
		["inspect", { ...INSPECT, sample: "yes" }, "inspect.sample"],
		["inspect", { ...INSPECT, norm: { id: "toString", options: NORM.options } }, "inspect.norm.id"],
		["inspect", { ...INSPECT, norm: { id: "batchNorm", options: {} } }, "inspect.norm.options.eps"],
		["inspect", { ...INSPECT, norm: { ...NORM, options: { ...NORM.options, axis: {} } } }, "inspect.norm.options.axis"],
		["inspect", { ...INSPECT, inputs: { runningMean: 3 } }, "inspect.inputs.runningMean"],
		["profile", { tensor: "x", part: 0, stretch: { axis: 0, start: -1, length: 7 } }, "profile.stretch.start"],
		["ranked", { tensor: "x", part: 0, ranking: { axis: 1, sort: "toString" } }, "ranked.ranking.sort"],
		["slice", { ...SLICE, window: { index: [0] } }, "slice.window.columns"],
		["slice", { ...SLICE, window: { ...SLICE.window, rows: { axis: -1 } } }, "slice.window.rows.axis"],
		["slice", { ...SLICE, aspects: ["afterwards"] }, "slice.aspects[0]"],
		["slice", { ...SLICE, each: "median" }, "slice.each"],
		["slice", { ...SLICE, most: 0.5 }, "slice.most"],
		["distribution", { tensor: "x", part: 0, layout: { shape: [-1], cells: [1] } }, "distribution.layout.shape[0]"],
		["distribution", { tensor: "x", part: 0, layout: { shape: "4", cells: [1] } }, "distribution.layout.shape"],
		["chooseOther", "/etc/passwd", "chooseOther"],
		["chooseOther", { again: "/etc/passwd" }, "chooseOther.again"],
		["compareTensors", { tensor: "x", other: { from: "/tmp", tensor: "y" } }, "compareTensors.other.from"],
		["compareTensors", { tensor: "x", other: { from: "own", tensor: "y" }, map: [0, 1, 2] }, "compareTensors.map"],
		["compareNorms", { tensor: "x", part: 0, norms: NORM }, "compareNorms.norms"],
		["compareNorms", { tensor: "x", part: 0, norms: [NORM, 3] }, "compareNorms.norms[1]"],
		["normalize", { tensor: "x" }, "normalize.norm"],
		["copyStatistics", ["x"], "copyStatistics"],
		["savePlot", { tensor: "x", name: "axis-1", format: "exe", content: "MZ" }, "savePlot.format"],
		["savePlot", { tensor: "x", name: "axis-1", format: "svg", content: 7 }, "savePlot.content"],
		["exportTensor", { tensor: "x", format: "svg" }, "exportTensor.format"],
		["exportTensor", { tensor: "x", format: "csv", norm: { id: "no" } }, "exportTensor.norm.id"],
	] as const) {
		it(`is refused with its place: ${name} ${JSON.stringify(input)}`, () => {
			assert.throws(
				() => INPUTS[name](input, name),
				(thrown) =>
					thrown instanceof TensorError &&
					thrown.code === "bad-option" &&
					thrown.message.startsWith(`The message's "${place}" is `),
			);
		});
	}

	it("reaches no handler before it was checked, and then without what it should not have", async () => {
		const seen: unknown[] = [];
		const handlers = { copyStatistics: (input: unknown) => seen.push(input) } as unknown as Handlers<HostApi>;
		const { copyStatistics } = checkedHandlers(handlers);
		const context = {} as CallContext;
		await assert.rejects(async () => copyStatistics({} as never, context), /"copyStatistics\.tensor" is undefined/);
		assert.deepEqual(seen, []);
		await copyStatistics({ tensor: "x", path: "/etc/passwd" } as never, context);
		assert.deepEqual(seen, [{ tensor: "x" }]);
	});
});
