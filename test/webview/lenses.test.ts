import assert from "node:assert/strict";
import * as path from "node:path";
import { f32, noise, writeTensors } from "../engine/files";
import { choose, panels } from "./panel";

const DIGITS = "media/samples/digits/conv1-batchnorm.safetensors";
const STATE = { view: "lenses" };

describe("the lenses of the panel", function () {
	this.timeout(60_000);
	const suite = panels();

	it("answer for the chosen norm, and anew for another one", async () => {
		const panel = await suite.open(DIGITS, { state: STATE });
		const { page } = panel;
		const section = (title: string) => page.locator(".lens", { has: page.locator("h2", { hasText: title }) });
		await section("Batch size").locator("tbody tr").nth(5).waitFor();
		await section("Numerics").locator("tr", { hasText: "float16, sequential" }).first().waitFor();
		assert.match(await section("Numerics").locator("tbody tr").nth(9).innerText(), /⚠ 12 of 12/);
		await section("already normalized").getByText("No, under none of the layouts.").waitFor();
		await section("same here").locator("tr", { hasText: "InstanceNorm" }).first().waitFor();
		await page
			.getByRole("button", { name: /^InstanceNorm/ })
			.or(page.getByRole("radio", { name: /InstanceNorm/ }))
			.first()
			.click();
		await section("Batch size").getByText("its result is the same in a batch of any size").waitFor();
		const group = section("same here").locator("tr", { hasText: "GroupNorm(12)" });
		await group.getByText("The same", { exact: true }).waitFor();
		assert.deepEqual(panel.problems, []);
	});

	it("tell what ignoring padding does, by a tensor of the same file", async () => {
		const shape = [3, 8, 4];
		const lengths = [8, 2, 4];
		const values = noise(96).map((x, k) =>
			Math.floor(k / 4) % 8 < (lengths[Math.floor(k / 32)] as number) ? x + 9 : 0,
		);
		const file = writeTensors(path.join(suite.folder, "padded.safetensors"), [
			f32("x", shape, values),
			{ name: "lengths", dtype: "i32", shape: [3], bytes: new Uint8Array(Int32Array.from(lengths).buffer) },
		]);
		const panel = await suite.open(file, { state: { ...STATE, tensor: "x" } });
		const section = panel.page.locator(".lens", { has: panel.page.locator("h2", { hasText: "Padding" }) });
		await section.getByText("Choose the tensor that says which elements are valid.").waitFor();
		await choose(section, "which is", "lengths");
		await choose(section, "Told by", "lengths [3]");
		await section.getByText("56 of 96 values are valid").waitFor();
		assert.deepEqual(panel.problems, []);
	});
});
