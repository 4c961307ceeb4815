import { TensorError } from "./errors";
import { averageOver, type Layout, makeLayout, resolveAxis, type Shape } from "./layout";
import type { InputId } from "./norm-inputs";
import type { NormOptions, OptionId } from "./norm-options";

/** How one set is transformed: `y = (x · unit − centre) · scale`; a shift `−centre · scale` would cancel for large means. */
export interface Affine {
	/** A power of two that keeps differences and the scale in range; 1 but for sets that use the ends of float64. */
	readonly unit: number;
	readonly centre: number;
	readonly scale: number;
	/** A second number of the set, for an entry's `element`. */
	readonly extra?: number;
}

/** Statistics of a set that its transformation depends on. */
export interface SetStatistics {
	readonly mean: number;
	readonly std: number;
	/** Finite elements; only what sums or divides by less than their number needs it. */
	readonly count?: number;
	/** Without the extremes the unit is always 1. */
	readonly min?: number | bigint;
	readonly max?: number | bigint;
	/** Mean of the magnitudes, where the norm asks for it. */
	readonly meanAbs?: number;
	/** Elements that are NaN or infinite. */
	readonly nonFinite: number;
}

/** What is subtracted from the elements of a set, and what they are divided by. */
export interface Statistic {
	readonly centre: "mean" | "min" | "nothing";
	/** `length` is the one that the option p chooses. */
	readonly divisor: "std" | "rms" | "length" | "range";
}

/** The sets of a norm's layout, for entries that combine more than each set's own statistics. */
export interface SetTable {
	/** Sets of the norm's own layout. */
	readonly count: number;
	own(set: number): SetStatistics;
	/** Statistics of the set of layout number `k` of `others` that a set lies in. */
	other(k: number, set: number): SetStatistics;
	/** For each set the one of layout `k` of `others` that it lies in. */
	within(k: number): ArrayLike<number>;
	/** The element of an input that belongs to a set, or undefined where the input was not given. */
	input(id: InputId, set: number): number | undefined;
	/** All elements of an input, or undefined. */
	vector(id: InputId): ArrayLike<number> | undefined;
}

/** The numbers of one element that an entry's `element` makes its output of. */
export interface ElementParts {
	readonly x: number;
	/** `(x · unit − centre) · scale` */
	readonly normalized: number;
	readonly scale: number;
	readonly extra: number;
	readonly gamma: number;
	readonly beta: number;
	/** The element of the entry's `elementInput`; undefined where it was not given. */
	readonly input: number | undefined;
}

/** A normalization: what is averaged together, what follows from it, and sentences for people. */
export interface Normalization {
	readonly label: string;
	/** What one set of statistics belongs to: "per channel". */
	readonly per: string;
	/** Options that the result depends on, in the order they are asked for. */
	readonly uses: readonly OptionId[];
	/** Where the entry starts from others than `OPTIONS` says. */
	readonly defaults?: Partial<NormOptions>;
	/** What its axis is. */
	readonly axisIs?: "channel" | "first averaged" | "averaged";
	/** Smallest rank it makes sense for. */
	readonly minRank: number;
	layout(shape: Shape, options: NormOptions): Layout;
	/** The axes that gamma and beta run along. */
	affineAxes(shape: Shape, options: NormOptions): readonly number[];
	/** What each set is moved and scaled by; null where `combine` or `element` says it without statistics of the sets. */
	readonly statistic: Statistic | null;
	/** Coarser layouts whose statistics take part. */
	others?(shape: Shape, options: NormOptions): readonly Layout[];
	/** Inputs besides gamma and beta; those in `needs` must be given. */
	readonly takes?: readonly InputId[];
	readonly needs?: readonly InputId[];
	/** What each set is moved and scaled by, where that takes more than `statistic` and the set itself. */
	combine?(sets: SetTable, options: NormOptions): (set: number) => Affine;
	/** The output of an element, where it is not `normalized · gamma + beta`. */
	element?(parts: ElementParts, options: NormOptions): number;
	/** The input that `element` reads, of those it takes. */
	readonly elementInput?: InputId;
	/** Whether outputs are `normalized · gamma + beta` where `elementInput` is not given. */
	readonly straightWithout?: true;
	/** Whether the sums are of a window of neighbours along the axis, each element its own. */
	readonly window?: true;
	/** Whether the divisor is the tensor's largest singular value. */
	readonly spectral?: true;
	/** The norm on N books of C pages of H lines of W characters, in one sentence. */
	readonly books: string;
	/** The formula, in plain text. */
	readonly formula: string;
	/** Where it was proposed. */
	readonly source: string;
}

/** Axes of a batch: batch, channel, and the spatial ones that are neither. */
export function axesOf(shape: Shape, options: NormOptions): { batch: number; channel: number; space: number[] } {
	const channel = resolveAxis(options.axis, shape.length);
	if (channel === 0) {
		throw new TensorError(
			"bad-option",
			"Axis 0 is the batch axis here and cannot be the channel axis too; choose axis 1 (channels first) or -1 (channels last).",
		);
	}
	return { batch: 0, channel, space: shape.map((_, axis) => axis).filter((axis) => axis !== 0 && axis !== channel) };
}

/** Throws `bad-layout` where a shape has too few axes. */
export function needRank(label: string, shape: Shape, rank: number): void {
	if (shape.length < rank) {
		throw new TensorError(
			"bad-layout",
			`${label} needs a tensor of at least ${rank} axes, and [${shape.join(", ")}] has ${shape.length}; choose LayerNorm or your own axes.`,
		);
	}
}

/** The channel axis alone, for gamma and beta. */
export const alongChannel: Normalization["affineAxes"] = (shape, options) => [resolveAxis(options.axis, shape.length)];

/** The chosen axis and all after it. */
export const axesFromChosen = (shape: Shape, options: NormOptions): number[] => {
	const first = resolveAxis(options.axis, shape.length);
	return shape.map((_, axis) => axis).filter((axis) => axis >= first);
};

/** The layout of one statistic per channel. */
export function perChannel(label: string): Normalization["layout"] {
	return (shape, options) => {
		needRank(label, shape, 2);
		const { batch, space } = axesOf(shape, options);
		return averageOver(shape, [batch, ...space]);
	};
}

/** The layout of one statistic per sample and channel. */
export function perSampleAndChannel(label: string): Normalization["layout"] {
	return (shape, options) => {
		needRank(label, shape, 3);
		return averageOver(shape, axesOf(shape, options).space);
	};
}

/** The layout of one statistic per sample and group of channels. */
export function perSampleAndGroup(label: string): Normalization["layout"] {
	return (shape, options) => {
		needRank(label, shape, 2);
		const { channel, space } = axesOf(shape, options);
		const cells = shape.map((size, axis) =>
			axis === channel ? options.groups : space.includes(axis) ? Math.min(1, size) : size,
		);
		return makeLayout(shape, cells);
	};
}

/** The layout of one statistic per position: the channels are averaged. */
export function perPosition(label: string): Normalization["layout"] {
	return (shape, options) => {
		needRank(label, shape, 2);
		return averageOver(shape, [axesOf(shape, options).channel]);
	};
}

/** The layout in which nothing is averaged. */
export function perElement(label: string, rank: number): Normalization["layout"] {
	return (shape, options) => {
		needRank(label, shape, rank);
		resolveAxis(options.axis, shape.length);
		return { shape, cells: shape };
	};
}

/** The layout that averages the chosen axis and all after it. */
export function overLastAxes(label: string): Normalization["layout"] {
	return (shape, options) => {
		needRank(label, shape, 1);
		return averageOver(shape, axesFromChosen(shape, options));
	};
}
