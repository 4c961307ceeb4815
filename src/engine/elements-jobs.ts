import { partsOf } from "../core/dtype";
import { TensorError } from "../core/errors";
import { formatCount } from "../core/format";
import { unravel } from "../core/inspection";
import { type Box, sizeOf } from "../core/layout";
import type { Chunk } from "../formats/reader";
import type { CallContext } from "../rpc";
import { decodeChunk } from "./decoded";
import { type OpenFiles, type Target, useTarget } from "./open-files";
import { eachChunk } from "./share";

/** Elements of the largest answer, and reads for it: what a picture of some indices of every axis needs. */
const MAX_ELEMENTS = 2 ** 16;
const MAX_READS = 2 ** 12;

/** Elements of a tensor at some indices of every axis, all combinations in C order: float64. */
export function elementsAt(
	files: OpenFiles,
	input: { readonly target: Target; readonly part: 0 | 1; readonly indices: readonly (readonly number[])[] },
	{ signal, transfer }: CallContext,
): Promise<Float64Array> {
	const { target, part, indices } = input;
	checkIndices(target, indices);
	const found = new Float64Array(sizeOf(indices.map(({ length }) => length)));
	const places = indices.map((list) => new Map(list.map((index, place) => [index, place])));
	return useTarget(files, target, signal, async ({ open }, info) => {
		const add = (chunk: Chunk) => {
			const { values, strides, offset } = decodeChunk(chunk);
			const first = offset + (partsOf(target.dtype) === 2 ? part * (strides.at(-1) as number) : 0);
			for (let flat = 0; flat < sizeOf(chunk.shape); flat++) {
				const index = unravel(flat, chunk.shape);
				const at = index.reduce((sum, i, axis) => sum + i * (strides[axis] as number), first);
				const to = index.reduce(
					(sum, i, axis) =>
						sum * (indices[axis] as readonly number[]).length +
						(places[axis]?.get(i + (chunk.origin[axis] as number)) as number),
					0,
				);
				found[to] = values[at] as number;
			}
		};
		await eachChunk(open, info, boxesOf(indices), { signal, progress: () => {} }, add);
		transfer(found.buffer);
		return found;
	});
}

function checkIndices({ shape, tensor }: Target, indices: readonly (readonly number[])[]): void {
	const fits =
		indices.length === shape.length &&
		indices.every((list, axis) =>
			list.every(
				(index, k) => Number.isInteger(index) && index > (list[k - 1] ?? -1) && index < (shape[axis] as number),
			),
		);
	if (!fits)
		throw new TensorError(
			"bad-option",
			`The elements asked for are not at ascending indices of the ${shape.length} axes of [${shape.join(", ")}].`,
			{ tensor },
		);
	const [count, reads] = [
		sizeOf(indices.map(({ length }) => length)),
		sizeOf(indices.map((list) => runsOf(list).length)),
	];
	if (count > MAX_ELEMENTS || reads > MAX_READS)
		throw new TensorError(
			"too-large",
			`${formatCount(count)} elements in ${formatCount(reads)} pieces were asked for at once, and at most ${formatCount(MAX_ELEMENTS)} in ${formatCount(MAX_READS)} are told.`,
			{ tensor },
		);
}

/** Neighbouring indices, as first and count. */
function runsOf(indices: readonly number[]): (readonly [start: number, length: number])[] {
	const starts = indices.flatMap((index, k) => (k > 0 && indices[k - 1] === index - 1 ? [] : [k]));
	return starts.map((from, k) => [indices[from] as number, (starts[k + 1] ?? indices.length) - from]);
}

/** The boxes that neighbouring indices make, in C order. */
function* boxesOf(indices: readonly (readonly number[])[]): Generator<Box> {
	const runs = indices.map(runsOf);
	const counts = runs.map(({ length }) => length);
	for (let flat = 0; flat < sizeOf(counts); flat++) {
		const box = unravel(flat, counts).map((run, axis) => runs[axis]?.[run] as readonly [number, number]);
		yield { origin: box.map(([start]) => start), shape: box.map(([, length]) => length) };
	}
}
