import assert from "node:assert/strict";
import * as path from "node:path";
import { TensorError } from "../../src/core/errors";
import type { DistributionRequest, HostApi } from "../../src/protocol";
import type { Handlers } from "../../src/rpc";
import { f32, noise, writeTensors } from "../engine/files";
import type { WebviewPage } from "../support/webview-page";
import { numbersShown, panels, saved } from "./panel";

/** 4 samples of 12 channels of 50: channel 5 is clipped at 0.5, channel 9 at -0.25; all have zeros as their own. */
const SHAPE = [4, 12, 50] as const;
const VALUES = noise(4 * 12 * 50, 3).map((x, i) => {
	const channel = Math.floor(i / 50) % 12;
	return channel === 5 ? Math.min(x, 0.5) : channel === 9 ? Math.max(x, -0.25) : x;
});

describe("clipping in the panel", function () {
	this.timeout(60_000);
	const suite = panels();
	const file = () =>
		writeTensors(path.join(suite.folder, "piles.safetensors"), [
			f32("x", SHAPE, VALUES),
			f32(
				"relu6",
				[2, 600],
				noise(1200, 4).map((x) => Math.min(6, Math.max(0, 8 * x))),
			),
		]);
	const open = async (state: object = {}, handlers: Partial<Handlers<HostApi>> = {}) => {
		const panel = await suite.open(file(), {
			state: { view: "axes", tensor: "x", ...state },
			width: 1300,
			height: 1000,
			handlers,
		});
		await numbersShown(panel);
		await panel.page.locator("canvas.histogram-canvas").waitFor();
		return panel;
	};
	const fold = ({ page }: WebviewPage, axis: number) =>
		page.locator("article.profile").nth(axis).locator("details", { hasText: "Clipping" });
	const asked = () =>
		suite.asked.filter(([name]) => name === "distribution").map(([, input]) => input as DistributionRequest);

	it("is looked for along an axis when its fold is opened, once, and names indices that can be pressed", async () => {
		const panel = await open();
		assert.deepEqual(
			asked().map(({ layout }) => layout),
			[undefined],
			"only the histogram was asked for",
		);
		await fold(panel, 1).locator("summary").click();
		const rows = fold(panel, 1).locator("li");
		await rows.first().waitFor();
		const share = (channel: number, end: number) => {
			const inside = VALUES.filter((_, i) => Math.floor(i / 50) % 12 === channel);
			return Number(((100 * inside.filter((x) => x === end).length) / inside.length).toPrecision(2));
		};
		const texts = (await rows.allInnerTexts()).map((text) => text.replaceAll(/\s+/g, " "));
		assert.equal(texts.length, 2);
		assert.ok(texts[0]?.startsWith(`1 of 12 T piled up at max: 5 (${share(5, 0.5)} %) (at least 1 %`), texts[0]);
		assert.ok(texts[1]?.startsWith(`1 of 12 T piled up at min: 9 (${share(9, -0.25)} %) (at least 1 %`), texts[1]);
		assert.deepEqual(asked().at(-1)?.layout, { shape: [...SHAPE], cells: [1, 12, 1] });
		await rows.nth(1).getByRole("button").click();
		assert.equal((await saved<{ lit: number[] }>(panel)).lit[1], 9);
		await fold(panel, 1).locator("summary").click();
		await fold(panel, 1).locator("summary").click();
		assert.equal(await rows.count(), 2);
		assert.equal(asked().length, 2, "it is known already");
		await fold(panel, 0).locator("summary").click();
		await fold(panel, 0)
			.getByText(/^No index has values piled up at its min or max \(at least 1 %/)
			.waitFor();
		assert.deepEqual(panel.problems, []);
	});

	it("is forgotten with the tensor, and told of a whole tensor beside its histogram, not of a ReLU's zeros", async () => {
		const panel = await open();
		await fold(panel, 1).locator("summary").click();
		await fold(panel, 1).locator("li").first().waitFor();
		await panel.page.getByText("relu6").first().click();
		await panel.page.getByText(/^\d+ % of the values pile up at the max, as clipping makes them/).waitFor();
		assert.equal(await panel.page.getByText(/pile up at the min/).count(), 0);
		assert.equal(await fold(panel, 1).evaluate((element) => (element as HTMLDetailsElement).open), false);
		assert.equal(await fold(panel, 1).locator("li").count(), 0);
		assert.deepEqual(panel.problems, []);
	});

	it("can be cancelled and looked for again, and tells why it cannot be known", async () => {
		let answer: "wait" | "fail" | "engine" = "wait";
		const panel = await open(
			{},
			{
				distribution: async ({ layout, ...input }, { signal }) => {
					if (layout && answer === "wait") {
						await new Promise((_, refuse) =>
							signal.addEventListener("abort", () => refuse(new TensorError("cancelled", "Cancelled."))),
						);
					}
					if (layout && answer === "fail") throw new TensorError("corrupt", "The file ends too early.");
					const file = { path: path.join(suite.folder, "piles.safetensors") };
					return (await suite.engine.distribution({ file, ...input, ...(layout ? { layout } : {}) })).distribution;
				},
			},
		);
		const summary = fold(panel, 1).locator("summary");
		const status = fold(panel, 1).getByRole("status");
		await summary.click();
		assert.equal(await status.innerText(), "Reading…");
		await fold(panel, 1).locator("vscode-button", { hasText: "Cancel" }).click();
		await fold(panel, 1).getByText("Cancelled; open it again to read.").waitFor();
		answer = "fail";
		await summary.click();
		await summary.click();
		await fold(panel, 1)
			.getByText(/The file ends too early/)
			.waitFor();
		answer = "engine";
		await summary.click();
		await summary.click();
		await fold(panel, 1).locator("li").first().waitFor();
		assert.deepEqual(panel.problems, []);
	});
});
