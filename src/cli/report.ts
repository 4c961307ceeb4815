import { version } from "../../package.json";
import { shownAxes } from "../core/axis-choice";
import type { Distribution } from "../core/distribution";
import { partsOf } from "../core/dtype";
import { TensorError } from "../core/errors";
import { formatBytes } from "../core/format";
import type { Inspection } from "../core/inspection";
import { writePieces } from "../engine/text-output";
import { reportHtml } from "../export/report/report";
import { type ArgumentSpec, type Arguments, BadUsage, textOf } from "./arguments";
import { chooseNorm, FORMULA_OPTIONS, NORM_OPTIONS } from "./norm-choice";
import { givenInputs, INPUT_OPTIONS } from "./norm-inputs";
import { otherFile, RAW_OPTIONS } from "./raw-choice";
import { printable } from "./table";
import { chooseTensor, parseTensorRef } from "./tensor-choice";
import { EXIT, type ExitCode, type Terminal } from "./terminal";

/** The arguments of `report`. */
export const REPORT = {
	name: "report",
	files: ["FILE[#TENSOR]"],
	options: {
		tensor: { value: "NAME", about: "The tensor; needed where the file holds several and none is named after a #." },
		...NORM_OPTIONS,
		...FORMULA_OPTIONS,
		...INPUT_OPTIONS,
		...RAW_OPTIONS,
		output: { value: "OUT.html", short: "o", about: "The page to write. Default: stdout." },
		force: { about: "Replace OUT.html where it exists." },
	},
} as const satisfies ArgumentSpec;

/** Writes a page of HTML about a tensor: all statistics, a chart for every axis, and what a norm averages together. */
export async function report({ files: [word = ""], given }: Arguments, terminal: Terminal): Promise<ExitCode> {
	const { engine, signal } = terminal;
	const choice = chooseNorm(given);
	const named = textOf(given, "tensor");
	const ref = otherFile({ ...parseTensorRef(word), ...(named === undefined ? {} : { tensor: named }) }, given);
	const tensor = await chooseTensor(ref, terminal, "--tensor NAME");
	const { shape, dtype } = tensor;
	const norm = choice?.(shape, dtype).norm;
	const inputs = await givenInputs(given, terminal);
	const bar = terminal.bar("Reading");
	const inspect = (part: 0 | 1) =>
		engine.inspect(
			{ ...ref, tensor: tensor.name, part, ...(norm ? { norm, inputs } : {}) },
			{ signal, onProgress: bar.show },
		);
	const read = async () => {
		const [parts, distributions]: [Inspection[], Distribution[]] = [[], []];
		for (const part of partsOf(dtype) === 2 ? ([0, 1] as const) : ([0] as const)) {
			parts.push(await inspect(part));
			const request = { ...ref, tensor: tensor.name, part };
			const found = await engine.distribution(request, { signal, onProgress: bar.show });
			distributions.push(found.distribution);
		}
		return { parts, distributions };
	};
	const found = await read().finally(bar.end);
	const pieces = reportHtml({
		description: await engine.describe(ref.file, { signal }),
		tensor,
		axes: shownAxes(shape, {}, tensor.axisNames),
		...found,
		...(norm ? { norm } : {}),
		made: `Made by Tensor Inspector ${version} on ${new Date().toISOString().slice(0, 10)}.`,
	});
	const output = textOf(given, "output");
	if (output === undefined) {
		for await (const piece of pieces) await terminal.write(piece);
		return EXIT.fine;
	}
	let bytes = 0;
	const counted = async function* () {
		for await (const piece of pieces) {
			bytes += new TextEncoder().encode(piece).length;
			yield piece;
		}
	};
	await writePieces(output, counted(), { overwrite: given.has("force"), signal }).catch((thrown: unknown) => {
		if (!(thrown instanceof TensorError) || thrown.code !== "exists") throw thrown;
		throw new BadUsage(`${output} exists already; give another file after -o, or replace it with --force.`);
	});
	await terminal.write(`${printable(output)}: ${formatBytes(bytes)}\n`);
	return EXIT.fine;
}
