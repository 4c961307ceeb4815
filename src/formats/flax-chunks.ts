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
	const { readSync: readAtOnce } = source;
	/** Where the bytes from an offset on lie in the source. */
	const partsOf = (offset: number, length: number) => {
		checkRange({ name, size }, offset, length);
		const parts: { readonly start: number; readonly length: number }[] = [];
		let begin = 0;
		for (const run of runs) {
			const from = Math.max(offset, begin);
			const to = Math.min(offset + length, begin + run.length);
			if (from < to) parts.push({ start: run.start + from - begin, length: to - from });
			begin += run.length;
		}
		return parts;
	};
	return {
		name,
		size,
		async read(offset, length, signal, target) {
			const parts = partsOf(offset, length);
			const [only] = parts;
			if (parts.length === 1 && only) return source.read(only.start, only.length, signal, target);
			const out = target && target.length >= length ? target.subarray(0, length) : new Uint8Array(length);
			let filled = 0;
			for (const part of parts) {
				const room = out.subarray(filled, filled + part.length);
				const bytes = await source.read(part.start, part.length, signal, room);
				if (bytes.buffer !== room.buffer || bytes.byteOffset !== room.byteOffset) room.set(bytes);
				filled += part.length;
			}
			return out;
		},
		...(readAtOnce && {
			readSync(offset: number, length: number, target?: Uint8Array) {
				const parts = partsOf(offset, length);
				const [only] = parts;
				if (parts.length === 1 && only) return readAtOnce(only.start, only.length, target);
				const out = target && target.length >= length ? target.subarray(0, length) : new Uint8Array(length);
				let filled = 0;
				for (const part of parts) {
					out.set(readAtOnce(part.start, part.length), filled);
					filled += part.length;
				}
				return out;
			},
		}),
	};
}
