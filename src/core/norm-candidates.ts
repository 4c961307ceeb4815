import { divisors, type Shape } from "./layout";
import { layoutNames } from "./layout-name";
import { COMPARABLE_IDS, layoutOf, type Norm, type NormId, normalization, normOf } from "./normalizations";

/** Axes of which LayerNorm's suffixes are listed, the last ones: no file's tensors have more. */
const MOST_SUFFIXES = 16;

/** The axes of a tensor as people call them. */
export interface NamedAxes {
	readonly shape: Shape;
	readonly letters: readonly string[];
	readonly channelAxis: number;
}

/** Options that are the same for all norms. */
export type Given = Partial<Pick<Norm["options"], "eps" | "nonFinite">>;

/** The norms of the catalogue that fit a shape, each with the axes and group counts that are worth a look, in its order; eps, where the entry has none of its own, and what NaN does are those `given`. */
export function candidateNorms({ shape, channelAxis }: NamedAxes, given: Given): Norm[] {
	const wanted = COMPARABLE_IDS.flatMap((id): Norm[] => {
		const { uses, axisIs, defaults } = normalization(id);
		const of = (more: Partial<Norm["options"]>): Norm =>
			normOf(id, shape, { nonFinite: given.nonFinite, eps: defaults?.eps ?? given.eps, ...more });
		const axes =
			axisIs === "first averaged"
				? [...shape.keys()].slice(-MOST_SUFFIXES)
				: [axisIs === "averaged" ? Math.min(1, shape.length - 1) : channelAxis];
		const groups = uses.includes("groups") ? groupCounts(groupedSize(id, shape, channelAxis)) : [1];
		return axes.flatMap((axis) => groups.map((count) => of({ axis, groups: count })));
	});
	return wanted.filter((norm) => fits(norm, shape));
}

/** The length of the axis that a norm cuts into groups: the one whose parts follow the option. */
export function groupedSize(id: NormId, shape: Shape, axis: number): number {
	const probe = shape.map(() => 4);
	const cells = (groups: number) => {
		const norm = normOf(id, probe, { axis, groups });
		return fits(norm, probe) ? layoutOf(norm, probe).cells : undefined;
	};
	const [one, two] = [cells(1), cells(2)];
	return shape[one?.findIndex((parts, a) => parts !== two?.[a]) ?? -1] ?? 1;
}

function fits(norm: Norm, shape: Shape): boolean {
	try {
		layoutOf(norm, shape);
		return true;
	} catch {
		return false;
	}
}

/** Group counts worth a look: 2, 8, the paper's 32 and its 16 channels a group where they divide, or the divisors nearest to them. */
export function groupCounts(channels: number): number[] {
	const possible = divisors(Math.max(1, channels)).filter((count) => count > 1 && count < channels);
	const [first] = possible;
	const most = possible.findLast((count) => count <= 32);
	const usual = [2, 8, 32, channels / 16].filter((count) => possible.includes(count));
	return [...new Set([...usual, ...(first === undefined ? [] : [first]), ...(most === undefined ? [] : [most])])].sort(
		(a, b) => a - b,
	);
}

/** A norm's name with the options that its layout depends on: "GroupNorm(32)", "LayerNorm over H, W". */
export function normName({ id, options }: Norm, { shape, letters, channelAxis }: NamedAxes): string {
	const { label, uses, axisIs } = normalization(id);
	if (uses.includes("cells")) {
		return layoutNames({ shape, cells: options.cells }, letters, channelAxis)[0] ?? label;
	}
	const groups = uses.includes("groups") ? `(${options.groups})` : "";
	if (axisIs !== "first averaged") return `${label}${groups}`;
	const first = options.axis < 0 ? options.axis + shape.length : options.axis;
	return `${label}${groups} over ${letters.slice(first).join(", ")}`;
}
