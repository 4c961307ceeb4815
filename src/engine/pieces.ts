import { BLOCK } from "./block";
import type { Loop } from "./plan";

/** A stretch of one cell in a contiguous run, no longer than a block. */
export interface Piece {
	readonly from: number;
	readonly count: number;
	readonly cell: number;
}

const knownPieces = new WeakMap<Loop, readonly Piece[]>();

/** The pieces of a run, which chunks of one shape share. */
export function piecesOf(loop: Loop): readonly Piece[] {
	const known = knownPieces.get(loop);
	if (known) return known;
	const { count, cells } = loop;
	const pieces: Piece[] = [];
	for (let from = 0; from < count; ) {
		const cell = cells?.[from] ?? 0;
		let end = cells ? from + 1 : count;
		while (cells && end < count && cells[end] === cell) end++;
		for (; from < end; from += BLOCK) pieces.push({ from, count: Math.min(BLOCK, end - from), cell });
		from = end;
	}
	knownPieces.set(loop, pieces);
	return pieces;
}
