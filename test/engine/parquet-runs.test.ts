import assert from "node:assert/strict";
import path from "node:path";
import { TensorError } from "../../src/core/errors";
import { withEngine } from "./files";

describe("a Parquet file whose run is told to be longer than its page", function () {
	this.timeout(20_000);
	const { engine } = withEngine(1);

	it("is opened or refused at once, and its other columns are read", async () => {
		const file = { path: path.resolve("test", "fixtures", "parquet", "long-run.parquet") };
		const { tensors } = await engine().describe(file);
		assert.ok(tensors.length > 0);
		const read = tensors.filter(({ problem }) => !problem);
		for (const { name, shape } of read) {
			const layouts = [{ shape, cells: shape.map(() => 1) }];
			await engine()
				.moments({ file, tensor: name, layouts })
				.catch((thrown) => assert.ok(thrown instanceof TensorError && thrown.code === "corrupt", String(thrown)));
		}
	});
});
