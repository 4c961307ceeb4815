import { formatBytes, formatDType, formatShape } from "../core/format";
import type { FileDescription, TensorInfo } from "../core/tensor";
import type { ArgumentSpec, Arguments } from "./arguments";
import { jsonText } from "./json";
import { mainFile, RAW_OPTIONS } from "./raw-choice";
import { printable, tableLines } from "./table";
import { EXIT, type ExitCode, type Terminal } from "./terminal";

/** Hazards printed for people. */
const MOST_HAZARDS = 50;

/** The arguments of `describe`. */
export const DESCRIBE = {
	name: "describe",
	files: ["FILE"],
	options: { ...RAW_OPTIONS, json: { about: "Print { file, format, metadata, hazards, tensors } as JSON." } },
} as const satisfies ArgumentSpec;

/** Prints what a file holds, from its headers alone. */
export async function describe({ files: [file = ""], given }: Arguments, terminal: Terminal): Promise<ExitCode> {
	const description = await terminal.engine.describe(mainFile(file, given), { signal: terminal.signal });
	for (const note of description.notes) terminal.tell(`note: ${note}`);
	for (const line of hazardLines(description.hazards ?? [])) terminal.tell(`warning: ${line}`);
	if (given.has("json")) {
		await terminal.write(`${jsonText(descriptionJson(file, description))}\n`);
	} else {
		for (const piece of descriptionText(file, description)) await terminal.write(piece);
	}
	return EXIT.fine;
}

/** What loading the file in its own program would run, one on a line. */
function hazardLines(hazards: readonly string[]): readonly string[] {
	if (hazards.length === 0) return [];
	const shown = hazards.slice(0, MOST_HAZARDS).map((name) => `  ${printable(name)}`);
	const rest = hazards.length - shown.length;
	return [
		`loading this file in Python would import and run ${hazards.length} things that are not plain data (nothing was run here):`,
		...shown,
		...(rest > 0 ? [`  and ${rest} more, listed by --json`] : []),
	];
}

function descriptionJson(file: string, { format, metadata, hazards = [], tensors }: FileDescription): unknown {
	return {
		file,
		format,
		metadata,
		...(hazards.length > 0 ? { hazards } : {}),
		tensors: tensors.map(({ name, dtype, shape, bytes, problem }) => ({
			name,
			dtype: formatDType(dtype),
			shape,
			bytes,
			...(problem ? { problem: { code: problem.code, message: problem.message } } : {}),
		})),
	};
}

function* descriptionText(file: string, description: FileDescription): Generator<string, void, undefined> {
	const { formatLabel, size, metadata, tensors } = description;
	const count = tensors.length === 1 ? "1 tensor" : `${tensors.length} tensors`;
	yield `${printable(file)}: ${formatLabel}, ${formatBytes(size)}, ${count}\n`;
	const entries = Object.entries(metadata);
	if (entries.length > 0) yield "\n";
	const widest = entries.reduce((width, [key]) => Math.max(width, key.length), 0);
	for (const [key, value] of entries) yield `  ${printable(key).padEnd(widest)}  ${printable(value)}\n`;
	if (tensors.length === 0) return;
	yield "\n";
	yield* tableLines(
		[
			{ heading: "tensor" },
			{ heading: "dtype" },
			{ heading: "shape" },
			{ heading: "size", align: "right" },
			{ heading: "" },
		],
		tensors.map(row),
	);
}

function row({ name, dtype, shape, bytes, problem, note }: TensorInfo): string[] {
	const remark = problem ? `cannot be read: ${problem.message}` : (note ?? "");
	return [name === "" ? "(no name)" : name, formatDType(dtype), formatShape(shape), formatBytes(bytes), remark].map(
		printable,
	);
}
