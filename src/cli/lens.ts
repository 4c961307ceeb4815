import { guessAxes } from "../core/axes";
import { formatDType, formatShape } from "../core/format";
import type { Shape } from "../core/layout";
import type { TensorRef } from "../engine/api";
import type { CallOptions } from "../rpc";
import { type ArgumentSpec, type Arguments, BadUsage, textOf } from "./arguments";
import { jsonText } from "./json";
import { alreadyLens } from "./lens-already";
import { batchSizeLens } from "./lens-batch-size";
import { equivalenceLens } from "./lens-equivalence";
import { maskLens } from "./lens-mask";
import { numericsLens } from "./lens-numerics";
import { MASK_OPTIONS } from "./mask-choice";
import { FORMULA_OPTIONS, NORM_OPTIONS } from "./norm-choice";
import { mainFile, RAW_OPTIONS } from "./raw-choice";
import { didYouMean } from "./suggestion";
import { printable } from "./table";
import { chooseTensor, type ReadableTensor } from "./tensor-choice";
import { EXIT, type ExitCode, type Terminal } from "./terminal";

/** What a lens looks at. */
export interface LensInput {
	readonly ref: TensorRef;
	readonly tensor: ReadableTensor;
	/** Letters of the axes, guessed from the shape. */
	readonly letters: readonly string[];
	readonly given: Arguments["given"];
	readonly terminal: Terminal;
	/** Cancelled by Ctrl+C, with a bar of progress. */
	readonly options: CallOptions;
}

/** What a lens saw: for programs, and in lines for people. */
export interface LensAnswer {
	readonly json: unknown;
	readonly text: readonly string[];
}

/** A question about what a norm does to a tensor. */
export interface Lens {
	/** Options that it takes beside the common ones. */
	readonly takes: readonly string[];
	look(input: LensInput): Promise<LensAnswer>;
}

const LENSES: Readonly<Record<string, Lens>> = {
	numerics: numericsLens,
	"batch-size": batchSizeLens,
	mask: maskLens,
	already: alreadyLens,
	equivalence: equivalenceLens,
};

const names = Object.keys(LENSES).join(", ");

/** The arguments of `lens`. */
export const LENS = {
	name: "lens",
	files: ["LENS", "FILE"],
	options: {
		tensor: { value: "NAME", about: "The tensor; needed where the file holds several." },
		...NORM_OPTIONS,
		...FORMULA_OPTIONS,
		norms: { value: "ID,ID,…", about: "equivalence: the norms to compare, with commas between." },
		"batch-axis": { value: "A", about: "batch-size: the axis that samples lie along. Default 0." },
		draws: { value: "N", about: "batch-size: random sub-batches of each size. Default 32." },
		seed: { value: "S", about: "batch-size: what decides the draws. Default 1." },
		...MASK_OPTIONS,
		...RAW_OPTIONS,
		json: { about: "Print everything as JSON." },
	},
} as const satisfies ArgumentSpec;

/** Options that every lens takes. */
const COMMON = ["tensor", "json", ...Object.keys(RAW_OPTIONS)];

/** Looks at a tensor through one of the lenses. */
export async function lens({ files: [word = "", file = ""], given }: Arguments, terminal: Terminal): Promise<ExitCode> {
	const chosen = Object.hasOwn(LENSES, word) ? LENSES[word] : undefined;
	if (!chosen)
		throw new BadUsage(`There is no lens "${word}".${didYouMean(word, Object.keys(LENSES))} The lenses are ${names}.`);
	for (const option of given.keys()) {
		if (COMMON.includes(option) || chosen.takes.includes(option)) continue;
		throw new BadUsage(
			`The lens ${word} does not use --${option}; it takes ${[...chosen.takes, ...COMMON].map((each) => `--${each}`).join(", ")}.`,
		);
	}
	const name = textOf(given, "tensor");
	const ref = { file: mainFile(file, given), ...(name === undefined ? {} : { tensor: name }) };
	const tensor = await chooseTensor(ref, terminal, "--tensor NAME");
	const bar = terminal.bar("Reading");
	const options = { signal: terminal.signal, onProgress: bar.show };
	const input = {
		ref: { ...ref, tensor: tensor.name },
		tensor,
		letters: lettersOf(tensor.shape),
		given,
		terminal,
		options,
	};
	const { json, text } = await chosen.look(input).finally(bar.end);
	if (given.has("json")) await terminal.write(`${jsonText(json)}\n`);
	else await terminal.write(`${[titleOf(file, tensor), "", ...text].join("\n")}\n`);
	return EXIT.fine;
}

function lettersOf(shape: Shape): string[] {
	return [...guessAxes(shape).letters];
}

function titleOf(file: string, { name, dtype, shape }: ReadableTensor): string {
	return `${printable(name === "" ? file : `${file}, ${name}`)}: ${formatDType(dtype)}, ${formatShape(shape)}`;
}
