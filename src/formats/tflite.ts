import type { DType } from "../core/dtype";
import { TensorError, throwIfAborted } from "../core/errors";
import type { TensorInfo } from "../core/tensor";
import { type DenseTensor, denseSource } from "./dense";
import { latin1 } from "./detect";
import { type FlatBuffer, flatBuffer, type Table, type Vector } from "./encoding/flatbuffers";
import { KNOWN } from "./known";
import { uniqueNames } from "./names";
import type { ByteSource, TensorReader } from "./reader";
import { bytesOf, MAX_RANK, problem, unreadable } from "./shape";
import { quantizationNote } from "./tflite-quantization";

const MAX_TENSORS = 1_000_000;
const MAX_SUBGRAPHS = 10_000;
const MAX_TEXT_BYTES = 2 ** 16;

/** TensorType of schema.fbs: our dtypes, or names of those without one. */
const TYPES: readonly (DType | { readonly other: string })[] = [
	"f32",
	"f16",
	"i32",
	"u8",
	"i64",
	{ other: "string" },
	"bool",
	"i16",
	"c64",
	"i8",
	"f64",
	"c128",
	"u64",
	{ other: "resource" },
	{ other: "variant" },
	"u32",
	"u16",
	"i4",
	"bf16",
];

/** A TensorFlow Lite model (tensorflow/lite/schema/schema.fbs): the tensors of its subgraphs that have values. */
export const tflite: TensorReader = {
	...KNOWN.tflite,
	sniff: (head) => latin1(head.subarray(4, 8)) === "TFL3",
	async open(source, signal) {
		const file = flatBuffer(source, signal);
		const model = await file.root();
		const graphs = await file.vector(model, 2, 4);
		const buffers = await file.vector(model, 4, 4);
		if (graphs === undefined || buffers === undefined) {
			const message = "The model has no subgraphs or no buffers; the file is damaged.";
			throw new TensorError("corrupt", message, { file: source.name, byte: 0 });
		}
		const walk: Walk = { file, source, buffers, found: [], nameOnce: uniqueNames(), empty: 0 };
		for (let k = 0; k < Math.min(graphs.count, MAX_SUBGRAPHS); k++) {
			const tensors = await file.vector(await file.element(graphs, k), 0, 4);
			for (let i = 0; i < (tensors?.count ?? 0); i++) {
				throwIfAborted(signal);
				await addTensor(walk, tensors as Vector, i);
			}
		}
		const description = await file.text(model, 3, MAX_TEXT_BYTES).catch(() => "");
		const facts = { version: String(await file.integer(model, 0, 4)), description, subgraphs: String(graphs.count) };
		const notes =
			walk.empty > 0 ? [`${walk.empty} tensors have values only while the model runs and are not listed.`] : [];
		const metadata = Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== ""));
		return denseSource(walk.found, { metadata, notes, close: async () => source.close?.() });
	},
};

interface Walk {
	readonly file: FlatBuffer;
	readonly source: ByteSource;
	readonly buffers: Vector;
	readonly found: DenseTensor[];
	readonly nameOnce: (name: string) => string;
	/** Tensors without values. */
	empty: number;
}

async function addTensor(walk: Walk, tensors: Vector, index: number): Promise<void> {
	const { file, found, nameOnce } = walk;
	if (found.length + walk.empty >= MAX_TENSORS) {
		throw new TensorError("too-large", `The model has more than the ${MAX_TENSORS} tensors that are shown.`);
	}
	let name = `tensor ${index}`;
	try {
		const table = await file.element(tensors, index);
		name = (await file.text(table, 3, MAX_TEXT_BYTES)) || name;
		const data = await dataOf(walk, await file.integer(table, 2, 4));
		if (data === undefined) walk.empty++;
		else found.push(await denseTensor(walk, table, nameOnce(name), data));
	} catch (thrown) {
		const error = TensorError.from(thrown);
		if (error.code === "cancelled") throw error;
		found.push({ info: unreadable(nameOnce(name), error) });
	}
}

/** Where the bytes of a buffer are: in the flatbuffer, or behind it where the whole is larger than it can be. */
async function dataOf({ file, buffers, source }: Walk, index: number): Promise<Vector | undefined> {
	// Buffer 0 is the one of all tensors without values.
	if (index === 0) return undefined;
	const buffer = await file.element(buffers, index);
	const inside = await file.vector(buffer, 0, 1);
	if (inside !== undefined && inside.count > 0) return inside;
	const [start, count] = [await file.integer(buffer, 1, 8), await file.integer(buffer, 2, 8)];
	if (start <= 1 || count === 0) return undefined;
	if (start + count <= source.size) return { start, count };
	throw new TensorError(
		"corrupt",
		`The data ends early: its ${count} bytes are said to start at byte ${start}, but the file has ${source.size}; download it again.`,
		{ file: source.name, byte: start },
	);
}

async function denseTensor({ file, source }: Walk, table: Table, name: string, data: Vector): Promise<DenseTensor> {
	const sizes = await file.vector(table, 0, 4);
	const lengths = sizes ? await file.bytes(sizes, 4, MAX_RANK) : undefined;
	const shape = Array.from({ length: sizes?.count ?? 0 }, (_, k) => (lengths as DataView).getInt32(4 * k, true));
	const number = await file.integer(table, 1, 1);
	const dtype = TYPES[number] ?? { other: `type ${number}` };
	const note = await quantizationNote(file, table);
	const info: TensorInfo = { name, dtype, shape, bytes: data.count, ...(note === undefined ? {} : { note }) };
	const refused = (code: "corrupt" | "unsupported", message: string) => ({
		info: { ...info, problem: problem(code, message, { file: source.name, byte: data.start }) },
	});
	if (typeof dtype !== "string")
		return refused("unsupported", `Values of the type "${dtype.other}" have no statistics.`);
	if (await file.table(table, 6)) return refused("unsupported", "It is stored as a sparse tensor, which is not read.");
	const size = shape.some((length) => length < 0) ? undefined : bytesOf(shape, dtype);
	const shown = `${dtype} [${shape.join(", ")}]`;
	if (size === undefined)
		return refused("corrupt", `Its shape [${shape.join(", ")}] has a negative length; the file is damaged.`);
	if ("impossible" in size) return refused("corrupt", `${size.impossible}; the file is damaged.`);
	if (size.bytes !== data.count) {
		return refused(
			"corrupt",
			`Values of ${shown} take ${size.bytes} bytes, but its buffer has ${data.count}; the file is damaged.`,
		);
	}
	return { info, place: { source, start: data.start, dtype, shape, order: "C", bigEndian: false } };
}
