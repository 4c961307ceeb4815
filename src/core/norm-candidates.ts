import { divisors, roleOf, type Shape } from "./layout";
import { layoutNames } from "./layout-name";
import {
	isNormId,
	layoutOf,
	NORMALIZATIONS,
	type Norm,
	type NormId,
	normalization,
	normOptions,
} from "./normalizations";

/** Axes of which LayerNorm's suffixes are listed, the last ones: no file's tensors have more. */
const MOST_SUFFIXES = 16;

/** What the option `axis` of a norm means, found by asking its layout what becomes of that axis. */
export function axisMeaning(id: NormId, rank: number): "channel" | "first averaged" {
	const shape = new Array<number>(Math.max(rank, 3)).fill(2);
	try {
		const layout = layoutOf({ id, options: normOptions(shape, { axis: 1, groups: 2 }) }, shape);
		return roleOf(layout, 1) === "averaged" ? "first averaged" : "channel";
	} catch {
		return "channel";
	}
}

/** The axes of a tensor as people call them. */
export interface NamedAxes {
	readonly shape: Shape;
	readonly letters: readonly string[];
	readonly channelAxis: number;
}

/** The norms of the catalogue that fit a shape, each with the axes and group counts that are worth a look, in its order; `given` options are kept. */
export function candidateNorms({ shape, letters, channelAxis }: NamedAxes, given: Partial<Norm["options"]>): Norm[] {
	const options = normOptions(shape, given);
	const wanted = Object.keys(NORMALIZATIONS)
		.filter(isNormId)
		.flatMap((id): Norm[] => {
			const { uses } = normalization(id);
			const of = (more: Partial<Norm["options"]>): Norm => ({ id, options: { ...options, ...more } });
			if (uses.includes("cells")) return namedCells({ shape, letters, channelAxis }).map((cells) => of({ cells }));
			const suffixes = uses.includes("axis") && axisMeaning(id, shape.length) === "first averaged";
			const axes = suffixes ? [...shape.keys()].slice(-MOST_SUFFIXES) : [channelAxis];
			const groups = uses.includes("groups") ? groupCounts(shape[channelAxis] ?? 1) : [options.groups];
			return axes.flatMap((axis) => groups.map((count) => of({ axis, groups: count })));
		});
	return wanted.filter((norm) => fits(norm, shape));
}

function fits(norm: Norm, shape: Shape): boolean {
	try {
		layoutOf(norm, shape);
		return true;
	} catch {
		return false;
	}
}

/** The layout that has a name, but no norm of its own: LayerNorm over channels that are not the last axis. */
function namedCells({ shape, letters, channelAxis }: NamedAxes): Shape[] {
	if (channelAxis === shape.length - 1) return [];
	const cells = shape.map((size, axis) => (axis === channelAxis ? Math.min(1, size) : size));
	return layoutNames({ shape, cells }, letters, channelAxis).length > 0 ? [cells] : [];
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
	const { label, uses } = normalization(id);
	if (uses.includes("cells")) {
		return layoutNames({ shape, cells: options.cells }, letters, channelAxis)[0] ?? label;
	}
	const groups = uses.includes("groups") ? `(${options.groups})` : "";
	if (!uses.includes("axis") || axisMeaning(id, shape.length) === "channel") return `${label}${groups}`;
	const first = options.axis < 0 ? options.axis + shape.length : options.axis;
	return `${label}${groups} over ${letters.slice(first).join(", ")}`;
}
