/**
 * What every drawing is drawn on: the part of a canvas's 2D context that drawings use. A canvas is one as it is; the
 * recorder of `svg.ts` is the other.
 */
export interface Surface {
	fillStyle: string | object;
	strokeStyle: string | object;
	globalAlpha: number;
	lineWidth: number;
	lineJoin: "bevel" | "miter" | "round";
	/** Weight, size in pixels and families: "600 13px sans-serif"; the weight may be left out. */
	font: string;
	textAlign: "center" | "end" | "left" | "right" | "start";
	textBaseline: "alphabetic" | "bottom" | "hanging" | "ideographic" | "middle" | "top";
	beginPath(): void;
	moveTo(x: number, y: number): void;
	lineTo(x: number, y: number): void;
	closePath(): void;
	rect(x: number, y: number, width: number, height: number): void;
	arc(x: number, y: number, radius: number, from: number, to: number): void;
	fill(): void;
	stroke(): void;
	fillRect(x: number, y: number, width: number, height: number): void;
	strokeRect(x: number, y: number, width: number, height: number): void;
	fillText(text: string, x: number, y: number): void;
	setLineDash(segments: number[]): void;
	/** Moves the origin; there is no way back but another surface. */
	translate(x: number, y: number): void;
}

/** Colours and font of drawings, as a theme has them. */
export interface Theme {
	readonly background: string;
	readonly line: string;
	readonly text: string;
	readonly lit: string;
	/** Lines of the hatch on lit faces. */
	readonly hatch: string;
	readonly pointed: string;
	readonly accent: string;
	/** Marks of NaN and the infinities. */
	readonly warning: string;
	/** High contrast themes draw every line in full strength. */
	readonly highContrast: boolean;
	readonly fontFamily: string;
	/** In CSS pixels. */
	readonly fontSize: number;
}

/** Dark ink on white, for paper and for pages of others. */
export const PRINT: Theme = {
	background: "#ffffff",
	line: "#24292f",
	text: "#24292f",
	lit: "#1769aa",
	hatch: "#ffffff",
	pointed: "#b35900",
	accent: "#1769aa",
	warning: "#c4320a",
	highContrast: false,
	fontFamily: "sans-serif",
	fontSize: 13,
};
