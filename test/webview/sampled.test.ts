import assert from "node:assert/strict";
import * as path from "node:path";
import { describe, it } from "mocha";
import { formatCount, formatNumber } from "../../src/core/format";
import { sizeOf } from "../../src/core/layout";
import { inspectRequest } from "../../src/host/inspectRequest";
import { npy, place } from "../cli/tensor-files";
import { engineHost, type WebviewPage } from "../support/webview-page";
import { numbersShown, panels, setRole, showView } from "./panel";

const SHAPE = [24, 16, 160, 160];

describe("a large tensor in the panel", function () {
	this.timeout(60_000);
	const suite = panels();

	/** 75 MiB, opened with the exact answers held back until they are let go. */
	const opened = async (view = "layout") => {
		const values = Float64Array.from({ length: sizeOf(SHAPE) }, (_, k) => Math.sin(k) + (Math.floor(k / 25_600) % 16));
		const file = place(suite.folder, "large.npy", npy(SHAPE, values));
		const held: (() => void)[] = [];
		const host = engineHost(suite.engine, path.resolve(file));
		const panel = await suite.open(file, {
			state: { view },
			handlers: {
				async inspect(input, context) {
					if (input.sample)
						return suite.engine.inspect({ ...inspectRequest({ path: file }, input), sampleMs: Infinity });
					context.progress({ done: 1, total: 4 });
					await new Promise<void>((resolve) => held.push(resolve));
					return host.inspect(input, context);
				},
			},
		});
		await panel.page.locator(".tensor-head .coverage[data-sampled=true]").waitFor();
		const letGo = async () => {
			while (held.length === 0) await panel.page.waitForTimeout(20);
			for (const resolve of held.splice(0)) resolve();
			await panel.page.locator(".work").waitFor({ state: "hidden" });
		};
		return { panel, file, letGo };
	};
	const texts = ({ page }: WebviewPage, selector: string) => page.locator(selector).allTextContents();

	for (const view of ["layout", "axes"])
		it(`shows a sample first, labelled everywhere, with the progress of the exact numbers, and then those in its place: ${view}`, async () => {
			const { panel, file, letGo } = await opened(view);
			const { page } = panel;
			const sample = await suite.engine.inspect({ file: { path: file }, part: 0, sample: true, sampleMs: Infinity });
			const label = `From a sample of ${formatCount(sample.seen)} of ${formatCount(sizeOf(SHAPE))} values`;
			for (const line of await texts(panel, ".coverage:visible")) assert.ok(line.startsWith(label), line);
			assert.equal(await page.locator(".coverage:visible").count(), 2);
			assert.deepEqual(await texts(panel, ".whole dt"), [
				"Finite values seen",
				"Mean",
				"Standard deviation",
				"Minimum seen",
				"Maximum seen",
				"Zeros seen",
			]);
			assert.equal((await texts(panel, ".whole dd"))[1], formatNumber(sample.whole.mean, 6));
			if (view === "axes") assert.match((await texts(panel, ".profile .readout"))[0] ?? "", /in the sample/);
			await page.locator(".work-percent", { hasText: "25 %" }).waitFor();
			const places = () =>
				page.evaluate(() =>
					["h2", ".whole dt", ".effect-table td", ".profile", ".profile-canvas", ".first-sets"].flatMap((selector) =>
						[...document.querySelectorAll(selector)].map((each) => Math.round(each.getBoundingClientRect().top)),
					),
				);
			const before = await places();
			await letGo();
			assert.deepEqual(await places(), before, "nothing moved up or down");
			const all = `From all ${formatCount(sizeOf(SHAPE))} values.`;
			assert.deepEqual(await texts(panel, ".coverage:visible"), [all, all]);
			assert.equal((await texts(panel, ".whole dt"))[3], "Minimum");
			assert.equal((await texts(panel, ".whole dd"))[0], formatCount(sizeOf(SHAPE)));
			assert.doesNotMatch((await page.locator("body").innerText()) ?? "", /in the sample| seen/);
			assert.deepEqual(panel.problems, []);
		});

	it("keeps the exact numbers of the tensor when another norm's come from a sample", async () => {
		const { panel, letGo } = await opened();
		await letGo();
		await setRole(panel, 0, "kept");
		await panel.page.locator(".section .coverage[data-sampled=true]").waitFor();
		const [whole, norm] = await texts(panel, ".coverage:visible");
		assert.match(whole ?? "", /^From all/);
		assert.match(norm ?? "", /^From a sample of/);
		await showView(panel, "Along axes");
		assert.match((await texts(panel, ".coverage:visible"))[1] ?? "", /^From all/);
		await letGo();
		await numbersShown(panel);
		// The norm's numbers come a moment after those of the tensor.
		await panel.page.locator(".coverage[data-sampled=true]").first().waitFor({ state: "detached" });
	});

	it("says that the numbers are of a sample when the exact ones are cancelled", async () => {
		const { panel } = await opened();
		await panel.page.getByText("Cancel", { exact: true }).click();
		await panel.page.getByText("Cancelled before the exact numbers were there; these are of a sample.").waitFor();
		assert.match((await texts(panel, ".tensor-head .coverage"))[0] ?? "", /^From a sample of [^;]*\.$/);
	});
});
