import { guessAxes } from "../core/axes";
import { formatDType, formatShape, toJsonNumber } from "../core/format";
import { resolveAxis } from "../core/layout";
import { layoutNames } from "../core/layout-name";
import { candidateNorms, type NamedAxes, normName } from "../core/norm-candidates";
import { NORM_COLUMNS, tooManySets } from "../core/norm-columns";
import type { ComparedNorm } from "../core/norm-comparison";
import { type ArgumentSpec, type Arguments, integerOf, numberOf } from "./arguments";
import { jsonText } from "./json";
import { otherFile, RAW_OPTIONS } from "./raw-choice";
import { printable, tableLines } from "./table";
import { chooseTensor, parseTensorRef } from "./tensor-choice";
import { EXIT, type ExitCode, type Terminal } from "./terminal";

/** The arguments of `norms`. */
export const NORMS = {
	name: "norms",
	files: ["FILE[#TENSOR]"],
	options: {
		axis: { value: "A", about: "The channel axis. Default: guessed from the shape; negative counts from the end." },
		eps: { value: "E", about: "Added to the variance inside the root. Default 1e-5." },
		imaginary: { about: "Of a complex tensor: its imaginary part in place of the real one." },
		...RAW_OPTIONS,
		json: { about: "Print everything as JSON." },
	},
} as const satisfies ArgumentSpec;

/** Prints what every norm that fits a tensor does to it, one line each, from one reading. */
export async function norms({ files: [word = ""], given }: Arguments, terminal: Terminal): Promise<ExitCode> {
	const ref = otherFile(parseTensorRef(word), given);
	const tensor = await chooseTensor(ref, terminal, "FILE#TENSOR");
	const { shape } = tensor;
	const asked = integerOf(given, "axis");
	const { letters, channelAxis: guessed } = guessAxes(shape);
	const channelAxis = asked === undefined ? guessed : resolveAxis(asked, shape.length);
	const axes: NamedAxes = { shape, letters: [...letters], channelAxis };
	const eps = numberOf(given, "eps", 0);
	const wanted = candidateNorms(axes, eps === undefined ? {} : { eps });
	const bar = terminal.bar("Reading");
	const part = given.has("imaginary") ? 1 : 0;
	const rows = await terminal.engine
		.compareNorms(
			{ ...ref, tensor: tensor.name, part, norms: wanted },
			{ signal: terminal.signal, onProgress: bar.show },
		)
		.finally(bar.end);
	if (given.has("json")) {
		const norms = rows.map((row) => rowJson(row, axes));
		const json = { tensor: tensor.name, dtype: tensor.dtype, shape, channelAxis, norms };
		await terminal.write(`${jsonText(json)}\n`);
		return EXIT.fine;
	}
	await terminal.write(`${printable(word)}: ${formatDType(tensor.dtype)}, ${formatShape(shape)}\n\n`);
	const columns = [
		{ heading: "Norm" },
		...NORM_COLUMNS.map(({ heading }) => ({ heading, align: "right" as const })),
		{ heading: "" },
	];
	const cells = rows.map((row) => [
		normName(row.norm, axes),
		...NORM_COLUMNS.map((column) => column.text(row)),
		tooManySets(row) ?? "",
	]);
	for (const line of tableLines(columns, cells)) await terminal.write(line);
	return EXIT.fine;
}

function rowJson({ norm, layout, sets, summary, single }: ComparedNorm, axes: NamedAxes): unknown {
	const spread = ({ lowest, highest }: { readonly lowest: number; readonly highest: number }) => ({
		lowest: toJsonNumber(lowest),
		highest: toJsonNumber(highest),
	});
	return {
		norm: norm.id,
		name: normName(norm, axes),
		names: layoutNames(layout, axes.letters, axes.channelAxis),
		options: norm.options,
		cells: layout.cells,
		sets,
		setSize: sets === 0 ? 0 : axes.shape.reduce((product, size) => product * size, 1) / sets,
		...(summary
			? {
					meanAfter: toJsonNumber(summary.after?.whole.mean ?? NaN),
					stdAfter: toJsonNumber(summary.after?.whole.std ?? NaN),
					belowEps: summary.belowEps,
					single,
					empty: summary.empty,
					setMeans: spread(summary.before.setMeans),
					setStds: spread(summary.before.setStds),
				}
			: { tooManySets: true }),
	};
}
