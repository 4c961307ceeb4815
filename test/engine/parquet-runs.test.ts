import assert from "node:assert/strict";
import path from "node:path";
import { TensorError } from "../../src/core/errors";
import { withEngine } from "./files";

describe("a damaged page of a Parquet file", function () {
	this.timeout(20_000);
	const { engine } = withEngine(1);

	for (const [name, code, damage] of [
		["missing-lengths.parquet", "corrupt", "whose header does not say how long its levels are"],
		["long-run.parquet", "corrupt", "whose levels have a run of a thousand million"],
	] as const) {
		it(`is refused at once, and the other columns are read: one ${damage}`, async () => {
			const file = { path: path.resolve("test", "fixtures", "parquet", name) };
			const { tensors } = await engine().describe(file);
			assert.ok(tensors.length > 0);
			const read = tensors.filter(({ problem }) => !problem);
			for (const { name, shape } of read) {
				const layouts = [{ shape, cells: shape.map(() => 1) }];
				await engine()
					.moments({ file, tensor: name, layouts })
					.catch((thrown) => assert.ok(thrown instanceof TensorError && thrown.code === "corrupt", String(thrown)));
			}
			const damaged = tensors.find((tensor) => tensor.name.startsWith("e"));
			assert.equal(damaged?.problem?.code, code);
			assert.deepEqual(
				read.map((tensor) => tensor.name),
				["b", "c", "d"],
			);
		});
	}
});
