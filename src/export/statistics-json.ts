import { type Norm, normalization } from "../core/normalizations";
import { cellsText } from "../core/statistics-json";
import type { ExportedStatistics } from "./statistics";

/**
 * Statistics as one JSON object in pieces: what the tensor is, then an entry of `layouts` for each layout, with arrays of
 * its cells in C order, as `stats --json` prints them.
 */
export function* statisticsExportJson(exported: ExportedStatistics): Generator<string, void, undefined> {
	const { file, format, tensor, dtype, shape, letters, norm, omitted, layouts, elapsedMs } = exported;
	const { exact, seen, elements } = exported;
	const line = (name: string, value: unknown, indent = "  ") =>
		`${indent}${JSON.stringify(name)}: ${JSON.stringify(value)}`;
	const head = {
		file,
		format,
		tensor,
		dtype,
		shape,
		axes: letters,
		exact,
		seen,
		elements,
		norm: norm && told(norm),
		omitted,
		elapsedMs,
	};
	const lines = Object.entries(head).flatMap(([name, value]) => (value === undefined ? [] : [line(name, value)]));
	yield `{\n${lines.join(",\n")},\n  "layouts": [`;
	for (const [k, cells] of layouts.entries()) {
		const { name, layout } = cells;
		yield `${k === 0 ? "" : ","}\n    {\n${line("name", name, "      ")},\n${line("cells", layout.cells, "      ")},\n`;
		yield* cellsText(dtype, cells, exact, "      ");
		yield "\n    }";
	}
	yield "\n  ]\n}\n";
}

/** A norm with the options that it uses. */
function told({ id, options }: Norm) {
	return { id, options: Object.fromEntries(normalization(id).uses.map((option) => [option, options[option]])) };
}
