import assert from "node:assert/strict";
import { constants, deflateRawSync } from "node:zlib";
import { combineCrc32, crc32 } from "../../src/formats/encoding/crc32";
import { inflateSource } from "../../src/formats/encoding/inflate";
import { inflateStart } from "../../src/formats/encoding/inflate-start";
import { memorySource } from "../../src/formats/memory";
import { join } from "./build";
import { counting } from "./node-source";

const DATA = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * i) >> ((i >> 12) & 15));

function deflated(data: Uint8Array, compressed: Uint8Array = deflateRawSync(data)) {
	const { source, reads } = counting(memorySource("x", compressed));
	return {
		source: inflateSource({ name: "x", size: data.length, crc: crc32(data), compressed: source }),
		reads,
		compressed,
	};
}

describe("a deflated member", () => {
	it("gives the same bytes whatever the reads, forwards, backwards and at once", async () => {
		const { source } = deflated(DATA);
		const ranges = [
			[0, 10],
			[10, 0],
			[10, 500_000],
			[2_999_000, 1000],
			[5, 20],
			[1_500_000, 1_500_000],
			[0, 3_000_000],
		] as const;
		const read = await Promise.all(ranges.map(([offset, length]) => source.read(offset, length)));
		for (const [i, [offset, length]] of ranges.entries()) {
			assert.deepEqual(read[i], DATA.slice(offset, offset + length));
		}
		await source.close?.();
	});

	it("reads of its compressed bytes only what is needed", async () => {
		const { source, reads, compressed } = deflated(DATA);
		await source.read(0, 100);
		assert.ok(
			reads.bytes <= 3 * 2 ** 14 && reads.bytes < compressed.length / 4,
			`${reads.bytes} of ${compressed.length}`,
		);
		await source.close?.();
	});

	it("holds little in memory when what it inflates to is large", async function () {
		this.timeout(60_000);
		const zeros = new Uint8Array(100_000_000);
		const compressed = deflateRawSync(zeros, { level: 6 });
		const { source } = deflated(zeros, compressed);
		const before = process.memoryUsage().arrayBuffers;
		await source.read(0, 100);
		await source.read(20_000_000, 100);
		const grown = process.memoryUsage().arrayBuffers - before;
		assert.ok(grown < 50_000_000, `${grown} bytes`);
		await source.close?.();
	});

	it("is cancelled between pieces and can be read again", async () => {
		const { source } = deflated(DATA);
		const controller = new AbortController();
		const reading = source.read(0, DATA.length, controller.signal);
		controller.abort();
		await assert.rejects(reading, { code: "cancelled" });
		assert.deepEqual(await source.read(1, 5), DATA.slice(1, 6));
		await source.close?.();
	});

	it("may be followed by padding inside its place", async () => {
		const { source } = deflated(DATA.slice(0, 50), join(deflateRawSync(DATA.slice(0, 50)), new Uint8Array(100_000)));
		assert.deepEqual(await source.read(0, 50), DATA.slice(0, 50));
	});

	it("refuses reads past its size", async () => {
		const { source } = deflated(DATA.slice(0, 50));
		await assert.rejects(source.read(40, 11), { code: "corrupt" });
	});

	it("of no bytes can be read", async () => {
		const { source } = deflated(new Uint8Array(0));
		assert.deepEqual(await source.read(0, 0), new Uint8Array(0));
	});
});

describe("the start of deflate data", () => {
	const texts = [
		DATA.slice(0, 70_000),
		new Uint8Array(3000),
		join("abc"),
		join(),
		join("{'descr': '<f4', }".repeat(50)),
	];
	const OPTIONS = [
		{ level: 0 },
		{ level: 1 },
		{ level: 9 },
		{ strategy: constants.Z_FIXED },
		{ strategy: constants.Z_HUFFMAN_ONLY },
		{ strategy: constants.Z_RLE },
	];

	it("is that of the whole, for every kind of block and however much is wanted", () => {
		for (const options of OPTIONS) {
			for (const text of texts) {
				const compressed = deflateRawSync(text, options);
				for (const wanted of [0, 1, 100, 1024, 40_000, text.length]) {
					assert.deepEqual(inflateStart(compressed, Math.min(wanted, text.length)), text.slice(0, wanted));
				}
			}
		}
	});

	it("of input that is cut is as much as that input tells", () => {
		for (const options of OPTIONS) {
			const text = DATA.slice(5000, 6000);
			const compressed = deflateRawSync(text, options);
			let before = 0;
			for (let length = 0; length <= compressed.length; length += 7) {
				const start = inflateStart(compressed.subarray(0, length), text.length);
				assert.ok(start && start.length >= before);
				assert.deepEqual(start, text.slice(0, start.length));
				before = start.length;
			}
		}
	});

	it("of bytes that are no deflate data ends", () => {
		for (let first = 0; first < 256; first++) {
			for (let seed = 1; seed < 20; seed++) {
				const noise = Uint8Array.from({ length: 300 }, (_, i) => (i === 0 ? first : (i * seed * 7919) >> 3));
				const start = inflateStart(noise, 1000);
				assert.ok(start === undefined || start.length <= 1000);
			}
		}
	});
});

describe("CRC-32", () => {
	it("of the digits 1 to 9 is cbf43926, the check value of the algorithm", () => {
		assert.equal(crc32(join("123456789")), 0xcbf43926);
	});

	it("of parts in a row equals that of the whole, running or combined", () => {
		for (const cut of [0, 1, 7, 8, 9, 1000, 65_537]) {
			const [first, second] = [DATA.subarray(0, cut), DATA.subarray(cut, 70_000)];
			const whole = crc32(DATA.subarray(0, 70_000));
			assert.equal(crc32(second, crc32(first)), whole);
			assert.equal(combineCrc32(crc32(first), crc32(second), second.length), whole);
		}
	});

	it("combines past 4 GiB", () => {
		// 2^33 zero bytes after "a", halved again and again, against one step.
		let zeros = crc32(new Uint8Array(1));
		for (let length = 1; length < 2 ** 33; length *= 2) zeros = combineCrc32(zeros, zeros, length);
		const half = combineCrc32(crc32(join("a")), combineCrc32(zeros, zeros, 2 ** 33), 2 ** 34);
		assert.equal(half, combineCrc32(combineCrc32(crc32(join("a")), zeros, 2 ** 33), zeros, 2 ** 33));
	});
});
