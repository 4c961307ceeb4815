import { escapeMarkup } from "../core/markup";
import { type Plain, plainColour } from "./plain-colour";
import type { Surface } from "./surface";

/** A surface that keeps what is drawn on it as elements of SVG. */
export interface SvgRecorder {
	readonly surface: Surface;
	/** The elements drawn so far. */
	readonly elements: () => string;
}

/** Shares of the size of the font from a text's baseline up to the top of its em box, its middle, and down to its bottom: those of Arial. */
const [ASCENT, MIDDLE, DESCENT] = [0.776, 0.276, 0.224] as const;

/** Records vectors: paths, rectangles and texts with attributes that every reader of SVG 1.1 knows. */
export function recordSvg(): SvgRecorder {
	const elements: string[] = [];
	let path: string[] = [];
	/** Whether the path is of boxes alone: many of them side by side must not let the ground shine through. */
	let boxes = true;
	let dash: readonly number[] = [];
	let [dx, dy] = [0, 0];

	const point = (x: number, y: number) => `${coordinate(x + dx)} ${coordinate(y + dy)}`;
	const reach = (x: number, y: number, letter: "M" | "L") => {
		// A canvas leaves out what is no place, and starts a path with the first place it gets.
		if (!Number.isFinite(x) || !Number.isFinite(y)) return;
		boxes = false;
		path.push(`${path.length === 0 ? "M" : letter}${point(x, y)}`);
	};
	const painted = (kind: "fill" | "stroke", { colour, alpha }: Plain) => {
		const opacity = alpha * surface.globalAlpha;
		return { [kind]: colour, ...(opacity < 1 ? { [`${kind}-opacity`]: coordinate(opacity) } : {}) };
	};
	const filled = () => painted("fill", plainColour(String(surface.fillStyle)));
	const stroked = () => ({
		fill: "none",
		...painted("stroke", plainColour(String(surface.strokeStyle))),
		"stroke-width": coordinate(surface.lineWidth),
		...(surface.lineJoin === "miter" ? {} : { "stroke-linejoin": surface.lineJoin }),
		...(dash.length > 0 ? { "stroke-dasharray": dash.map(coordinate).join(" ") } : {}),
	});
	const add = (tag: string, attributes: Readonly<Record<string, string>>, text?: string) => {
		const list = Object.entries(attributes).map(([name, value]) => ` ${name}="${escapeMarkup(value)}"`);
		elements.push(`<${tag}${list.join("")}${text === undefined ? "/>" : `>${escapeMarkup(text)}</${tag}>`}`);
	};
	const box = (x: number, y: number, width: number, height: number) => ({
		x: coordinate(Math.min(x, x + width) + dx),
		y: coordinate(Math.min(y, y + height) + dy),
		width: coordinate(Math.abs(width)),
		height: coordinate(Math.abs(height)),
	});

	const surface: Surface = {
		fillStyle: "#000000",
		strokeStyle: "#000000",
		globalAlpha: 1,
		lineWidth: 1,
		lineJoin: "miter",
		font: "10px sans-serif",
		textAlign: "start",
		textBaseline: "alphabetic",
		beginPath() {
			path = [];
			boxes = true;
		},
		moveTo: (x, y) => reach(x, y, "M"),
		lineTo: (x, y) => reach(x, y, "L"),
		closePath() {
			if (path.length > 0) path.push("Z");
		},
		rect(x, y, width, height) {
			if (![x, y, width, height].every(Number.isFinite)) return;
			path.push(`M${point(x, y)}h${coordinate(width)}v${coordinate(height)}h${coordinate(-width)}Z`);
		},
		arc(x, y, radius, from, to) {
			const at = (angle: number) => [x + radius * Math.cos(angle), y + radius * Math.sin(angle)] as const;
			const turn = Math.min(2 * Math.PI, to - from);
			reach(...at(from), "L");
			// One arc cannot end where it starts: a circle takes two.
			for (const end of [from + turn / 2, from + turn])
				path.push(`A${coordinate(radius)} ${coordinate(radius)} 0 0 1 ${point(...at(end))}`);
		},
		fill() {
			if (path.length > 0)
				add("path", { d: path.join(""), ...filled(), ...(boxes ? { "shape-rendering": "crispEdges" } : {}) });
		},
		stroke() {
			if (path.length > 0) add("path", { d: path.join(""), ...stroked() });
		},
		fillRect(x, y, width, height) {
			if (width !== 0 && height !== 0) add("rect", { ...box(x, y, width, height), ...filled() });
		},
		strokeRect(x, y, width, height) {
			add("rect", { ...box(x, y, width, height), ...stroked() });
		},
		fillText(text, x, y) {
			const { weight, size, family } = fontOf(surface.font);
			const side = surface.textBaseline;
			const down = side === "top" ? ASCENT : side === "middle" ? MIDDLE : side === "bottom" ? -DESCENT : 0;
			const anchor = { center: "middle", right: "end", end: "end", left: "start", start: "start" }[surface.textAlign];
			add(
				"text",
				{
					x: coordinate(x + dx),
					y: coordinate(y + dy + down * size),
					"font-family": family,
					"font-size": coordinate(size),
					...(weight === "400" ? {} : { "font-weight": weight }),
					...(anchor === "start" ? {} : { "text-anchor": anchor }),
					...filled(),
				},
				text,
			);
		},
		setLineDash(segments) {
			dash = segments;
		},
		translate(x, y) {
			dx += x;
			dy += y;
		},
	};
	return { surface, elements: () => elements.join("\n") };
}

/** A hundredth of a pixel is finer than any reader shows. */
function coordinate(value: number): string {
	return String(Math.round(value * 100) / 100);
}

function fontOf(font: string): { weight: string; size: number; family: string } {
	const [, weight = "400", size = "10", family = "sans-serif"] =
		/^(?:(\S+)\s+)?([\d.]+)px\s+(.*)$/.exec(font.trim()) ?? [];
	return { weight, size: Number(size), family };
}
