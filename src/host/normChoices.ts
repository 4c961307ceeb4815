import { guessAxes } from "../core/axes";
import { TensorError } from "../core/errors";
import { formatCount } from "../core/format";
import { divisors, type Layout, roleOf, type Shape, setSize, sizeOf } from "../core/layout";
import { groupedSize } from "../core/norm-candidates";
import type { NormOptions } from "../core/norm-options";
import { layoutOf, NORMALIZATIONS, type Norm, type NormId, normalization, normOptions } from "../core/normalizations";

/** A choice as a list shows it; `problem` says why it does not fit the tensor. */
export interface Choice<Value> {
	readonly value: Value;
	readonly label: string;
	readonly description: string;
	readonly problem?: string;
}

/** Every normalization of the catalogue with what it averages on this shape, or why it does not fit. */
export function normChoices(shape: Shape): Choice<NormId>[] {
	return (Object.keys(NORMALIZATIONS) as NormId[]).map((id) => {
		const { label, per } = normalization(id);
		if (normalization(id).uses.includes("cells")) {
			const choice = { value: id, label: `${label}…`, description: "choose what is averaged" };
			return shape.length > 0 ? choice : { ...choice, problem: "A scalar has no axes to average." };
		}
		try {
			const layout = layoutOf({ id, options: defaultOptions(shape, id) }, shape);
			return { value: id, label, description: `${layoutInWords(layout)}, ${per}` };
		} catch (thrown) {
			return { value: id, label, description: per, problem: TensorError.from(thrown).message };
		}
	});
}

/** The options a norm starts with on a shape: the guessed channel axis, common groups, the entry's own for the rest. */
export function defaultOptions(shape: Shape, id: NormId): NormOptions {
	const { convention, channelAxis } = guessAxes(shape);
	const { axisIs, uses, defaults } = normalization(id);
	const first = convention === "sequence" ? shape.length - 1 : (defaults?.axis ?? undefined);
	const axis = axisIs === "first averaged" ? first : axisIs === "averaged" ? undefined : channelAxis;
	// The axis of groups is the batch where the batch is what is cut.
	const grouped = uses.includes("groups") ? groupedSize(id, shape, channelAxis) : 1;
	return normOptions(
		shape,
		{
			...(axis === undefined ? {} : { axis: axis < 0 ? Math.max(0, axis + shape.length) : axis }),
			...(uses.includes("groups") ? { groups: defaultGroups(grouped) } : {}),
		},
		id,
	);
}

/** The axes a norm can be told, in order, each with the layout that follows. */
export function axisChoices(shape: Shape, id: NormId): Choice<number>[] {
	const { letters } = guessAxes(shape);
	const { axisIs } = normalization(id);
	const many = axisIs === "first averaged";
	return shape.flatMap((_, axis) => {
		const label = many && axis < shape.length - 1 ? `${name(letters, axis)} and after` : name(letters, axis);
		const options = { ...defaultOptions(shape, id), axis, groups: 1 };
		try {
			const layout = layoutOf({ id, options }, shape);
			return [{ value: axis, label, description: `axis ${axis}: ${layoutInWords(layout)}` }];
		} catch {
			return [];
		}
	});
}

/** The numbers of equal groups an axis can be cut into. */
export function groupChoices(size: number): Choice<number>[] {
	return divisors(size).map((groups) => ({
		value: groups,
		label: groups === 1 ? "1 group" : `${groups} groups`,
		description:
			groups === 1
				? `of all ${size} channels`
				: groups === size
					? "of one channel, as InstanceNorm has them"
					: `of ${size / groups} channels`,
	}));
}

/** 32 groups as in the GroupNorm paper where they fit, else the most that fit and leave two channels in a group. */
export function defaultGroups(size: number): number {
	return divisors(size).findLast((groups) => groups <= 32 && groups * 2 <= size) ?? 1;
}

/** The axes of a shape, for a choice of those that are averaged. */
export function axisList(shape: Shape): Choice<number>[] {
	const { letters } = guessAxes(shape);
	return shape.map((size, axis) => ({
		value: axis,
		label: name(letters, axis),
		description: `axis ${axis}, ${formatCount(size)} ${size === 1 ? "index" : "indices"}`,
	}));
}

/** A layout in a few words: "averages N, H, W; 64 sets of 100 352 values". */
export function layoutInWords(layout: Layout): string {
	const { letters } = guessAxes(layout.shape);
	const averaged = layout.shape.flatMap((_, axis) =>
		roleOf(layout, axis) === "averaged"
			? [name(letters, axis)]
			: roleOf(layout, axis) === "grouped"
				? [`${name(letters, axis)} in ${layout.cells[axis]} groups`]
				: [],
	);
	const sets = sizeOf(layout.cells);
	const what = averaged.length === 0 ? "averages nothing" : `averages ${averaged.join(", ")}`;
	return `${what}; ${formatCount(sets)} ${sets === 1 ? "set" : "sets"} of ${formatCount(setSize(layout))} values`;
}

/** A norm in a few words, for titles: "GroupNorm, 8 groups". */
export function normInWords(norm: Norm): string {
	const { label } = normalization(norm.id);
	return normalization(norm.id).uses.includes("groups") ? `${label}, ${norm.options.groups} groups` : label;
}

function name(letters: string, axis: number): string {
	return letters[axis] ?? String(axis);
}
