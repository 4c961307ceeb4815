import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { formatCount } from "../../src/core/format";
import { sizeOf } from "../../src/core/layout";
import { readAhead } from "../../src/host/readAhead";
import type { AxisChoices, InspectRequest } from "../../src/protocol";
import { npy, place, placeZeros } from "../cli/tensor-files";
import { numbersShown, panels } from "./panel";

const SMALL = [4, 6, 5, 5];

/** 80 MB as float32. */
const LARGE = [32, 64, 98, 100];

describe("what a fresh panel asks first", function () {
	this.timeout(60_000);
	const suite = panels();

	const small = () =>
		place(
			suite.folder,
			"small.npy",
			npy(
				SMALL,
				Float64Array.from({ length: sizeOf(SMALL) }, (_, k) => Math.sin(k)),
			),
		);
	const large = () => placeZeros(suite.folder, "large.npy", LARGE);
	const reading = (file: string, axes: AxisChoices = {}, engine = suite.engine) =>
		readAhead(engine, Promise.resolve({ path: file }), axes, new AbortController().signal);

	/** The same, when its numbers are there. */
	const read = async (file: string, axes: AxisChoices = {}) => {
		let found = () => {};
		const answered = new Promise<void>((resolve) => {
			found = resolve;
		});
		const first = reading(file, axes, {
			...suite.engine,
			inspect: (...asked) => suite.engine.inspect(...asked).finally(() => setTimeout(found, 0)),
		});
		await answered;
		return first();
	};

	/** Opens a panel after its file was read; answers with what it still asked for. */
	const opened = async (file: string, axes: AxisChoices = {}, state = {}) => {
		const found = await read(file, axes);
		const panel = await suite.open(file, { state, handlers: { open: () => ({ ok: true, ...found, axes }) } });
		await numbersShown(panel);
		return {
			panel,
			inspections: suite.asked.flatMap(([name, input]) => (name === "inspect" ? (input as InspectRequest) : [])),
		};
	};

	it("is answered with the file, and not asked again", async () => {
		const { panel, inspections } = await opened(small());
		assert.deepEqual(inspections, []);
		const shown = await panel.page.locator(".whole dd").first().textContent();
		assert.equal(shown, formatCount(sizeOf(SMALL)));
	});

	it("follows from what was said about the file's axes", async () => {
		const axes = { 4: { convention: "channelsLast" } } as const;
		assert.deepEqual((await opened(small(), axes)).inspections, []);
		const { ahead } = await read(small(), axes);
		assert.equal(ahead?.request.norm?.options.axis, 3);
	});

	it("is a sample of a large tensor, after which the exact numbers are asked for", async () => {
		const { inspections } = await opened(large());
		assert.deepEqual(
			inspections.map(({ sample = false }) => sample),
			[false],
		);
	});

	it("is asked by a panel that remembers another norm", async () => {
		const { inspections } = await opened(small(), {}, { choices: { 4: { norm: "instanceNorm" } } });
		assert.deepEqual(
			inspections.map(({ norm }) => norm?.id),
			["instanceNorm"],
		);
	});

	it("is not waited for", async () => {
		const { description, ahead } = await reading(large())();
		assert.deepEqual(description.tensors[0]?.shape, LARGE);
		assert.equal(ahead, undefined);
	});

	it("of a file that cannot be opened is why", async () => {
		const file = place(suite.folder, "cut.npy", "\x93NUMPY");
		await assert.rejects(reading(file)(), { name: "TensorError" });
	});
});
