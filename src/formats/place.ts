import { byteLength, DTYPES, type DType } from "../core/dtype";
import type { Shape } from "../core/layout";
import type { ByteSource } from "./reader";

/** How values without gaps lie: which axis runs fastest (C: the last, F: the first). */
export type Order = "C" | "F";

/** Where the values of a dense tensor are. */
export interface DensePlace {
	readonly source: ByteSource;
	/** Byte of the first element. */
	readonly start: number;
	readonly dtype: DType;
	readonly shape: Shape;
	readonly order: Order;
	readonly bigEndian: boolean;
}

/** Axes from the slowest in storage to the fastest. */
export function storageAxes(rank: number, order: Order): number[] {
	return Array.from({ length: rank }, (_, k) => (order === "C" ? k : rank - 1 - k));
}

/** `count` consecutive elements; for types smaller than a byte the read starts at the last whole byte before them. */
export async function readElements(
	{ source, start, dtype }: Pick<DensePlace, "source" | "start" | "dtype">,
	first: number,
	count: number,
	signal?: AbortSignal,
	target?: Uint8Array,
): Promise<{ readonly offset: number; readonly bytes: Uint8Array }> {
	const { bits } = DTYPES[dtype];
	// 4 bits: pairs of elements start on a byte; 6 bits: every fourth does.
	const offset = bits % 8 === 0 ? 0 : first % (bits === 4 ? 2 : 4);
	const begin = byteLength(dtype, first - offset);
	const bytes = await source.read(start + begin, byteLength(dtype, offset + count), signal, target);
	return { offset, bytes };
}
