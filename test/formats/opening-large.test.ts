import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { inflateSync } from "node:zlib";
import type { TensorInfo } from "../../src/core/tensor";
import { openTensors } from "../../src/formats";
import type { ByteSource } from "../../src/formats/reader";
import { int, join } from "./build";
import { counting, sparseFile } from "./node-source";
import { SHARED } from "./record";

interface Piece {
	readonly offset: number;
	readonly bytes: Uint8Array;
}

interface Sparse {
	readonly size: number;
	readonly pieces: readonly Piece[];
}

const recorded = JSON.parse(
	fs.readFileSync(path.resolve("test", "fixtures", "hdf5", "large.json"), "utf8"),
) as Readonly<
	Record<string, { readonly size: number; readonly pieces: readonly (readonly [offset: number, bytes: string])[] }>
>;

/** A file of h5py's that is zero but for its headers. */
function recordedFile(name: string): Sparse {
	const { size, pieces } = recorded[name] as (typeof recorded)[string];
	return {
		size,
		pieces: pieces.map(([offset, packed]) => ({ offset, bytes: inflateSync(Buffer.from(packed, "base64")) })),
	};
}

/** An archive with one stored member, large and sparse itself. */
function archiveOf(name: string, member: Sparse): Sparse {
	const facts = join(int(2, 0), int(2, 0), int(4, 0), int(4, 0), int(4, member.size), int(4, member.size));
	const local = join(int(4, 0x04034b50), int(2, 20), facts, int(2, name.length), int(2, 0), name);
	const central = join(
		...[int(4, 0x02014b50), int(2, 20), int(2, 20), facts, int(2, name.length), new Uint8Array(12), int(4, 0), name],
	);
	const start = local.length + member.size;
	const end = join(
		...[int(4, 0x06054b50), int(4, 0), int(2, 1), int(2, 1), int(4, central.length), int(4, start), int(2, 0)],
	);
	const behind = { offset: start, bytes: join(central, end) };
	const moved = member.pieces.map(({ offset, bytes }) => ({ offset: offset + local.length, bytes }));
	return { size: start + behind.bytes.length, pieces: [{ offset: 0, bytes: local }, ...moved, behind] };
}

/** A small file with gigabytes put in before its last bytes, where its footer is: its offsets stay what they were. */
function widened(bytes: Uint8Array, footerBytes: number): Sparse {
	const cut = bytes.length - footerBytes;
	const size = bytes.length + 4e9;
	return {
		size,
		pieces: [
			{ offset: 0, bytes: bytes.subarray(0, cut) },
			{ offset: size - footerBytes, bytes: bytes.subarray(cut) },
		],
	};
}

async function openedWithin(
	name: string,
	{ size, pieces }: Sparse,
	most: { readonly count: number; readonly bytes: number },
) {
	assert.ok(size > 1.9e9, `${name} has ${size} bytes only`);
	const { source, reads } = counting(sparseOf(name, { size, pieces }));
	const opened = await openTensors(source);
	assert.ok(reads.count <= most.count && reads.bytes <= most.bytes, `${name}: ${JSON.stringify(reads)}`);
	for (const { problem } of opened.tensors) assert.equal(problem, undefined);
	return opened;
}

describe("opening a file of gigabytes", function () {
	this.timeout(60_000);

	for (const [name, file, shape] of [
		["large.h5", () => recordedFile("large.h5"), [3, 5000, 11_000]],
		["large.nc", () => recordedFile("large.h5"), [3, 5000, 11_000]],
		["large.mat", () => recordedFile("large.mat"), [11_000, 5000, 3]],
		["large.keras", () => archiveOf("model.weights.h5", recordedFile("large.h5")), [3, 5000, 11_000]],
	] as const) {
		it(`reads its headers only, and then single boxes: ${name}`, async () => {
			const opened = await openedWithin(name, file(), { count: 60, bytes: 160_000 });
			const tensor = opened.tensors.find((one) => one.name === "weight2") as TensorInfo;
			assert.deepEqual(tensor.shape, shape);
			if (name !== "large.mat") assert.deepEqual(tensor.axisNames, ["time", "row", "column"]);
			const box = { origin: shape.map((length) => length - 1), shape: [1, 1, 1] };
			assert.equal((await opened.read(tensor, box)).bytes.length, 4);
			await opened.close();
		});
	}

	const parquet = path.join(SHARED, "parquet-testing");
	(fs.existsSync(parquet) ? it : it.skip)(
		"reads its footer only: every shared .parquet with 4 GB before its footer",
		async () => {
			const files = fs
				.readdirSync(parquet, { recursive: true, encoding: "utf8" })
				.filter((file) => file.endsWith(".parquet"));
			let seen = 0;
			for (const file of files) {
				const bytes = new Uint8Array(fs.readFileSync(path.join(parquet, file)));
				const footer = Buffer.from(bytes).readUInt32LE(bytes.length - 8) + 8;
				const { source, reads } = counting(sparseOf(file, widened(bytes, footer)));
				const opened = await openTensors(source).catch(() => undefined);
				assert.ok(reads.count <= 100 && reads.bytes <= 150_000 + 2 * footer, `${file}: ${JSON.stringify(reads)}`);
				if (opened) seen++;
				await opened?.close();
			}
			assert.ok(seen >= 10, `${seen} of ${files.length}`);
		},
	);

	const checkpoints = fs.existsSync(SHARED)
		? fs.readdirSync(SHARED, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".index"))
		: [];
	(checkpoints.length > 0 ? it : it.skip)(
		"reads its index only: every shared TensorFlow checkpoint with 4 GB behind its data",
		async () => {
			for (const file of checkpoints) {
				const full = path.join(SHARED, file);
				const source = (name: string): ByteSource => {
					const bytes = new Uint8Array(fs.readFileSync(path.join(path.dirname(full), name)));
					const isData = !name.endsWith(".index");
					const { source: counted } = counting(
						sparseFile(name, bytes.length + (isData ? 4e9 : 0), [{ offset: 0, bytes }]),
						isData ? dataReads : indexReads,
					);
					return { ...counted, sibling: async (other) => source(other) };
				};
				const [indexReads, dataReads] = [1, 2].map(() => ({ count: 0, bytes: 0, largest: 0, open: 0 })) as [
					Reads,
					Reads,
				];
				const opened = await openTensors(source(path.basename(file)));
				assert.ok(opened.tensors.length > 0, file);
				assert.ok(indexReads.bytes <= 2 * fs.statSync(full).size + 150_000, `${file}: ${JSON.stringify(indexReads)}`);
				assert.equal(dataReads.bytes, 0, `${file}: ${JSON.stringify(dataReads)}`);
				await opened.close();
			}
		},
	);
});

type Reads = ReturnType<typeof counting>["reads"];

function sparseOf(name: string, { size, pieces }: Sparse): ByteSource {
	return sparseFile(path.basename(name), size, pieces);
}
