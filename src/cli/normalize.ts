import { type DType, isDType, WRITABLE, type WritableDType } from "../core/dtype";
import { TensorError } from "../core/errors";
import { formatBytes, formatCount, formatNumber, formatShape } from "../core/format";
import { type Layout, type Shape, setSize, sizeOf } from "../core/layout";
import { type Norm, normalization } from "../core/normalizations";
import { type AllOptions, chooseAll } from "../engine/all-tensors";
import type { FileRef, NormalizeAllResult, NormalizedPart, TensorRef } from "../engine/api";
import { type ArgumentSpec, type Arguments, BadUsage, textOf } from "./arguments";
import { chooseOutputMask, MASK_OPTIONS, PADDING_OPTION } from "./mask-choice";
import { chooseNorm, FORMULA_OPTIONS, NORM_IDS, NORM_OPTIONS } from "./norm-choice";
import { givenInputs, INPUT_OPTIONS } from "./norm-inputs";
import { mainFile, RAW_OPTIONS } from "./raw-choice";
import { didYouMean } from "./suggestion";
import { printable, tableLines } from "./table";
import { chooseTensor, listNames } from "./tensor-choice";
import { EXIT, type ExitCode, type Terminal } from "./terminal";

/** The arguments of `normalize`. */
export const NORMALIZE = {
	name: "normalize",
	files: ["FILE"],
	options: {
		tensor: { value: "NAME", about: "The tensor; needed where the file holds several. With --all a pattern of names." },
		all: {
			about:
				"All tensors into one output: those of floating types, or those whose name fits --tensor: * is any text, ? a character, several with commas, ! leaves out.",
		},
		"keep-others": { about: "With --all: the other tensors are written too, as they are." },
		...NORM_OPTIONS,
		...FORMULA_OPTIONS,
		...INPUT_OPTIONS,
		...MASK_OPTIONS,
		...PADDING_OPTION,
		dtype: { value: "DTYPE", about: `One of ${WRITABLE.join(", ")}. Default: the input's where it is one of them.` },
		output: { value: "OUT", short: "o", about: "The file to write: .npy, .npz or .safetensors, by its suffix." },
		...RAW_OPTIONS,
		force: { about: "Replace OUT where it exists." },
	},
} as const satisfies ArgumentSpec;

/** Normalizes one tensor or many and writes the result; prints what was written. */
export async function normalize({ files: [file = ""], given }: Arguments, terminal: Terminal): Promise<ExitCode> {
	const choice = chooseNorm(given);
	if (!choice) throw new BadUsage(`normalize needs --norm (${NORM_IDS.join(", ")}) or --cells.`);
	const output = textOf(given, "output");
	if (!output) throw new BadUsage("normalize needs -o OUT, the file to write.");
	if (given.has("keep-others") && !given.has("all")) throw new BadUsage("--keep-others belongs to --all.");
	const dtype = chooseDType(textOf(given, "dtype"));
	const pattern = textOf(given, "tensor");
	const input = mainFile(file, given);
	const options = {
		...(await givenInputs(given, terminal)),
		...(dtype ? { dtype } : {}),
		...chooseOutputMask(given, input),
	};
	const normOf = (shape: Shape, dtype: DType) => choice(shape, dtype).norm;
	const tensors = given.has("all")
		? await allTensors(
				input,
				{ ...(pattern === undefined ? {} : { pattern }), keepOthers: given.has("keep-others"), normOf, options },
				terminal,
			)
		: [
				await oneTensor(
					{ file: input, ...(pattern === undefined ? {} : { tensor: pattern }) },
					{ normOf, options },
					terminal,
				),
			];
	const bar = terminal.bar("Normalizing");
	const result = await terminal.engine
		.normalizeAll(
			{ file: input, tensors, output, overwrite: given.has("force") },
			{ signal: terminal.signal, onProgress: bar.show },
		)
		.catch((thrown: unknown) => {
			if (!(thrown instanceof TensorError) || thrown.code !== "exists") throw thrown;
			throw new BadUsage(`${output} exists already; give another file after -o, or replace it with --force.`);
		})
		.finally(bar.end);
	for (const { name, dtype: written, overflowed } of result.tensors) {
		if (overflowed === 0) continue;
		const which = result.tensors.length > 1 ? ` of ${name}` : "";
		terminal.tell(
			`warning: ${formatCount(overflowed)} values${which} were past the range of ${written}; choose a wider one with --dtype.`,
		);
	}
	for (const piece of resultText(result, tensors)) await terminal.write(piece);
	return EXIT.fine;
}

/** The file that was written, and the sets of each tensor. */
function* resultText(
	{ output, bytes, tensors }: NormalizeAllResult,
	parts: readonly NormalizedPart[],
): Generator<string, void, undefined> {
	const setsOf = ({ cells, shape }: Layout) =>
		`${formatCount(sizeOf(cells))} ${sizeOf(cells) === 1 ? "set" : "sets"} of ${formatCount(setSize({ cells, shape }))}, cells ${formatShape(cells)}`;
	const norm = parts.find((part) => part.norm)?.norm;
	const title = norm ? titleOf(norm) : "";
	const [only, second] = tensors;
	if (only && !second) {
		const name = only.tensor === "" || output.toLowerCase().endsWith(".npy") ? output : `${output}, ${only.name}`;
		yield `${printable(name)}: ${only.dtype}, ${formatShape(only.shape)}, ${formatBytes(bytes)}\n`;
		if (only.layout) yield `${title}: ${setsOf(only.layout)}\n`;
		return;
	}
	const normalized = tensors.filter(({ layout }) => layout).length;
	const kept = tensors.length - normalized;
	const others = kept > 0 ? `, ${formatCount(kept)} as they were` : "";
	yield `${printable(output)}: ${formatCount(normalized)} tensors normalized${others}, ${formatBytes(bytes)}\n${title}\n\n`;
	yield* tableLines(
		[{ heading: "tensor" }, { heading: "dtype" }, { heading: "shape" }, { heading: "sets" }],
		tensors.map(({ name, dtype, shape, layout }) =>
			[name, dtype, formatShape(shape), layout ? setsOf(layout) : "as it was"].map(printable),
		),
	);
}

function titleOf({ id, options }: Norm): string {
	const { label, uses } = normalization(id);
	return uses.includes("eps") ? `${label}, eps ${formatNumber(options.eps)}` : label;
}

/** The only tensor, or the one that is named. */
async function oneTensor(
	ref: TensorRef,
	{ normOf, options }: Pick<AllOptions, "normOf" | "options">,
	terminal: Terminal,
): Promise<NormalizedPart> {
	const { shape, dtype, name } = await chooseTensor(ref, terminal, "--tensor NAME, or all with --all");
	return { tensor: name, norm: normOf(shape, dtype), ...options };
}

/** Reasons for leaving tensors out that are told one by one. */
const MOST_REASONS = 8;

/** All tensors that fit; tells which do not, and why. */
async function allTensors(file: FileRef, all: AllOptions, terminal: Terminal): Promise<readonly NormalizedPart[]> {
	const { parts, leftOut } = chooseAll(await terminal.engine.describe(file, { signal: terminal.signal }), all);
	const reasons = [...leftOut];
	for (const [reason, names] of reasons.slice(0, MOST_REASONS)) {
		terminal.tell(`note: not normalized: ${listNames(names.map((name) => ({ name })))}: ${reason}`);
	}
	const rest = reasons.slice(MOST_REASONS).reduce((sum, [, names]) => sum + names.length, 0);
	if (rest > 0) terminal.tell(`note: not normalized, for reasons of the same kind: ${formatCount(rest)} more`);
	return parts;
}

function chooseDType(word: string | undefined): WritableDType | undefined {
	const dtype = WRITABLE.find((each) => each === word);
	if (word === undefined || dtype) return dtype;
	const found = isDType(word) ? `A result cannot be written as ${word}.` : `There is no dtype "${word}".`;
	throw new BadUsage(`${found}${didYouMean(word, WRITABLE)} --dtype takes ${WRITABLE.join(", ")}.`);
}
