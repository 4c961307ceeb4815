/** A colour as red, green, blue from 0 to 255. */
type Rgb = readonly [number, number, number];

/** From negative over zero to positive; lightness falls evenly on both sides, and red-green blindness does not merge the ends. */
const SIGNED: readonly Rgb[] = [
	[5, 76, 140],
	[67, 140, 194],
	[160, 201, 226],
	[240, 240, 238],
	[247, 190, 140],
	[222, 119, 48],
	[140, 60, 5],
];

/** From small to large; lightness rises evenly (the colours of viridis). */
const UNSIGNED: readonly Rgb[] = [
	[68, 1, 84],
	[70, 50, 126],
	[54, 92, 141],
	[39, 127, 142],
	[31, 161, 135],
	[74, 193, 109],
	[160, 218, 57],
	[253, 231, 37],
];

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

/** The colour of a finite value, and whether dark or light marks stand out on it. */
export function dataColour(value: number, { low, high }: DataRange): { readonly fill: string; readonly dark: boolean } {
	const stops = low < 0 && high > 0 ? SIGNED : UNSIGNED;
	const share = high > low ? Math.max(0, Math.min(1, (value - low) / (high - low))) : 0.5;
	const place = share * (stops.length - 1);
	const from = Math.min(stops.length - 2, Math.floor(place));
	const [a, b] = [stops[from] as Rgb, stops[from + 1] as Rgb];
	const mix = (k: 0 | 1 | 2) => Math.round(a[k] + (b[k] - a[k]) * (place - from));
	const [red, green, blue] = [mix(0), mix(1), mix(2)];
	return { fill: `rgb(${red},${green},${blue})`, dark: 0.3 * red + 0.59 * green + 0.11 * blue < 128 };
}

/** The colours of a range from low to high, for a bar beside the picture. */
export function dataGradient({ low, high }: DataRange): string {
	const stops = low < 0 && high > 0 ? SIGNED : UNSIGNED;
	return `linear-gradient(90deg, ${stops.map((stop) => `rgb(${stop.join(",")})`).join(", ")})`;
}
