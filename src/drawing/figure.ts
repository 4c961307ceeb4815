import { escapeMarkup } from "../core/markup";
import type { Surface, Theme } from "./surface";
import { recordSvg } from "./svg";

/** A drawing of a fixed size that can stand alone: with what it shows and how it is to be read. */
export interface Figure {
	readonly title: string;
	/** Sentences: what lines and colours mean, what the numbers are of. */
	readonly notes: readonly string[];
	/** Pixels that `draw` uses. */
	readonly width: number;
	readonly height: number;
	readonly draw: (surface: Surface, theme: Theme) => void;
}

/** A drawing with its size in pixels. */
export interface Page {
	readonly width: number;
	readonly height: number;
	readonly draw: (surface: Surface) => void;
}

const [MARGIN, LINE] = [12, 1.45] as const;

/** A figure as a picture of its own: on the theme's background, under its title and notes. */
export function pageOf(figure: Figure, theme: Theme): Page {
	const { width } = figure;
	const small = theme.fontSize - 1;
	const titles = wrapped(figure.title, width - 2 * MARGIN, theme.fontSize);
	const notes = figure.notes.flatMap((note) => wrapped(note, width - 2 * MARGIN, small));
	const head = MARGIN + titles.length * theme.fontSize * LINE + notes.length * small * LINE + 6;
	const height = Math.ceil(head + figure.height);
	return {
		width,
		height,
		draw(surface) {
			surface.fillStyle = theme.background;
			surface.fillRect(0, 0, width, height);
			surface.textAlign = "left";
			surface.textBaseline = "top";
			surface.fillStyle = theme.text;
			let y: number = MARGIN;
			const write = (lines: readonly string[], weight: number, size: number) => {
				surface.font = `${weight} ${size}px ${theme.fontFamily}`;
				for (const line of lines) {
					surface.fillText(line, MARGIN, y);
					y += size * LINE;
				}
			};
			write(titles, 600, theme.fontSize);
			write(notes, 400, small);
			surface.translate(0, head);
			figure.draw(surface, theme);
		},
	};
}

/** An SVG document of its own, with title and description for those who do not see it. */
export function svgDocument(figure: Figure, theme: Theme): string {
	return `<?xml version="1.0" encoding="UTF-8"?>\n${svgElement(figure, pageOf(figure, theme))}\n`;
}

/** A figure as an element within a page that has its title and notes already. */
export function svgInline(figure: Figure, theme: Theme): string {
	return svgElement(figure, { ...figure, draw: (surface) => figure.draw(surface, theme) });
}

function svgElement({ title, notes }: Figure, { width, height, draw }: Page): string {
	const { surface, elements } = recordSvg();
	draw(surface);
	const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img">`,
		`<title>${escapeMarkup(title)}</title>`,
		`<desc>${escapeMarkup(notes.join(" "))}</desc>`,
		elements(),
		"</svg>",
	].join("\n");
}

/** Share of the size of the font that a character takes, on average and rather more. */
const CHARACTER = 0.56;

/** A text in lines that fit, broken between words, and within those that are longer than a line. */
function wrapped(text: string, width: number, size: number): string[] {
	const most = Math.max(8, Math.floor(width / (CHARACTER * size)));
	const lines: string[] = [];
	let line = "";
	for (const word of text.split(/\s+/).flatMap((each) => each.match(new RegExp(`.{1,${most}}`, "gu")) ?? [])) {
		if (line !== "" && line.length + 1 + word.length > most) {
			lines.push(line);
			line = "";
		}
		line += line === "" ? word : ` ${word}`;
	}
	return line === "" ? lines : [...lines, line];
}
