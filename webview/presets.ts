import { type Choices, type Chosen, tryNorm } from "../src/core/chosen";
import { divisors, type Layout, roleOf, type Shape } from "../src/core/layout";
import { layoutNames } from "../src/core/layout-name";
import { type Norm, type NormId, normalization } from "../src/core/normalizations";

/** A layout that people have a name for, and the norm that makes it. */
export interface Preset {
	/** Its names, the usual one first. */
	readonly names: readonly string[];
	readonly layout: Layout;
	readonly norm: Norm;
}

/** Norms that a layout is looked for among, in this order, when its chips were changed. */
const FAMILIES = ["batchNorm", "instanceNorm", "layerNorm", "groupNorm"] as const satisfies NormId[];

/** Groups that GroupNorm starts with: the paper's 32, or the next smaller number that leaves at least two channels together. */
function usualGroups(channels: number): number | undefined {
	return divisors(Math.max(1, channels)).findLast((groups) => groups > 1 && groups <= 32 && groups < channels);
}

/** The named layouts of a tensor: those that are taken for each other, side by side. */
export function presetsOf(chosen: Chosen): Preset[] {
	const { shape, letters, channelAxis, layout: now } = chosen;
	const keep = (...kept: readonly number[]) =>
		shape.map((size, axis) => (kept.includes(axis) ? size : Math.min(1, size)));
	const all = shape.map((_, axis) => axis);
	const own = now && roleOf(now, channelAxis) === "grouped" ? now.cells[channelAxis] : undefined;
	const grouped = shape.length > 1 ? (own ?? usualGroups(shape[channelAxis] ?? 1)) : undefined;
	const wanted = [
		keep(channelAxis),
		keep(0),
		keep(...all.filter((axis) => axis !== channelAxis)),
		keep(0, channelAxis),
		...(grouped === undefined ? [] : [keep(0).map((parts, axis) => (axis === channelAxis ? grouped : parts))]),
	];
	const found = new Map<string, Preset>();
	for (const cells of wanted) {
		const layout = { shape, cells };
		const names = layoutNames(layout, letters, channelAxis);
		if (names.length === 0 || found.has(cells.join())) continue;
		found.set(cells.join(), { names, layout, norm: normFor(chosen, cells, FAMILIES) });
	}
	return [...found.values()];
}

/** The first of some norms that makes so many parts of every axis, or the one without a name. */
function normFor({ shape, norm, channelAxis }: Chosen, cells: Shape, ids: readonly NormId[]): Norm {
	for (const id of ids) {
		for (const axis of [channelAxis, ...shape.keys()]) {
			const one = { id, options: { ...norm.options, axis, groups: cells[axis] ?? 1, eps: 0 } };
			const channel = id === "layerNorm" || axis === channelAxis || (id === norm.id && axis === norm.options.axis);
			const { layout } = channel ? tryNorm(shape, one) : {};
			if (layout?.cells.every((parts, a) => parts === cells[a]))
				return { id, options: { ...one.options, eps: norm.options.eps } };
		}
	}
	return { id: "cells", options: { ...norm.options, cells } };
}

/** The choices that make a norm the chosen one. */
export function chooseNorm(choices: Choices, { id, options: { axis, groups, cells } }: Norm): Choices {
	const { uses } = normalization(id);
	const { axis: _, cells: __, groups: before, ...kept } = choices.options ?? {};
	const options = {
		...kept,
		...(uses.includes("groups") ? { groups } : before === undefined ? {} : { groups: before }),
		...(uses.includes("axis") ? { axis } : {}),
		...(uses.includes("cells") ? { cells } : {}),
	};
	return { ...choices, norm: id, options };
}

/** The choices after one axis got another number of parts: still the same norm if it can make them, otherwise one that does. */
export function chooseParts(chosen: Chosen, choices: Choices, axis: number, parts: number): Choices {
	const cells = chosen.parts.map((old, a) => (a === axis ? parts : old));
	const { id } = chosen.norm;
	const others = FAMILIES.filter((other) => other !== id);
	const named = normalization(id).uses.includes("cells") ? others : [id, ...others];
	return chooseNorm(choices, normFor(chosen, cells, named));
}

/** The names of the layout that is shown. */
export function namesOf({ layout, letters, channelAxis }: Chosen): string[] {
	return layout ? layoutNames(layout, letters, channelAxis) : [];
}
