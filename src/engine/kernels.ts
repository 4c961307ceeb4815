import { sizeOf } from "../core/layout";
import type { Moments } from "../core/moments";
import { addRun } from "./block";
import { addColumns, columnBlock } from "./columns";
import type { Decoded } from "./decoded";
import { type LayoutRange, type Loop, type Place, planChunk, walk } from "./plan";

/** Adds all values of a chunk to the statistics of a layout. */
export function addChunk(into: Moments, layout: LayoutRange, chunk: Decoded): void {
	if (sizeOf(chunk.shape) === 0) return;
	const { start, outer, rows, run } = planChunk(chunk, layout);
	if (rows) {
		const columns = columnBlock(run.count);
		walk(outer, start, (place) => addColumns(into, chunk, place, rows, run, columns));
	} else {
		walk(outer, start, (place) => addRows(into, chunk, place, run));
	}
}

/** A run that falls into contiguous stretches, each of one cell. */
function addRows(into: Moments, chunk: Decoded, place: Place, loop: Loop): void {
	const { step, cells } = loop;
	for (let from = 0; from < loop.count; ) {
		const offset = cells?.[from] ?? 0;
		let end = cells ? from + 1 : loop.count;
		while (cells && end < loop.count && cells[end] === offset) end++;
		const start = place.position + from * step;
		addRun(into, chunk, { cell: place.cell + offset, start, step, count: end - from, loop, from, index: place.index });
		from = end;
	}
}
