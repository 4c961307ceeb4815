import { TensorError } from "../core/errors";
import type { DenseTensor } from "./dense";
import { arrayTensor, type PackedArray } from "./flax-array";
import { checkRange } from "./memory";
import type { ByteSource } from "./reader";
import { unreadable } from "./shape";

/** An array that Flax cut into pieces, each flat: the lengths of its axes, and the pieces, by their indices. */
export interface FlaxChunks {
	readonly sizes: Map<number, number>;
	readonly pieces: Map<number, PackedArray>;
}

/** The whole array, read from its pieces as if they lay side by side. */
export function chunkedTensor(name: string, { sizes, pieces }: FlaxChunks, source: ByteSource): DenseTensor {
	const inOrder = <Part>(parts: ReadonlyMap<number, Part>) =>
		Array.from({ length: parts.size }, (_, k) => parts.get(k)).filter((part) => part !== undefined) as Part[];
	const [shape, runs] = [inOrder(sizes), inOrder(pieces)];
	const dtype = runs[0]?.dtype ?? "";
	if (shape.length < sizes.size || runs.length < pieces.size || runs.some((run) => run.dtype !== dtype)) {
		const message = "Its pieces are not counted from 0 on, or differ in dtype; the file is damaged.";
		return { info: unreadable(name, new TensorError("corrupt", message, { file: source.name })) };
	}
	const joined = joinedSource(source, runs);
	return arrayTensor(name, { shape, dtype, start: 0, length: joined.size }, joined);
}

/** Several runs of bytes of a source as one. */
function joinedSource(source: ByteSource, runs: readonly PackedArray[]): ByteSource {
	const { name } = source;
	const size = runs.reduce((sum, { length }) => sum + length, 0);
	return {
		name,
		size,
		async read(offset, length, signal) {
			checkRange({ name, size }, offset, length);
			const out = new Uint8Array(length);
			let begin = 0;
			for (const run of runs) {
				const from = Math.max(offset, begin);
				const to = Math.min(offset + length, begin + run.length);
				if (from < to) out.set(await source.read(run.start + from - begin, to - from, signal), from - offset);
				begin += run.length;
			}
			return out;
		},
	};
}
