import assert from "node:assert/strict";
import { prepareProgram, run } from "./program";
import { noise, npy, place, temporaryFolder } from "./tensor-files";

describe("tensor-inspector norms", function () {
	this.timeout(30_000);
	const { folder, remove } = temporaryFolder();
	before(prepareProgram);
	after(remove);
	const x = place(folder, "x.npy", npy([4, 8, 5, 5], noise(800)));

	it("prints a line for every norm that fits, with sets, size and what is left of mean and deviation", async () => {
		const { code, stdout, stderr } = await run("norms", x);
		assert.deepEqual([code, stderr], [0, ""]);
		assert.match(stdout, /^Norm +Sets +Set size +Mean after +Std after/m);
		assert.match(stdout, /^BatchNorm +8 +100 +/m);
		assert.match(stdout, /^LayerNorm over C, H, W +4 +200 +/m);
		assert.match(stdout, /^GroupNorm\(2\) +8 +100 +/m);
	});

	it("prints the same as JSON, for another channel axis and eps", async () => {
		const { code, stdout } = await run("norms", x, "--axis", "-1", "--eps", "1e9", "--json");
		assert.equal(code, 0);
		const { channelAxis, norms } = JSON.parse(stdout);
		assert.equal(channelAxis, 3);
		const batch = norms.find(({ norm }: { norm: string }) => norm === "batchNorm");
		assert.deepEqual([batch.sets, batch.setSize, batch.belowEps, batch.cells], [5, 160, 5, [1, 1, 1, 5]]);
	});

	it("refuses an axis that the tensor has not", async () => {
		const { code, stderr } = await run("norms", x, "--axis", "4");
		assert.equal(code, 2);
		assert.match(stderr, /Axis 4/);
	});
});
