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
