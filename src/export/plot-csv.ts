import { csvLine } from "../core/csv";
import { toJsonNumber } from "../core/format";
import { cellOfIndex, type Layout, partStart } from "../core/layout";
import { STATISTICS, statisticAt } from "../core/statistics-json";
import type { AxisDifference, DifferenceMap } from "../core/tensor-difference";
import type { Scene } from "../drawing/picture/scene";
import type { ShownProfile } from "../drawing/shown-profile";
import { boundHeadings, STATISTIC_HEADINGS } from "./statistics-csv";

/** The numbers of a profile's chart as it is shown: a row for every index, or for every bin where it is drawn in bins. */
export function profileCsv(
	{ profile, boundsOf }: Pick<ShownProfile, "profile" | "boundsOf">,
	letter: string,
	exact: boolean,
): string {
	const { axis, bins } = profile;
	const rows = Array.from({ length: bins }, (_, bin) =>
		csvLine([...boundsOf(bin), ...STATISTICS.map((name) => statisticAt(profile, name, bin, exact))]),
	);
	const headings = exact ? STATISTIC_HEADINGS : STATISTIC_HEADINGS.map((heading) => `${heading}, of the sample`);
	return csvLine([...boundHeadings(axis, letter), ...headings]) + rows.join("");
}

/** The elements of a layout's picture: a row for each, with its set, whether it is lit, and its value where that is known. */
export function pictureCsv(
	scene: Pick<Scene, "shown">,
	layout: Layout,
	letters: readonly string[],
	lit: readonly number[],
	of: (element: readonly number[]) => number | undefined,
): string {
	const part = (axis: number, index: number) => cellOfIndex(index, layout.shape[axis] ?? 1, layout.cells[axis] ?? 1);
	const elements = scene.shown.reduce<readonly (readonly number[])[]>(
		(before, indices) => before.flatMap((element) => indices.map((index) => [...element, index])),
		[[]],
	);
	const rows = elements.map((element) => {
		const set = element.map((index, axis) => part(axis, index));
		const isLit = set.every((cell, axis) => cell === part(axis, lit[axis] ?? 0));
		const value = of(element);
		return csvLine([...element, ...set, isLit ? 1 : 0, value === undefined ? null : toJsonNumber(value)]);
	});
	const headings = [
		...letters.map((letter, axis) => `axis ${axis} ${letter} [index]`),
		...letters.map((letter, axis) => `axis ${axis} ${letter} part of the set [index]`),
		"in the lit set [0 or 1]",
		"value",
	];
	return csvLine(headings) + rows.join("");
}

/** The numbers of a chart of differences: a row for every index or bin. */
export function differenceCsv({ axis, size, bins, maxAbs, meanAbs }: AxisDifference, letter: string): string {
	const rows = Array.from({ length: bins }, (_, bin) =>
		csvLine([...ends(bin, size, bins), ...[maxAbs, meanAbs].map((values) => toJsonNumber(values[bin] as number))]),
	);
	return csvLine([...boundHeadings(axis, letter), "largest |a - b| [value]", "mean |a - b| [value]"]) + rows.join("");
}

/** The numbers of a map of differences: a row for every cell. */
export function mapCsv(
	{ axes, cells, maxAbs }: DifferenceMap,
	shape: readonly number[],
	letters: readonly string[],
): string {
	const place = (cell: number) => [Math.floor(cell / cells[1]), cell % cells[1]] as const;
	const rows = Array.from(maxAbs, (value, cell) => {
		const bounds = place(cell).flatMap((at, k) => ends(at, shape[axes[k as 0 | 1]] ?? 1, cells[k as 0 | 1]));
		return csvLine([...bounds, toJsonNumber(value)]);
	});
	const bounds = axes.flatMap((axis) => boundHeadings(axis, letters[axis] ?? ""));
	return csvLine([...bounds, "largest |a - b| [value]"]) + rows.join("");
}

/** First and last index of a bin. */
function ends(bin: number, size: number, bins: number): [number, number] {
	return [partStart(bin, size, bins), partStart(bin + 1, size, bins) - 1];
}
