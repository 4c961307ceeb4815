import { svgDocument } from "../../src/drawing/figure";
import { PRINT, type Theme } from "../../src/drawing/surface";
import type { Plot } from "../../src/export/figures";
import type { SavedPlot } from "../../src/protocol";
import type { Session } from "../session";
import { themeOf } from "../views/canvas";
import { createExportMenu } from "./menu";
import { plainTheme } from "./plain-theme";
import { pngOf } from "./png";

/** What a plot is saved as: the picture in ink on white, or in the colours of the theme, and its numbers. */
export function createPlotMenu(session: Session, label: string, plotOf: () => Plot | undefined): HTMLElement {
	const save = (format: SavedPlot["format"], content: (plot: Plot) => string | Promise<string>) => () => {
		const plot = plotOf();
		if (plot) void session.savePlot(plot.name, format, async () => content(plot));
	};
	const shown = (): Theme => plainTheme(themeOf(document.body));
	return createExportMenu(`Export ${label}`, [
		{ label: "SVG, dark on white", run: save("svg", (plot) => svgDocument(plot, PRINT)) },
		{ label: "SVG, in this theme", run: save("svg", (plot) => svgDocument(plot, shown())) },
		{ label: "PNG, dark on white", run: save("png", (plot) => pngOf(plot, PRINT)) },
		{ label: "PNG, in this theme", run: save("png", (plot) => pngOf(plot, shown())) },
		{ label: "CSV of its numbers", run: save("csv", (plot) => plot.csv()) },
	]);
}
