import { formatCount, formatNumber } from "../core/format";
import { sizeOf } from "../core/layout";
import { normalization } from "../core/normalizations";
import { type Coverage, coverageInWords } from "../core/sampling";
import type { AxisDifference, DifferenceMap } from "../core/tensor-difference";
import type { PositionLabel } from "../drawing/chart-scale";
import { BARS, drawBars, drawMap, mapSize } from "../drawing/difference-charts";
import type { Figure } from "../drawing/figure";
import { drawScene, fitScene } from "../drawing/picture/draw";
import type { Paint } from "../drawing/picture/faces";
import { composeScene, type Scene } from "../drawing/picture/scene";
import { drawProfile, frameOf, type ProfileShown } from "../drawing/profile-chart";
import { PROFILE_SERIES } from "../drawing/profile-series";
import type { ShownProfile } from "../drawing/shown-profile";
import { countsOf, rolesOf } from "../notation/sentences";
import { setName } from "../notation/set-name";
import type { Subject } from "../notation/subject";
import { differenceCsv, mapCsv, pictureCsv, profileCsv } from "./plot-csv";

/** A figure with the numbers that it draws, and the end of its file's name. */
export interface Plot extends Figure {
	readonly name: string;
	/** The numbers as comma-separated values. */
	readonly csv: () => string;
}

/** What a profile's chart is of. */
export interface ProfileSubject extends Coverage {
	/** The tensor, for people. */
	readonly title: string;
	readonly letter: string;
}

/** A chart of the statistics along one axis. */
export function profilePlot(
	{ profile, boundsOf, shownAs }: Pick<ShownProfile, "profile" | "boundsOf" | "shownAs">,
	subject: ProfileSubject,
	shown: ProfileShown,
	labels?: readonly PositionLabel[],
): Plot {
	const { title, letter, exact } = subject;
	const { axis, size } = profile;
	const [width, height] = [720, 220];
	const some = (counts: Float64Array) => counts.some((count) => count > 0);
	const marks = [
		...(some(profile.nan) ? ["× at the lower edge: NaN."] : []),
		...(some(profile.posInf) || some(profile.negInf) ? ["▲ at the lower edge: infinities."] : []),
	];
	return {
		name: `axis-${axis}`,
		title: `${title}: along axis ${axis}, ${letter} (${formatCount(size)} ${size === 1 ? "index" : "indices"}${shownAs && `, ${shownAs}`})`,
		notes: [`${seriesNote(shown)} From ${coverageInWords(subject)}; all other axes averaged.`, ...marks],
		width,
		height,
		draw: (surface, theme) =>
			drawProfile(surface, profile, frameOf(profile, shown, { width, height }), theme, shown, labels ? { labels } : {}),
		csv: () => profileCsv({ profile, boundsOf }, letter, exact),
	};
}

function seriesNote({ series, extremes }: ProfileShown): string {
	if (series !== "mean") return `Bars: ${PROFILE_SERIES[series]}.`;
	const band = extremes ? " Pale band: minimum to maximum." : "";
	return `Line: mean. Band: one standard deviation to either side.${band}`;
}

/** What a layout's picture is of. */
export interface PictureSubject extends Subject {
	/** The tensor, for people. */
	readonly title: string;
	/** The element whose set is lit up. */
	readonly lit: readonly number[];
	/** The indices that are drawn, where they were chosen before. */
	readonly shown?: Scene["shown"];
	readonly paint?: Paint;
	/** The values that are known, painted or not. */
	readonly of?: Paint["of"];
}

/** The picture of a layout, one set lit up; none where the norm does not fit, or there is no element. */
export function picturePlot(subject: PictureSubject): Plot | undefined {
	const { title, layout, letters, channelAxis, lit, shown, paint, norm, of = () => undefined } = subject;
	if (!layout || sizeOf(layout.shape) === 0) return undefined;
	const most = { cells: 6, books: 3 };
	const scene = composeScene({ layout, letters, channelAxis, lit, most, ...(shown ? { shown } : {}) });
	const view = fitScene(scene, PICTURE_WIDTH, { left: 64, right: 16, top: 24, bottom: 34 });
	const set = lit.map((index, axis) => Math.floor((index * (layout.cells[axis] ?? 1)) / (layout.shape[axis] ?? 1)));
	const colours = paint
		? `Colours: values from ${formatNumber(paint.range.low, 3)} to ${formatNumber(paint.range.high, 3)}, those of the lit set in full.`
		: "Coloured and hatched: the elements of one set, which share their statistics.";
	return {
		name: `${norm.id}-layout`,
		title: `${title}: ${normalization(norm.id).label}`,
		notes: [
			`${countsOf(subject)} ${rolesOf(subject)}`,
			`${colours} The set: ${setName(set, { ...subject, layout })}. Dots stand for indices that are left out.`,
		],
		width: PICTURE_WIDTH,
		height: view.height,
		draw: (surface, theme) =>
			drawScene(surface, scene, view, { theme, font: `${theme.fontSize}px ${theme.fontFamily}`, paint }),
		csv: () => pictureCsv(scene, layout, letters, lit, of),
	};
}

const PICTURE_WIDTH = 860;

/** What a chart of differences is of. */
export interface DifferenceSubject {
	/** The tensors, for people. */
	readonly title: string;
	readonly letters: readonly string[];
}

/** Bars of the differences along one axis. */
export function differencePlot(difference: AxisDifference, { title, letters }: DifferenceSubject): Plot {
	const { axis, size, bins, maxAbs } = difference;
	const letter = letters[axis] ?? String(axis);
	const size2 = { width: 2 * BARS.width, height: 2 * BARS.height };
	const most = maxAbs.reduce((top, value) => (value > top ? value : top), 0);
	return {
		name: `difference-axis-${axis}`,
		title: `${title}: |a − b| along axis ${axis}, ${letter}`,
		notes: [
			`Pale: the largest |a − b| of each ${bins < size ? "bin" : "index"}. Strong: the mean. The highest bar is ${formatNumber(most, 4)}; ${formatCount(size)} indices from left to right.`,
		],
		...size2,
		draw: (surface, theme) => drawBars(surface, difference, theme, size2),
		csv: () => differenceCsv(difference, letter),
	};
}

/** A map of the differences over two axes. */
export function mapPlot(map: DifferenceMap, shape: readonly number[], { title, letters }: DifferenceSubject): Plot {
	const { width, height } = mapSize(map);
	const [rows, columns] = map.axes.map((axis) => letters[axis] ?? String(axis));
	const most = map.maxAbs.reduce((top, value) => (value > top && value < Infinity ? value : top), 0);
	return {
		name: `difference-map-${map.axes.join("-")}`,
		title: `${title}: the largest |a − b| for each ${rows} (down) and ${columns} (across)`,
		notes: [`The stronger, the larger; the strongest is ${formatNumber(most, 4)}, faint is close to 0.`],
		width: Math.max(width, 360),
		height: height + 12,
		draw(surface, theme) {
			surface.translate(12, 0);
			drawMap(surface, map, theme);
		},
		csv: () => mapCsv(map, shape, letters),
	};
}
