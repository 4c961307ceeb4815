/** A colour as red, green, blue from 0 to 255. */
export type Rgb = readonly [number, number, number];

/** A colour map: colours at equal distances, from the lowest value to the highest. */
export interface ColourMap {
	readonly label: string;
	/** Whether its middle is neutral, for values around 0. */
	readonly diverging: boolean;
	readonly stops: readonly Rgb[];
}

/**
 * Maps whose lightness runs evenly, so that equal steps look equal and colour blindness hides none: viridis and inferno
 * (van der Walt and Smith), cividis (Nuñez, Anderton and Renslow 2018), the ends of ColorBrewer's diverging schemes.
 */
export const COLOUR_MAPS = {
	viridis: {
		label: "Viridis",
		diverging: false,
		stops: [
			[68, 1, 84],
			[70, 50, 126],
			[54, 92, 141],
			[39, 127, 142],
			[31, 161, 135],
			[74, 193, 109],
			[160, 218, 57],
			[253, 231, 37],
		],
	},
	cividis: {
		label: "Cividis",
		diverging: false,
		stops: [
			[0, 32, 77],
			[0, 51, 111],
			[57, 72, 107],
			[87, 92, 109],
			[112, 113, 115],
			[138, 135, 121],
			[166, 157, 117],
			[196, 181, 108],
			[228, 207, 91],
			[255, 234, 70],
		],
	},
	inferno: {
		label: "Inferno",
		diverging: false,
		stops: [
			[0, 0, 4],
			[31, 12, 72],
			[85, 15, 109],
			[136, 34, 106],
			[186, 54, 85],
			[227, 89, 51],
			[249, 140, 10],
			[249, 201, 50],
			[252, 255, 164],
		],
	},
	grey: {
		label: "Grey",
		diverging: false,
		stops: [
			[0, 0, 0],
			[255, 255, 255],
		],
	},
	blueOrange: {
		label: "Blue to orange",
		diverging: true,
		stops: [
			[5, 76, 140],
			[67, 140, 194],
			[160, 201, 226],
			[240, 240, 238],
			[247, 190, 140],
			[222, 119, 48],
			[140, 60, 5],
		],
	},
	purpleGreen: {
		label: "Purple to green",
		diverging: true,
		stops: [
			[64, 0, 75],
			[118, 42, 131],
			[153, 112, 171],
			[194, 165, 207],
			[247, 247, 247],
			[166, 219, 160],
			[90, 174, 97],
			[27, 120, 55],
			[0, 68, 27],
		],
	},
} as const satisfies Record<string, ColourMap>;

export type ColourMapId = keyof typeof COLOUR_MAPS;

/** Whether a value is the id of a colour map. */
export function isColourMapId(value: unknown): value is ColourMapId {
	return typeof value === "string" && Object.hasOwn(COLOUR_MAPS, value);
}

/** The map that suits a range where the user chose none: about a neutral middle where that is 0. */
export function mapFor({ low, high }: { readonly low: number; readonly high: number }): ColourMapId {
	return low < 0 && high > 0 && Math.abs(low + high) <= 1e-9 * (high - low) ? "blueOrange" : "viridis";
}

/** The colour at a share from 0 to 1 of a map. */
export function colourAt({ stops }: ColourMap, share: number): Rgb {
	const place = Math.max(0, Math.min(1, share)) * (stops.length - 1);
	const from = Math.min(stops.length - 2, Math.floor(place));
	const [a, b] = [stops[from] as Rgb, stops[from + 1] as Rgb];
	const mix = (k: 0 | 1 | 2) => Math.round(a[k] + (b[k] - a[k]) * (place - from));
	return [mix(0), mix(1), mix(2)];
}

/** A map as a gradient from left to right, for a bar beside what is painted. */
export function gradientOf({ stops }: ColourMap): string {
	return `linear-gradient(90deg, ${stops.map((stop) => `rgb(${stop.join(",")})`).join(", ")})`;
}
