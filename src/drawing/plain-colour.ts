/** A colour as every reader of SVG knows it, and how opaque it is. */
export interface Plain {
	/** "#1769aa", or the text itself where it is none of the usual spellings. */
	readonly colour: string;
	readonly alpha: number;
}

/** Takes a colour of style sheets apart: `#rgb`, `#rrggbb`, both with alpha, `rgb(…)` and `rgba(…)`, `transparent`. */
export function plainColour(text: string): Plain {
	const colour = text.trim().toLowerCase();
	if (colour === "transparent") return { colour: "#000000", alpha: 0 };
	const hex = /^#([0-9a-f]{3,8})$/.exec(colour)?.[1];
	if (hex && hex.length !== 5 && hex.length !== 7) {
		const long = hex.length < 6 ? [...hex].map((digit) => digit + digit).join("") : hex;
		return { colour: `#${long.slice(0, 6)}`, alpha: long.length === 8 ? Number.parseInt(long.slice(6), 16) / 255 : 1 };
	}
	const [red, green, blue, alpha = "1"] =
		/^rgba?\(([^)]*)\)$/
			.exec(colour)?.[1]
			?.split(/[\s,/]+/)
			.filter((part) => part !== "") ?? [];
	if (red === undefined || green === undefined || blue === undefined) return { colour: text, alpha: 1 };
	const digits = [red, green, blue].map((part) => Math.round(Number(part)).toString(16).padStart(2, "0"));
	return { colour: `#${digits.join("")}`, alpha: alpha.endsWith("%") ? Number.parseFloat(alpha) / 100 : Number(alpha) };
}

/** A colour with how much of it covers what is behind it. */
interface Layer {
	readonly fill: string;
	readonly alpha: number;
}

/** One layer that looks like one over another; undefined where a colour cannot be taken apart. */
export function mixedLayers(under: Layer, over: Layer): Layer | undefined {
	const [low, high] = [plainColour(under.fill), plainColour(over.fill)];
	const [below, above] = [low.alpha * under.alpha, high.alpha * over.alpha];
	const alpha = above + below * (1 - above);
	if (![low, high].every(({ colour }) => /^#[0-9a-f]{6}$/.test(colour)) || alpha === 0) return undefined;
	const channel = (colour: string, k: number) => Number.parseInt(colour.slice(1 + 2 * k, 3 + 2 * k), 16);
	const mixed = [0, 1, 2].map((k) =>
		Math.round((channel(high.colour, k) * above + channel(low.colour, k) * below * (1 - above)) / alpha),
	);
	return { fill: `rgb(${mixed.join(",")})`, alpha };
}
