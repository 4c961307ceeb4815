import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { TensorError } from "../../src/core/errors";
import type { TensorInfo } from "../../src/core/tensor";
import { place, safetensors } from "../cli/tensor-files";
import { engineHost, type WebviewPage } from "../support/webview-page";
import { numbersShown, panels } from "./panel";

/** A file of many small tensors, named like those of a language model. */
function manyTensors(count: number): Buffer {
	return safetensors(
		Object.fromEntries(
			Array.from({ length: count }, (_, k) => [
				`model.layers.${Math.floor(k / 4)}.${["attention.query", "attention.key", "mlp.up", "mlp.down"][k % 4]}.weight`,
				{ shape: [2, 3], values: Float32Array.of(k, k, k, k, k, k) },
			]),
		),
	);
}

const names = ({ page }: WebviewPage) => page.locator(".tensor-row .tensor-name").allTextContents();
const title = ({ page }: WebviewPage) => page.locator(".tensor-title").textContent();

describe("the tensor list", function () {
	this.timeout(60_000);
	const suite = panels();

	it("is not there for a file of one tensor", async () => {
		const panel = await suite.open("media/samples/digits/conv1-channels-last.npy");
		await numbersShown(panel);
		assert.equal(await panel.page.locator(".tensor-panel").isVisible(), false);
	});

	it("filters by words of name, dtype and shape, and says how many are left", async () => {
		const panel = await suite.open("media/samples/digits/conv1-batchnorm.safetensors");
		await numbersShown(panel);
		const filter = panel.page.getByRole("textbox", { name: "Filter" });
		await filter.fill("bn f32 8x8");
		await panel.page.locator(".list-count", { hasText: "2 of 9" }).waitFor();
		assert.deepEqual(await names(panel), ["before_bn", "after_bn"]);
		await filter.fill("32x12x8x8");
		await panel.page.locator(".list-count", { hasText: "3 of 9" }).waitFor();
	});

	it("keeps a few dozen of 10,000 rows in the document and reaches the last one", async () => {
		const file = place(suite.folder, "many.safetensors", manyTensors(10_000));
		const panel = await suite.open(file);
		await numbersShown(panel);
		assert.ok((await names(panel)).length < 80);
		const list = panel.page.getByRole("listbox", { name: "Tensors" });
		await list.focus();
		await panel.page.keyboard.press("End");
		await panel.page.locator(".tensor-row[aria-selected=true]", { hasText: "layers.2499" }).waitFor();
		assert.equal(await title(panel), "model.layers.2499.mlp.down.weight");
		const selected = panel.page.locator(".tensor-row[aria-selected=true]");
		assert.equal(await selected.getAttribute("aria-posinset"), "10000");
		assert.equal(await list.getAttribute("aria-activedescendant"), await selected.getAttribute("id"));
		await panel.page.keyboard.press("ArrowUp");
		await panel.page.keyboard.press("Home");
		await panel.page.locator(".tensor-row[aria-selected=true]", { hasText: "layers.0." }).waitFor();
		await numbersShown(panel);
		assert.equal(await panel.page.locator(".whole dd").nth(1).textContent(), "0");
	});

	it("moves through what the filter left with the arrow keys, without leaving the filter", async () => {
		const file = place(suite.folder, "filter.safetensors", manyTensors(2000));
		const panel = await suite.open(file);
		await numbersShown(panel);
		const filter = panel.page.getByRole("textbox", { name: "Filter" });
		await filter.fill("layers.7. mlp");
		await filter.press("ArrowDown");
		await panel.page.locator(".tensor-title", { hasText: "model.layers.7.mlp.up.weight" }).waitFor();
		await filter.press("ArrowDown");
		await panel.page.locator(".tensor-title", { hasText: "model.layers.7.mlp.down.weight" }).waitFor();
	});

	it("marks a tensor that cannot be read, with the reason, and shows the others", async () => {
		const file = "media/samples/digits/conv1-batchnorm.safetensors";
		const host = engineHost(suite.engine, file);
		const panel = await suite.open(file, {
			handlers: {
				async open() {
					const opened = await suite.engine.describe({ path: file });
					const problem = new TensorError("unsupported", "Object arrays hold pickled code.", {
						tensor: "labels",
					}).toData();
					const tensors = opened.tensors.map(
						(tensor): TensorInfo =>
							tensor.name === "labels" ? { ...tensor, dtype: { other: "object" }, problem } : tensor,
					);
					return { ok: true, description: { ...opened, tensors } };
				},
				inspect: host.inspect,
			},
		});
		await numbersShown(panel);
		const row = panel.page.locator(".tensor-row", { hasText: "labels" });
		assert.match((await row.textContent()) ?? "", /cannot be read/);
		await row.click();
		await panel.page.getByText('tensor "labels": Object arrays hold pickled code.').waitFor();
		assert.equal(await panel.page.locator(".views").isVisible(), false);
		await panel.page.locator(".tensor-row", { hasText: "images" }).click();
		await numbersShown(panel);
		assert.equal(await panel.page.locator(".views").isVisible(), true);
	});

	it("folds away above the rest in a narrow panel, with the selected name in sight", async () => {
		const panel = await suite.open("media/samples/digits/conv1-batchnorm.safetensors", { width: 420 });
		await numbersShown(panel);
		assert.equal(await panel.page.locator(".tensor-list").isVisible(), false);
		assert.match((await panel.page.locator(".tensor-panel summary").textContent()) ?? "", /before_bn/);
		await panel.page.locator(".tensor-panel summary").click();
		assert.equal(await panel.page.locator(".tensor-list").isVisible(), true);
	});

	it("shows the tensor that the host names, and ignores names the file has not got", async () => {
		const panel = await suite.open("media/samples/digits/conv1-batchnorm.safetensors");
		await numbersShown(panel);
		await panel.webview.call("select", { tensor: "images" });
		await panel.page.locator(".tensor-title", { hasText: "images" }).waitFor();
		await panel.webview.call("select", { tensor: "no such tensor" });
		assert.equal(await title(panel), "images");
	});
});
