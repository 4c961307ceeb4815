import assert from "node:assert/strict";
import path from "node:path";
import { deflateRawSync } from "node:zlib";
import type { ErrorData } from "../../src/core/errors";
import { TensorError } from "../../src/core/errors";
import type { TensorInfo } from "../../src/core/tensor";
import { memorySource, openTensors } from "../../src/formats";
import { join, npyFile, safetensorsFile, zipFile } from "./build";
import { archive, type Expected, FILES, good, TENSORS } from "./malformed-cases";
import { counting } from "./node-source";
import { allValues } from "./values";

async function open(name: string, bytes: Uint8Array) {
	const { source, reads } = counting(memorySource(name, bytes));
	return { opened: await openTensors(source), reads };
}

function assertSentence(error: ErrorData, { code, says, byte }: Expected): void {
	assert.equal(error.code, code, error.message);
	assert.match(error.message, says);
	assert.match(error.message, /^[A-Z].*[.]$/s);
	if (byte !== undefined) assert.equal(error.where.byte, byte, error.message);
}

describe("a malformed file", () => {
	for (const [title, name, bytes, expected] of FILES) {
		it(`that is ${title} is refused with one sentence`, async () => {
			const { source, reads } = counting(memorySource(name, bytes));
			await assert.rejects(openTensors(source), (error: unknown) => {
				assert.ok(error instanceof TensorError, String(error));
				assertSentence(error.toData(), expected);
				assert.equal(error.where.file, name);
				return true;
			});
			assert.equal(reads.open, 0, "the source stays open");
			assert.ok(reads.largest <= bytes.length && reads.count < 10, JSON.stringify(reads));
		});
	}
});

describe("a tensor", () => {
	for (const [title, name, bytes, expected] of TENSORS) {
		it(`that ${title} has a problem in one sentence, and the other is read (${path.extname(name)})`, async () => {
			const { opened, reads } = await open(name, bytes);
			const [ok, bad] = ["ok", "bad"].map((wanted) => opened.tensors.find((one) => one.name === wanted));
			assert.equal(opened.tensors.length, 2);
			assertSentence(bad?.problem as ErrorData, expected);
			assert.throws(() => opened.boxes(bad as TensorInfo, 10), { message: bad?.problem?.message as string });
			await assert.rejects(opened.read(bad as TensorInfo, { origin: [], shape: [] }), {
				message: bad?.problem?.message as string,
			});
			assert.equal(ok?.problem, undefined);
			assert.equal((await allValues(opened, ok as TensorInfo, 10))[0]?.length, 2);
			assert.ok(reads.bytes <= 4 * bytes.length, JSON.stringify(reads));
			await opened.close();
			assert.equal(reads.open, 0);
		});
	}

	it("with an axis of no length and others past 2^53 has a problem, as NumPy has with it", async () => {
		for (const shape of ["(4294967296, 4294967296, 0)", `(${"9".repeat(350)}, 0)`]) {
			const { opened } = await open("a.npy", npyFile({ shape }));
			assertSentence(opened.tensors[0]?.problem as ErrorData, { code: "corrupt", says: /more than any file holds/ });
			assert.ok((opened.tensors[0]?.problem?.message.length ?? 0) < 300);
		}
	});

	it("of an .npy that is cut has a problem with the expected and found bytes", async () => {
		const { opened } = await open("a.npy", npyFile({ shape: "(3, 1000000000)" }));
		assertSentence(opened.tensors[0]?.problem as ErrorData, {
			code: "corrupt",
			says: /12000000000 bytes were expected for f32 \[3, 1000000000\], but 8 follow/,
			byte: npyFile({ shape: "(3, 1000000000)" }).length - 8,
		});
	});

	it("whose deflated bytes go on past the declared size is refused while it is read, with bounded memory", async function () {
		this.timeout(60_000);
		const data = npyFile({ shape: "(1000000,)", data: new Uint8Array(4e6) });
		const bomb = deflateRawSync(join(data, new Uint8Array(1e8)));
		const bytes = archive({ name: "bad.npy", data, stored: bomb, method: 8 });
		const { opened } = await open("a.npz", bytes);
		const bad = opened.tensors.find(({ name }) => name === "bad") as TensorInfo;
		assert.equal(bad.sequential, true);
		const before = process.memoryUsage().arrayBuffers;
		await assert.rejects(allValues(opened, bad, 1e5), {
			code: "corrupt",
			message: /holds more than the 4000\d\d\d bytes/,
		});
		assert.ok(process.memoryUsage().arrayBuffers - before < 5e7);
		assert.equal((await allValues(opened, opened.tensors[0] as TensorInfo, 10))[0]?.[1], 2);
		await opened.close();
	});

	for (const deflate of [true, false]) {
		it(`whose ${deflate ? "deflated" : "stored"} bytes differ from their CRC-32 is refused once it was read through`, async () => {
			const { opened } = await open("a.npz", archive({ name: "bad.npy", data: good, deflate, crc: 0x12345678 }));
			const bad = opened.tensors.find(({ name }) => name === "bad") as TensorInfo;
			await assert.rejects(allValues(opened, bad, 1), {
				code: "corrupt",
				message: /CRC-32 [0-9a-f]{8}, but the archive says 12345678/,
			});
			await assert.rejects(allValues(opened, bad, 1), { code: "corrupt" });
		});
	}
});

describe("a file with something odd", () => {
	it("opens with a note about bytes after the data (.npy)", async () => {
		const { opened } = await open("a.npy", join(good, "abc"));
		assert.deepEqual(opened.notes, ["3 bytes follow the array's data and are left out."]);
	});

	it("opens with notes about a hole, bytes after the data and white space (.safetensors)", async () => {
		const header = ` {"a":{"dtype":"U8","shape":[1],"data_offsets":[2,3]},"__metadata__":{"k":"v","n":1}}`;
		const { opened } = await open("a.safetensors", safetensorsFile(header, new Uint8Array(7)));
		assert.equal(opened.tensors[0]?.problem, undefined);
		assert.deepEqual(opened.metadata, { k: "v" });
		assert.match(opened.notes.join(), /white space.*Parts of __metadata__.*2 bytes between.*4 bytes follow/);
	});

	it("opens by its content and says that its name does not fit", async () => {
		const { opened } = await open("a.safetensors", good);
		assert.equal(opened.reader.id, "npy");
		assert.deepEqual(opened.notes, ["The name is that of a safetensors file, but the content is a NumPy array."]);
	});

	it("keeps names that mean something to JavaScript", async () => {
		const header = `{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"constructor":{"dtype":"U8","shape":[1],"data_offsets":[1,2]},"__metadata__":{"__proto__":"x"}}`;
		const { opened } = await open("a.safetensors", safetensorsFile(header, join([5, 6])));
		assert.deepEqual(
			opened.tensors.map(({ name }) => name),
			["__proto__", "constructor"],
		);
		assert.deepEqual(await allValues(opened, opened.tensors[1] as TensorInfo, 9), [[6]]);
		assert.equal(Object.getPrototypeOf(opened.metadata), Object.prototype);
	});

	it("opens as an archive without arrays where it has no members", async () => {
		const { opened } = await open("a.npz", zipFile([]));
		assert.deepEqual([opened.tensors, opened.notes], [[], ["The archive is empty."]]);
	});

	it("lists members that are no arrays in a note", async () => {
		const { opened } = await open(
			"a.npz",
			zipFile([
				{ name: "x.npy", data: good },
				{ name: "d/", data: join() },
				{ name: "d/readme.md", data: join("hi") },
			]),
		);
		assert.deepEqual(
			opened.tensors.map(({ name }) => name),
			["x"],
		);
		assert.match(opened.notes.join(), /left out: "d\/readme\.md"\.$/);
	});
});
