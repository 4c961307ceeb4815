import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { DTYPES } from "../../src/core/dtype";
import { TensorError } from "../../src/core/errors";
import { sizeOf } from "../../src/core/layout";
import type { TensorInfo } from "../../src/core/tensor";
import { memorySource, openTensors } from "../../src/formats";
import type { ByteSource } from "../../src/formats/reader";
import { join } from "./build";
import { counting, nodeSource } from "./node-source";
import { recorded, SHARED } from "./record";
import { truth } from "./truth";
import { allValues, place } from "./values";

const FIXTURES = "test/fixtures/torch";

truth("PyTorch files and pickles with recorded values", FIXTURES, recorded(/\.(pt|pkl|pickle)$/, FIXTURES), 20);

describe("a view in a PyTorch file", () => {
	it("gives any box of it as part of the whole", async () => {
		let seed = 20;
		const random = (below: number) => {
			seed = (seed * 48_271) % 2_147_483_647;
			return seed % below;
		};
		for (const file of ["views.pt", "views-legacy.pt", "quantized.pt"]) {
			const opened = await openTensors(await nodeSource(path.join(FIXTURES, file)));
			for (const tensor of opened.tensors) {
				const whole = (await allValues(opened, tensor, 1e9))[0] ?? [];
				for (let run = 0; run < 20 && sizeOf(tensor.shape) > 0; run++) {
					const origin = tensor.shape.map((length) => random(length));
					const shape = tensor.shape.map((length, a) => 1 + random(length - (origin[a] as number)));
					const found = [new Array<number | bigint>(whole.length)];
					place(await opened.read(tensor, { origin, shape }), tensor, found);
					assert.equal(found[0]?.filter((value) => value !== undefined).length, sizeOf(shape));
					found[0]?.forEach((value, i) => void assert.equal(value, whole[i], `${file} ${tensor.name} ${i}`));
				}
			}
			await opened.close();
		}
	});
});

describe("a malicious pickle", () => {
	const folder = path.join(SHARED, "picklescan/tests");
	it("is refused with the globals it names", async function () {
		if (!fs.existsSync(folder)) this.skip();
		const expected = {
			"data/malicious0.pkl": ["__builtin__.eval", "__builtin__.apply"],
			"data/malicious2_v4.pkl": ["posix.system"],
			"data/malicious1.zip": ["builtins.eval"],
			"data/pytorch_magic_bypass.pt": ["__builtin__.eval"],
			"data2/keyerror-exploit.pkl": ["os.system"],
			"data2/type-confusion-exploit.pkl": ["os.system"],
			"data2/malicious21.pkl": ["timeit.timeit"],
			"data2/GHSA-vr7h-p6mm-wpmh.pkl": ["torch.jit.unsupported_tensor_ops.execWrapper"],
		};
		for (const [file, names] of Object.entries(expected)) {
			await assert.rejects(openTensors(await nodeSource(path.join(folder, file))), (thrown) => {
				assert.ok(thrown instanceof TensorError);
				for (const name of names) assert.ok(thrown.message.includes(name), `${file}: ${thrown.message}`);
				return true;
			});
		}
	});

	for (const [title, bytes, says] of [
		["that recalls what it never remembered", join([0x80, 2], "h", [7], "."), /value 7 is recalled/],
		["that takes more than there is", join([0x80, 2], "0."), /a mark is missing/],
		["that claims a text of 2^60 bytes", join([0x80, 4, 0x8d, 0, 0, 0, 0, 0, 0, 0, 16], "."), /ends early/],
		["that names a class by number", join([0x80, 2, 0x82, 1], "."), /class by the number 1/],
		["whose buffers are elsewhere", join([0x80, 5, 0x97], "."), /buffers outside of the file/],
		["of protocol 9", join([0x80, 9], "."), /protocol 9/],
		["that holds itself", join([0x80, 2], "]q", [0], "h", [0], "a."), /holds no arrays, only a list/],
		["that multiplies itself", join([0x80, 2], bomb()), /holds no arrays/],
		["100000 lists deep", join([0x80, 2], "]".repeat(100_000), "a".repeat(99_999), "."), /holds no arrays/],
	] as const) {
		it(`${title} is refused with a sentence`, async () => {
			await assert.rejects(openTensors(memorySource("a.pkl", bytes)), { message: says });
		});
	}
});

describe("opening a PyTorch file", () => {
	const fixture = (name: string) => new Uint8Array(fs.readFileSync(path.join(FIXTURES, name)));

	it("of the old kind reads its pickles and no values, however large they are", async () => {
		const { source, reads } = counting(memorySource("m.pt", fixture("views-legacy.pt")));
		await openTensors(source);
		assert.ok(reads.count < 40, JSON.stringify(reads));
		// One storage of 10^10 float32: the pickle says so, and its length behind it.
		const many = 10_000_000_000;
		const head = legacyHead(many);
		const size = head.length + 4 * many;
		const big: ByteSource = {
			name: "big.pt",
			size,
			async read(offset, length) {
				const out = new Uint8Array(length);
				out.set(head.subarray(offset, Math.min(head.length, offset + length)));
				return out;
			},
		};
		const counted = counting(big);
		const opened = await openTensors(counted.source);
		assert.deepEqual(
			opened.tensors.map(({ name, shape, problem }) => [name, shape, problem]),
			[["", [many], undefined]],
		);
		assert.ok(counted.reads.count < 12 && counted.reads.bytes < 40_000, JSON.stringify(counted.reads));
		const last = await opened.read(opened.tensors[0] as TensorInfo, { origin: [many - 2], shape: [2] });
		assert.equal(last.bytes.length, 2 * (DTYPES.f32.bits / 8));
	});

	it("of damaged bytes opens or is refused with a sentence, in few reads", async function () {
		this.timeout(60_000);
		let seed = 7;
		const random = (below: number) => {
			seed = (seed * 48_271) % 2_147_483_647;
			return seed % below;
		};
		for (const name of ["hazard.pt", "hazard-legacy.pt", "arrays-p0.pkl", "arrays-p5.pkl", "quantized-legacy.pt"]) {
			const bytes = fixture(name);
			for (let run = 0; run < 300; run++) {
				const damaged = bytes.slice(0, random(4) === 0 ? random(bytes.length) : bytes.length);
				for (let k = random(4); k >= 0; k--) damaged[random(damaged.length)] = random(256);
				const { source, reads } = counting(memorySource(name, damaged));
				try {
					const opened = await openTensors(source);
					for (const tensor of opened.tensors) {
						if (tensor.problem) continue;
						const [box] = opened.boxes(tensor, 1000);
						if (box) await opened.read(tensor, box);
					}
					await opened.close();
				} catch (thrown) {
					assert.ok(thrown instanceof TensorError && thrown.code !== "internal", `${name} ${run}: ${thrown}`);
				}
				assert.ok(reads.bytes < 1_000_000, `${name} ${run}: ${JSON.stringify(reads)}`);
			}
		}
	});
});

/** Lists of a thousand references each to the list before, ten levels of them: 10^30 values. */
function bomb(): Uint8Array {
	const levels = Array.from({ length: 10 }, (_, k) =>
		join("]q", [k + 1], "(", join("h", [k]), ...Array(999).fill(join("h", [k])), "e0"),
	);
	return join("]q", [0], "0", ...levels, "h", [10], ".");
}

/** The five pickles of a file of the old kind with one float32 tensor of so many elements, and their number. */
function legacyHead(count: number): Uint8Array {
	const long = (value: number) => {
		const bytes = new Uint8Array(8);
		new DataView(bytes.buffer).setBigInt64(0, BigInt(value), true);
		return bytes;
	};
	const number = join([0x8a, 8], long(count));
	const text = (word: string) => join("X", [word.length, 0, 0, 0], word);
	const id = join("(", text("storage"), "ctorch\nFloatStorage\n", text("0"), text("cpu"), number, "NtQ");
	const tensor = join("ctorch._utils\n_rebuild_tensor_v2\n(", id, "K", [0], number, [0x85], "K", [1, 0x85], "NNtR");
	return join(
		[0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e, 0x80, 2],
		"M",
		[0xe9, 3],
		".",
		[0x80, 2],
		"}.",
		[0x80, 2],
		tensor,
		".",
		[0x80, 2],
		"]",
		text("0"),
		"a.",
		long(count),
	);
}
