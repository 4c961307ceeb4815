import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { TensorError } from "../../src/core/errors";
import { memorySource, openTensors } from "../../src/formats";
import { SHARED } from "./record";

/** Park and Miller's generator: the same damage in every run. */
function randomOf(seed: number): (below: number) => number {
	let state = seed;
	return (below) => {
		state = (state * 48_271) % 2_147_483_647;
		return state % below;
	};
}

const SEEDS = [
	"parquet-testing/data/alltypes_plain.snappy.parquet",
	"parquet-testing/data/list_columns.parquet",
	"parquet-testing/data/lz4_raw_compressed.parquet",
	"hyparquet/test/files/float16_nonzeros_and_nans.parquet",
	"arrow-testing/data/arrow-ipc-stream/integration/cpp-21.0.0/generated_primitive.arrow_file",
	"arrow-testing/data/arrow-ipc-stream/integration/1.0.0-littleendian/generated_nested.arrow_file",
	"zarrita/fixtures/v3/data.zipped_from_within.zarr.zip",
];
const RUNS = 150;

describe("a damaged table or store", () => {
	for (const seed of SEEDS) {
		const file = path.join(SHARED, seed);
		if (!fs.existsSync(file)) {
			it.skip(`is not made of ${seed}, which is not there`);
			continue;
		}
		it(`opens or is refused with a sentence, and leaves no promise behind (${path.basename(seed)})`, async function () {
			this.timeout(120_000);
			const left: unknown[] = [];
			const note = (reason: unknown) => left.push(reason);
			process.on("unhandledRejection", note);
			const bytes = new Uint8Array(fs.readFileSync(file));
			const random = randomOf(20_261_124);
			let refused = 0;
			try {
				for (let run = 0; run < (seed.endsWith(".zip") ? RUNS / 10 : RUNS); run++) {
					const damaged = bytes.slice(0, random(4) === 0 ? random(bytes.length + 1) : bytes.length);
					for (let flips = 1 + random(6); flips > 0 && damaged.length > 0; flips--) {
						// Headers are at the ends.
						const near =
							random(2) === 0 ? damaged.length - 1 - random(Math.min(damaged.length, 600)) : random(damaged.length);
						damaged[near] = random(2) === 0 ? random(256) : 255 * random(2);
					}
					refused += await survives(path.basename(file), damaged, run);
				}
				await new Promise((done) => setTimeout(done, 10));
			} finally {
				process.off("unhandledRejection", note);
			}
			assert.deepEqual(left, []);
			assert.ok(refused > 5, `${refused} were refused`);
		});
	}
});

/** Opens a file and reads what it offers; all that may be thrown is a TensorError that is no bug. */
async function survives(name: string, bytes: Uint8Array, run: number): Promise<number> {
	let refused = 0;
	const fine = (thrown: unknown) => {
		refused++;
		const code = thrown instanceof TensorError ? thrown.code : "none";
		assert.ok(
			!["none", "internal", "cancelled", "bad-option"].includes(code),
			`run ${run}: ${(thrown as Error).stack}`,
		);
		assert.match((thrown as TensorError).message, /^[A-Z].*[.]$/s);
	};
	try {
		const opened = await openTensors(memorySource(name, bytes));
		for (const tensor of opened.tensors) {
			assert.notEqual(tensor.problem?.code, "internal", `run ${run}: ${tensor.problem?.message}`);
			try {
				let boxes = 0;
				for (const box of opened.boxes(tensor, 1000)) {
					await opened.read(tensor, box);
					if (++boxes > 20) break;
				}
			} catch (thrown) {
				fine(thrown);
			}
		}
		await opened.close();
	} catch (thrown) {
		fine(thrown);
	}
	return refused;
}
