import type { Moments } from "../core/moments";
import type { Chunk } from "../formats/reader";
import { type Decoded, decodeChunk } from "./decoded";
import { addLanes } from "./fast";
import { addChunk } from "./kernels";
import type { LayoutRange } from "./plan";
import type { Lanes, Simd } from "./simd";

/** A chunk's values: in the kernels' memory where they can be there, otherwise decoded. */
export interface ChunkValues {
	readonly lanes: Lanes | undefined;
	readonly decoded: Decoded;
	/** Adds all of them to the statistics of a layout. */
	addTo(into: Moments, layout: LayoutRange): void;
}

/** Takes the values out of a chunk, once: bytes of the other order are swapped in place. */
export function valuesOf(simd: Simd, chunk: Chunk): ChunkValues {
	const lanes = simd.lanes(chunk);
	const decoded = lanes ?? decodeChunk(chunk);
	return {
		lanes,
		decoded,
		addTo(into, layout) {
			if (lanes) addLanes(simd, into, layout, lanes);
			else addChunk(into, layout, decoded);
		},
	};
}

/** The magnitudes of a chunk's values; those of 64-bit integers are rounded, as they may be past the type's range. */
export function magnitudesOf(chunk: Chunk): Pick<ChunkValues, "addTo"> {
	const { wide: _, values, ...geometry } = decodeChunk(chunk);
	const decoded = { ...geometry, values: values.map(Math.abs) };
	return { addTo: (into, layout) => addChunk(into, layout, decoded) };
}
