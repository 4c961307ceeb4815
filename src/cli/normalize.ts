import { isDType, WRITABLE, type WritableDType } from "../core/dtype";
import { TensorError } from "../core/errors";
import { formatBytes, formatCount, formatNumber, formatShape } from "../core/format";
import { setSize, sizeOf } from "../core/layout";
import { normalization } from "../core/normalizations";
import type { NormalizeRequest, TensorRef } from "../engine/api";
import { type ArgumentSpec, type Arguments, BadUsage, textOf } from "./arguments";
import { chooseNorm, NORM_IDS, NORM_OPTIONS } from "./norm-choice";
import { mainFile, otherFile, RAW_OPTIONS } from "./raw-choice";
import { didYouMean } from "./suggestion";
import { printable } from "./table";
import { chooseTensor, parseTensorRef } from "./tensor-choice";
import { EXIT, type ExitCode, type Terminal } from "./terminal";

/** The arguments of `normalize`. */
export const NORMALIZE = {
	name: "normalize",
	files: ["FILE"],
	options: {
		tensor: { value: "NAME", about: "The tensor; needed where the file holds several." },
		...NORM_OPTIONS,
		eps: { value: "E", about: "Added to the variance inside the root. Default 1e-5." },
		gamma: { value: "FILE[#TENSOR]", about: "Scale, multiplied after normalizing." },
		beta: { value: "FILE[#TENSOR]", about: "Shift, added last." },
		dtype: { value: "DTYPE", about: `One of ${WRITABLE.join(", ")}. Default: the input's where it is one of them.` },
		output: { value: "OUT", short: "o", about: "The file to write: .npy, .npz or .safetensors, by its suffix." },
		...RAW_OPTIONS,
		force: { about: "Replace OUT where it exists." },
	},
} as const satisfies ArgumentSpec;

/** Normalizes a tensor and writes the result; prints what was written. */
export async function normalize({ files: [file = ""], given }: Arguments, terminal: Terminal): Promise<ExitCode> {
	const choice = chooseNorm(given);
	if (!choice) throw new BadUsage(`normalize needs --norm (${NORM_IDS.join(", ")}) or --cells.`);
	const output = textOf(given, "output");
	if (!output) throw new BadUsage("normalize needs -o OUT, the file to write.");
	const dtype = chooseDType(textOf(given, "dtype"));
	const name = textOf(given, "tensor");
	const ref = { file: mainFile(file, given), ...(name === undefined ? {} : { tensor: name }) };
	const { shape, name: tensor } = await chooseTensor(ref, terminal, "--tensor NAME");
	const { norm } = choice(shape);
	const request: NormalizeRequest = {
		...ref,
		tensor,
		norm,
		...(await affineTensor("gamma", given, terminal)),
		...(await affineTensor("beta", given, terminal)),
		...(dtype ? { dtype } : {}),
		output,
		overwrite: given.has("force"),
	};
	const bar = terminal.bar("Normalizing");
	const result = await terminal.engine
		.normalize(request, { signal: terminal.signal, onProgress: bar.show })
		.catch((thrown: unknown) => {
			if (!(thrown instanceof TensorError) || thrown.code !== "exists") throw thrown;
			throw new BadUsage(`${output} exists already; give another file after -o, or replace it with --force.`);
		})
		.finally(bar.end);
	const { layout, bytes, overflowed } = result;
	const sets = `${formatCount(sizeOf(layout.cells))} sets of ${formatCount(setSize(layout))}`;
	const title =
		result.tensor === "" || result.output.toLowerCase().endsWith(".npy")
			? result.output
			: `${result.output}, ${result.tensor}`;
	if (overflowed > 0) {
		terminal.tell(
			`warning: ${formatCount(overflowed)} values were past the range of ${result.dtype}; choose a wider one with --dtype.`,
		);
	}
	await terminal.write(
		`${printable(title)}: ${result.dtype}, ${formatShape(result.shape)}, ${formatBytes(bytes)}\n` +
			`${normalization(norm.id).label}, eps ${formatNumber(norm.options.eps)}: ${sets}, cells ${formatShape(layout.cells)}\n`,
	);
	return EXIT.fine;
}

function chooseDType(word: string | undefined): WritableDType | undefined {
	const dtype = WRITABLE.find((each) => each === word);
	if (word === undefined || dtype) return dtype;
	const found = isDType(word) ? `A result cannot be written as ${word}.` : `There is no dtype "${word}".`;
	throw new BadUsage(`${found}${didYouMean(word, WRITABLE)} --dtype takes ${WRITABLE.join(", ")}.`);
}

async function affineTensor(
	option: "gamma" | "beta",
	given: Arguments["given"],
	terminal: Terminal,
): Promise<{ readonly gamma?: TensorRef; readonly beta?: TensorRef }> {
	const word = textOf(given, option);
	if (word === undefined) return {};
	const ref = otherFile(parseTensorRef(word), given);
	const { name } = await chooseTensor(ref, terminal, `--${option} FILE#TENSOR`);
	return { [option]: { file: ref.file, tensor: name } };
}
