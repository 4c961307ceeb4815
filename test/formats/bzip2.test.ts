import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { openFile } from "../../src/engine/file";
import { openTensors } from "../../src/formats";
import { bunzip2 } from "../../src/formats/encoding/bzip2";
import { join } from "./build";
import { randomOf } from "./damage";
import { allValues } from "./values";

const FOLDER = "test/fixtures/zarr";
const packed = (name: string) => new Uint8Array(fs.readFileSync(path.join(FOLDER, name)));
const BLOCKS = packed("blocks.bz2");
/** Of the bytes that were packed, by Python's hashlib. */
const SHA256_OF_BLOCKS = "c0baf96d61c5b07a0ebbdddb030edf8a3f797fa5d5e4f9d3768f1124d33655c4";

describe("bzip2", () => {
	for (const store of ["bz2-v2.zarr", "bz2-v3.zarr"]) {
		it(`packs the numbers of the store ${store}`, async () => {
			const opened = await openTensors(await openFile(path.join(FOLDER, store)));
			const [tensor] = opened.tensors;
			assert.ok(tensor && tensor.problem === undefined, tensor?.problem?.message);
			const wanted = Array.from({ length: 35 }, (_, k) => k);
			for (const most of [1, 4, 1000]) assert.deepEqual(await allValues(opened, tensor, most), [wanted]);
			await opened.close();
		});
	}

	it("of many blocks gives the bytes that were packed", async () => {
		const bytes = await bunzip2(BLOCKS, 300_000);
		assert.equal(bytes.length, 300_000);
		assert.equal(createHash("sha256").update(bytes).digest("hex"), SHA256_OF_BLOCKS);
	});

	it("of several streams in a row gives one after the other", async () => {
		const twice = await bunzip2(join(BLOCKS, BLOCKS), 600_000);
		assert.deepEqual(twice.subarray(300_000), await bunzip2(BLOCKS, 300_000));
	});

	it("that makes more than was expected is refused before it takes the memory", async () => {
		const zeros = packed("zeros.bz2");
		const before = process.memoryUsage().arrayBuffers;
		await assert.rejects(bunzip2(zeros, 1000), {
			code: "corrupt",
			message: "The bzip2 data makes more than the 1000 bytes that were expected.",
		});
		// What is unpacked at once is a block of at most 900 000 bytes, four bytes each.
		assert.ok(process.memoryUsage().arrayBuffers - before < 5_000_000);
		assert.equal((await bunzip2(zeros, 10_000_000)).length, 10_000_000);
	});

	it("that ends early is refused, wherever it ends", async () => {
		const short = packed("zeros.bz2");
		for (let length = 0; length < short.length; length++) {
			const cut = bunzip2(short.slice(0, length), 10_000_000);
			await assert.rejects(cut, { code: "corrupt", message: "The bzip2 data ends early." });
		}
		await assert.rejects(bunzip2(BLOCKS.slice(0, 40_000), 300_000), { message: "The bzip2 data ends early." });
	});

	it("with anything behind it is refused", async () => {
		const message = /^The bzip2 data is damaged \(.+\)\.$/;
		await assert.rejects(bunzip2(join(BLOCKS, new Uint8Array(20)), 300_000), { code: "corrupt", message });
	});

	it("that is damaged is refused by its checksums, with neither wrong bytes nor a hang", async function () {
		this.timeout(60_000);
		const short = packed("bz2-v2.zarr/0.0");
		const wanted = await bunzip2(short, 48);
		const random = randomOf(20_261_127);
		let refused = 0;
		for (let run = 0; run < 2000; run++) {
			const damaged = short.slice();
			damaged[random(damaged.length)] = random(256);
			await bunzip2(damaged, 48).then(
				// The last bits are no part of the data, nor are those of the block's size.
				(bytes) => assert.deepEqual(bytes, wanted),
				(error) => {
					refused++;
					assert.equal(error.code, "corrupt");
					assert.match(error.message, /^The bzip2 data .+\.$/);
				},
			);
		}
		assert.ok(refused > 1500, `${refused} of 2000`);
		const late = BLOCKS.slice();
		late[70_000] = ~(late[70_000] as number);
		await assert.rejects(bunzip2(late, 300_000), { code: "corrupt" });
	});

	it("is named with its chunk where that is damaged", async () => {
		const place = fs.mkdtempSync(path.join(os.tmpdir(), "bz2-"));
		fs.cpSync(path.join(FOLDER, "bz2-v2.zarr"), place, { recursive: true });
		fs.copyFileSync(path.join(FOLDER, "zeros.bz2"), path.join(place, "0.1"));
		const opened = await openTensors(await openFile(place));
		const [tensor] = opened.tensors;
		assert.ok(tensor);
		await opened.read(tensor, { origin: [0, 0], shape: [2, 3] });
		await assert.rejects(opened.read(tensor, { origin: [0, 3], shape: [1, 1] }), {
			code: "corrupt",
			message:
				/^The chunk "0\.1" cannot be read: the bzip2 data makes more than the 48 bytes that were expected; .+\.$/,
		});
		await opened.close();
		fs.rmSync(place, { recursive: true });
	});
});
