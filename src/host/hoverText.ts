import { describeError, type ErrorData } from "../core/errors";
import { formatBytes, formatCount, formatDType, formatNumber, formatShape } from "../core/format";
import type { CellStatistics } from "../core/moments";
import type { FileDescription, TensorInfo } from "../core/tensor";

/** What is known of a tensor's numbers when its hover is shown. */
export type HoverStatistics =
	| { readonly state: "known"; readonly parts: readonly CellStatistics[] }
	| { readonly state: "computing" }
	| { readonly state: "large"; readonly limitMiB: number }
	| { readonly state: "failed"; readonly error: ErrorData };

/** Targets of the links, as `command:` addresses. */
export interface HoverLinks {
	readonly open: string;
	readonly normalize: string;
	readonly statistics: string;
}

/** Tensors that are listed of a file with several. */
const MAX_LISTED = 10;

/** A hover about a file and the tensor whose statistics it shows, in Markdown; all that the file says is escaped. */
export function hoverText(
	description: FileDescription,
	tensor: TensorInfo | undefined,
	statistics: HoverStatistics | undefined,
	links: HoverLinks,
): string {
	const { file, tensors, formatLabel, size } = description;
	const several = tensors.length !== 1;
	const blocks = [`**${escaped(file)}** ${formatLabel}, ${formatBytes(size)}`];
	if (several) blocks.push(`${tensors.length} ${tensors.length === 1 ? "tensor" : "tensors"}${listing(tensors)}`);
	if (tensor) {
		blocks.push(`${several ? `**${escaped(tensor.name)}** ` : ""}${factsOf(tensor)}`);
		if (statistics) blocks.push(numbers(statistics, links));
	}
	const actions = [`[Open in Tensor Inspector](${links.open})`];
	if (tensor && !tensor.problem) {
		actions.push(`[Normalize…](${links.normalize})`, `[All statistics](${links.statistics})`);
	}
	return [...blocks, actions.join(" · ")].join("\n\n");
}

/** A hover about a file that cannot be read: the one sentence. */
export function problemText(error: ErrorData): string {
	return escaped(describeError(error));
}

function factsOf({ shape, dtype, bytes, note }: TensorInfo): string {
	const facts = `${formatShape(shape)} \`${formatDType(dtype).replaceAll("`", "'")}\` ${formatBytes(bytes)}`;
	return note ? `${facts}\n\n${escaped(note)}` : facts;
}

function listing(tensors: readonly TensorInfo[]): string {
	if (tensors.length === 0) return "";
	const rows = tensors
		.slice(0, MAX_LISTED)
		.map(({ name, shape, dtype, bytes }) =>
			row([escaped(name), formatShape(shape), escaped(formatDType(dtype)), formatBytes(bytes)]),
		);
	const more = tensors.length - rows.length;
	const rest = more > 0 ? [`\n… and ${formatCount(more)} more`] : [];
	return `\n\n${[row(["tensor", "shape", "dtype", "size"]), "|:--|:--|:--|--:|", ...rows, ...rest].join("\n")}`;
}

function numbers(statistics: HoverStatistics, links: HoverLinks): string {
	if (statistics.state === "computing") return "_Statistics are being computed: hover again in a moment._";
	if (statistics.state === "failed") return problemText(statistics.error);
	if (statistics.state === "large") {
		return `Larger than ${statistics.limitMiB} MiB, so its statistics are not computed for a hover: [compute them](${links.statistics}).`;
	}
	const headings = ["mean", "std", "min", "max", "NaN", "±Inf", "zeros"];
	const [, imaginary] = statistics.parts;
	const rows = statistics.parts.map((cell, part) => {
		const ends = [cell.mean, cell.std, cell.min, cell.max].map((value) => (cell.count ? formatNumber(value) : "–"));
		const counts = [cell.nan, cell.posInf + cell.negInf, cell.zeros].map(formatCount);
		return row([...(imaginary ? [part === 0 ? "real" : "imag."] : []), ...ends, ...counts]);
	});
	const names = [...(imaginary ? [""] : []), ...headings];
	return [row(names), `|${names.map(() => "--:").join("|")}|`, ...rows].join("\n");
}

function row(cells: readonly string[]): string {
	// VS Code draws tables without room between their columns.
	return `| ${cells.join(" | &nbsp;&nbsp;")} |`;
}

/** Text that Markdown shows as it is, on one line: no emphasis, link, image, icon or HTML can come from a file. */
export function escaped(text: string): string {
	return (
		text
			// biome-ignore lint/suspicious/noControlCharactersInRegex: names in files may hold any character
			.replace(/[\u0000-\u001f\u007f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, " ")
			.replace(/[!-%'-/:;=-@[-`{-~]/g, "\\$&")
			.replaceAll("&", "&amp;")
			.replaceAll("<", "&lt;")
	);
}
