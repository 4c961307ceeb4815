import { COLOUR_MAPS, colourAt, gradientOf } from "../colour-maps";

/** Values that colours run between. */
export interface DataRange {
	readonly low: number;
	readonly high: number;
}

/**
 * The range that a tensor's values are painted in: from 0's other side to the same distance where they have both signs, and
 * no further than three deviations from the mean, so that one outlier does not make all others alike.
 */
export function dataRange(whole: {
	readonly mean: number;
	readonly std: number;
	readonly min: number | bigint;
	readonly max: number | bigint;
}): DataRange {
	const [min, max] = [Number(whole.min), Number(whole.max)];
	if (!Number.isFinite(min) || !Number.isFinite(max)) return { low: -1, high: 1 };
	const low = Math.max(min, whole.mean - 3 * whole.std);
	const high = Math.min(max, whole.mean + 3 * whole.std);
	if (low < 0 && high > 0) {
		const reach = Math.max(-low, high);
		return { low: -reach, high: reach };
	}
	return { low, high };
}

function mapOf({ low, high }: DataRange) {
	return COLOUR_MAPS[low < 0 && high > 0 ? "blueOrange" : "viridis"];
}

/** The colour of a finite value, and whether dark or light marks stand out on it. */
export function dataColour(value: number, range: DataRange): { readonly fill: string; readonly dark: boolean } {
	const { low, high } = range;
	const [red, green, blue] = colourAt(mapOf(range), high > low ? (value - low) / (high - low) : 0.5);
	return { fill: `rgb(${red},${green},${blue})`, dark: 0.3 * red + 0.59 * green + 0.11 * blue < 128 };
}

/** The colours of a range from low to high, for a bar beside the picture. */
export function dataGradient(range: DataRange): string {
	return gradientOf(mapOf(range));
}
