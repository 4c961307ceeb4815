import assert from "node:assert/strict";
import { formatCount } from "../../src/core/format";
import type { Box } from "../../src/core/layout";
import { sizeOf } from "../../src/core/layout";
import type { TensorInfo } from "../../src/core/tensor";
import { memorySource, openTensors } from "../../src/formats";
import { join } from "./build";
import { randomOf } from "./damage";
import { counting } from "./node-source";
import { bytes, floats, model, node, number, packed, tensorHead } from "./protobuf-build";
import { allValues, place } from "./values";

type Numbers = readonly (number | bigint)[];

const raw = (numbers: Numbers) => new Uint8Array(BigInt64Array.from(numbers, BigInt).buffer);
const asRaw = (dims: readonly number[], numbers: Numbers) => join(tensorHead(dims, 7), bytes(9, raw(numbers)));
const asTyped = (dims: readonly number[], numbers: Numbers) => join(tensorHead(dims, 7), bytes(7, packed(...numbers)));

/** A SparseTensorProto in a field. */
const sparse = (field: number, values: Uint8Array, indices: Uint8Array, dims: readonly number[]) =>
	bytes(field, bytes(1, values), bytes(2, indices), ...dims.map((length) => number(3, length)));

const open = (...graph: readonly Uint8Array[]) => openTensors(memorySource("m.onnx", model(graph)));

/** Coordinates of a position in C order. */
function rowOf(position: number, shape: readonly number[]): number[] {
	let rest = position;
	const row = [...shape].reverse().map((length) => {
		const index = rest % length;
		rest = Math.floor(rest / length);
		return index;
	});
	return row.reverse();
}

describe("a sparse tensor of ONNX", () => {
	const forms = {
		"positions in raw_data": (at: number[], _: readonly number[]) => asRaw([at.length], at),
		"positions in int64_data": (at: number[], _: readonly number[]) => asTyped([at.length], at),
		coordinates: (at: number[], shape: readonly number[]) =>
			asRaw(
				[at.length, shape.length],
				at.flatMap((position) => rowOf(position, shape)),
			),
	};
	for (const [form, indicesOf] of Object.entries(forms)) {
		it(`is the dense tensor that it means, whole and in boxes (${form})`, async () => {
			const random = randomOf(form.length);
			for (const [shape, density] of [
				[[3, 4, 5], 0.2],
				[[60], 0.5],
				[[1, 7, 1], 1],
				[[200, 150], 0.4],
				[[2, 3], 0],
				[[], 1],
			] as const) {
				const dense = Array.from({ length: sizeOf(shape) }, (_, i) => (random(1000) < 1000 * density ? i + 0.5 : 0));
				const at = dense.flatMap((value, i) => (value === 0 ? [] : [i]));
				const values = floats("w", ...at.map((i) => dense[i] as number));
				const opened = await open(sparse(15, values, indicesOf(at, shape), shape));
				const tensor = opened.tensors[0] as TensorInfo;
				assert.deepEqual([tensor.name, tensor.dtype, tensor.shape, tensor.problem], ["w", "f32", shape, undefined]);
				assert.equal(tensor.bytes, 4 * dense.length);
				assert.ok(tensor.note?.startsWith(`a sparse tensor: ${formatCount(at.length)} of its`), tensor.note);
				for (const most of [7, 1e6]) assert.deepEqual(await allValues(opened, tensor, most), [dense]);
				for (let run = 0; run < 10; run++) {
					const origin = shape.map((length) => random(length));
					const box: Box = { origin, shape: shape.map((length, a) => 1 + random(length - (origin[a] as number))) };
					const found = [new Array<number | bigint>(dense.length)];
					const target = new Uint8Array(4 * dense.length).fill(255);
					place(await opened.read(tensor, box, undefined, target), tensor, found);
					found[0]?.forEach((value, i) => void assert.equal(value, dense[i]));
					assert.equal(found[0]?.filter((value) => value !== undefined).length, sizeOf(box.shape));
				}
			}
		});
	}

	it("may be an attribute of a node, and of any type of whole bytes", async () => {
		const values = join(tensorHead([2], 11), bytes(9, new Uint8Array(Float64Array.of(1e300, -0).buffer)));
		const attribute = (field: number) => join(bytes(1, "sparse_value"), sparse(field, values, asRaw([2], [1, 2]), [4]));
		const opened = await open(node("one", "Constant", attribute(22)), node("", "Constant", attribute(23)));
		const names = opened.tensors.map(({ name }) => name);
		assert.deepEqual(names, ["one/sparse_value", "Constant_1/sparse_value[0]"]);
		for (const tensor of opened.tensors) assert.deepEqual(await allValues(opened, tensor, 3), [[0, 1e300, -0, 0]]);
	});

	it("is read by the box: a huge one takes no more than the entries of its box", async () => {
		const count = 100_000;
		const shape = [count, 1_000_000];
		const at = Array.from({ length: count }, (_, i) => i * 1_000_000 + (i % 999));
		const values = floats("w", ...at.map((_, i) => i + 1));
		const { source, reads } = counting(memorySource("m.onnx", model([sparse(15, values, asRaw([count], at), shape)])));
		const opened = await openTensors(source);
		const tensor = opened.tensors[0] as TensorInfo;
		assert.ok(reads.bytes < 20_000, JSON.stringify(reads));
		const corner = await opened.read(tensor, { origin: [count - 1, 0], shape: [1, 1000] });
		const floatsRead = new Float32Array(corner.bytes.slice().buffer);
		assert.equal(floatsRead[(count - 1) % 999], count);
		assert.equal(floatsRead.filter((value) => value !== 0).length, 1);
		reads.bytes = 0;
		await opened.read(tensor, { origin: [50_000, 0], shape: [1, 1000] });
		assert.ok(reads.bytes <= 12 * 4096, JSON.stringify(reads));
		assert.ok(reads.largest < 100_000, JSON.stringify(reads));
	});

	for (const [what, values, indices, dims, says] of [
		["an index leads out", floats("w", 1), asRaw([1], [12]), [3, 4], /entry 0 has the index 12, where 0 to 11/],
		["a coordinate leads out", floats("w", 1), asRaw([1, 2], [0, 4]), [3, 4], /has the index 4, where 0 to 3/],
		["an index is negative", floats("w", 1), asRaw([1], [-1]), [3, 4], /has the index -1/],
		["its indices do not ascend", floats("w", 1, 2), asRaw([2], [3, 3]), [3, 4], /entry 1 does not come after/],
		["there are fewer indices than values", floats("w", 1, 2), asRaw([1], [0]), [4], /i64 \[N\] or \[N, 1\]/],
		["its rows are too short", floats("w", 1), asRaw([1, 1], [0]), [2, 2], /i64 \[N\] or \[N, 2\] were/],
		["its indices are no integers", floats("w", 1), floats("", 0), [4], /indices of f32 \[1\]/],
		["its shape is impossible", floats("w", 1), asRaw([1], [0]), [2 ** 30, 2 ** 30, 2 ** 30], /more than any file/],
		["it is without end", floats("w", 1), asRaw([1], [0]), [2 ** 40], /With its zeros .* more than is read/],
	] as const) {
		it(`is refused with a sentence where ${what}, and the others are read`, async () => {
			const opened = await open(sparse(15, values, indices, dims), bytes(5, floats("b", 7)));
			const [bad, good] = opened.tensors as [TensorInfo, TensorInfo];
			assert.deepEqual(await allValues(opened, good, 1), [[7]]);
			await assert.rejects(
				async () => opened.read(bad, { origin: dims.map(() => 0), shape: dims.map(() => 1) }),
				({ message }: Error) => says.test(message) && /^[A-Z].*\.$/.test(message),
			);
		});
	}
});
