import { formatCount, formatNumber, formatShape } from "../core/format";
import { unravel } from "../core/inspection";
import type { Layout } from "../core/layout";
import type { MaskEffect } from "../core/mask";
import { normalization } from "../core/normalizations";
import { BadUsage } from "./arguments";
import type { Lens } from "./lens";
import { chosenNorm, LENS_NORM_OPTIONS } from "./lens-norm";
import { chooseMask, MASK_OPTIONS } from "./mask-choice";
import { tableLines } from "./table";

/** Sets that are listed for people. */
const LISTED = 20;

/** Statistics over valid elements, and what ignoring the mask makes of them. */
export const maskLens: Lens = {
	takes: [...LENS_NORM_OPTIONS, ...Object.keys(MASK_OPTIONS)],
	async look({ ref, tensor, given, terminal, options }) {
		const mask = chooseMask(given, ref.file);
		if (!mask) throw new BadUsage("The lens mask needs --mask FILE[#TENSOR] or --lengths FILE[#TENSOR].");
		const { norm, layout } = chosenNorm(given, tensor);
		const found = await terminal.engine.maskEffect({ ...ref, norm, mask }, options);
		return { json: { cells: layout.cells, ...found }, text: textOf(found, normalization(norm.id).label, layout) };
	},
};

function textOf(
	{ sets, empty, valid, all, medianRms, rms, worst }: MaskEffect,
	label: string,
	{ cells }: Layout,
): string[] {
	const number = (value: number) => formatNumber(value, 5);
	const percent = formatNumber((100 * valid) / Math.max(1, all), 3);
	const rows = worst
		.slice(0, LISTED)
		.map((each) => [
			unravel(each.set, cells).join(", "),
			formatCount(each.valid),
			formatCount(each.all),
			...[each.mean, each.allMean, each.std, each.allStd, each.rms].map(number),
		]);
	const headings = ["set", "valid", "all", "mean", "ignoring", "std", "ignoring", "output error"];
	return [
		`${label} of ${formatCount(sets)} ${sets === 1 ? "set" : "sets"}, cells ${formatShape(cells)}: ${formatCount(valid)} of ${formatCount(all)} values are valid (${percent} %).`,
		...(empty > 0 ? [`${formatCount(empty)} sets have no valid value.`] : []),
		`Ignoring the mask, the output of the valid elements is off by ${number(rms)} (root mean square; ${number(medianRms)} in the median set).`,
		"",
		...[
			...tableLines(
				headings.map((heading, k) => ({ heading, align: k === 0 ? ("left" as const) : ("right" as const) })),
				rows,
			),
		].map((line) => line.trimEnd()),
		...(sets - empty > rows.length
			? [`… the ${formatCount(rows.length)} sets that it changes most; --json has ${formatCount(worst.length)}`]
			: []),
	];
}
