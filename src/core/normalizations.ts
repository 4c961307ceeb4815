import { TensorError } from "./errors";
import { averageOver, type Layout, makeLayout, resolveAxis, type Shape } from "./layout";

/** What a user chooses for a normalization; each entry of the catalogue says which of them it uses. */
export interface NormOptions {
	/** The channel axis; for `layerNorm` the first averaged axis. Negative counts from the end. */
	readonly axis: number;
	/** Groups that the channel axis is cut into (`groupNorm`). */
	readonly groups: number;
	/** Parts of every axis, for the layout that has no name (`cells`). */
	readonly cells: Shape;
	/** Added to the variance inside the root. */
	readonly eps: number;
	/** What NaN and ±Inf do to their set: are counted apart, or make its statistics NaN as the frameworks do. */
	readonly nonFinite: "apart" | "propagate";
}

/** How one set is transformed: `y = (x · unit − centre) · scale`; a shift `−centre · scale` would cancel for large means. */
export interface Affine {
	/** A power of two that keeps differences and the scale in range; 1 but for sets that use the ends of float64. */
	readonly unit: number;
	readonly centre: number;
	readonly scale: number;
}

/** A normalization is a choice of what is averaged together, with a sentence for people. */
export interface Normalization {
	readonly label: string;
	/** What one set of statistics belongs to: "per channel". */
	readonly per: string;
	/** Options that the layout depends on, in the order they are asked for. */
	readonly uses: readonly ("axis" | "groups" | "cells")[];
	/** Smallest rank it makes sense for. */
	readonly minRank: number;
	layout(shape: Shape, options: NormOptions): Layout;
	/** The axes that gamma and beta run along. */
	affineAxes(shape: Shape, options: NormOptions): readonly number[];
	/** The norm on N books of C pages of H lines of W characters, in one sentence. */
	readonly books: string;
	/** Where it was proposed. */
	readonly source: string;
}

/** Axes of a batch that are neither the batch axis nor the channel axis: the spatial ones. */
function channelsOf(shape: Shape, options: NormOptions): { batch: number; channel: number; space: number[] } {
	const channel = resolveAxis(options.axis, shape.length);
	if (channel === 0) {
		throw new TensorError(
			"bad-option",
			"Axis 0 is the batch axis here and cannot be the channel axis too; choose axis 1 (channels first) or -1 (channels last).",
		);
	}
	return { batch: 0, channel, space: shape.map((_, axis) => axis).filter((axis) => axis !== 0 && axis !== channel) };
}

function needRank(label: string, shape: Shape, rank: number): void {
	if (shape.length < rank) {
		throw new TensorError(
			"bad-layout",
			`${label} needs a tensor of at least ${rank} axes, and [${shape.join(", ")}] has ${shape.length}; choose LayerNorm or your own axes.`,
		);
	}
}

/** Every normalization the product offers; commands, panel, hover and terminal read this table and nothing else. */
export const NORMALIZATIONS = {
	batchNorm: {
		label: "BatchNorm",
		per: "per channel",
		uses: ["axis"],
		minRank: 2,
		layout(shape, options) {
			needRank("BatchNorm", shape, 2);
			const { batch, space } = channelsOf(shape, options);
			return averageOver(shape, [batch, ...space]);
		},
		affineAxes: (shape, options) => [resolveAxis(options.axis, shape.length)],
		books: "Take page 36 of every book: one average over all its lines and characters, through the whole shelf.",
		source: "Ioffe & Szegedy 2015, arXiv:1502.03167",
	},
	layerNorm: {
		label: "LayerNorm",
		per: "per sample, over the axes from the chosen one on",
		uses: ["axis"],
		minRank: 1,
		layout(shape, options) {
			needRank("LayerNorm", shape, 1);
			const first = resolveAxis(options.axis, shape.length);
			return averageOver(
				shape,
				shape.map((_, axis) => axis).filter((axis) => axis >= first),
			);
		},
		affineAxes: (shape, options) => {
			const first = resolveAxis(options.axis, shape.length);
			return shape.map((_, axis) => axis).filter((axis) => axis >= first);
		},
		books: "Take one whole book: one average over all its pages, lines and characters.",
		source: "Ba, Kiros & Hinton 2016, arXiv:1607.06450",
	},
	instanceNorm: {
		label: "InstanceNorm",
		per: "per sample and channel",
		uses: ["axis"],
		minRank: 3,
		layout(shape, options) {
			needRank("InstanceNorm", shape, 3);
			return averageOver(shape, channelsOf(shape, options).space);
		},
		affineAxes: (shape, options) => [resolveAxis(options.axis, shape.length)],
		books: "Take one page of one book: one average over its lines and characters.",
		source: "Ulyanov, Vedaldi & Lempitsky 2016, arXiv:1607.08022",
	},
	groupNorm: {
		label: "GroupNorm",
		per: "per sample and group of channels",
		uses: ["axis", "groups"],
		minRank: 2,
		layout(shape, options) {
			needRank("GroupNorm", shape, 2);
			const { channel, space } = channelsOf(shape, options);
			const cells = shape.map((size, axis) =>
				axis === channel ? options.groups : space.includes(axis) ? Math.min(1, size) : size,
			);
			return makeLayout(shape, cells);
		},
		affineAxes: (shape, options) => [resolveAxis(options.axis, shape.length)],
		books: "Bind the pages of each book into equal booklets: one average per booklet.",
		source: "Wu & He 2018, arXiv:1803.08494",
	},
	cells: {
		label: "Your own axes",
		per: "per cell",
		uses: ["cells"],
		minRank: 0,
		layout: (shape, options) => makeLayout(shape, options.cells),
		affineAxes: (shape, options) => shape.map((_, axis) => axis).filter((axis) => options.cells[axis] !== 1),
		books: "Choose for books, pages, lines and characters alike what is averaged and what is kept apart.",
		source: "",
	},
} as const satisfies Record<string, Normalization>;

export type NormId = keyof typeof NORMALIZATIONS;

/** A chosen normalization with all its options. */
export interface Norm {
	readonly id: NormId;
	readonly options: NormOptions;
}

/** Whether a word names a normalization. */
export function isNormId(word: unknown): word is NormId {
	return typeof word === "string" && Object.hasOwn(NORMALIZATIONS, word);
}

/** The entry of the catalogue behind an id, with its optional parts visible to the compiler. */
export function normalization(id: NormId): Normalization {
	return NORMALIZATIONS[id];
}

/** Options with PyTorch's defaults filled in: axis 1 (LayerNorm too, or the last axis of a 1-D tensor), eps 1e-5. */
export function normOptions(shape: Shape, given: Partial<NormOptions> = {}): NormOptions {
	return {
		axis: given.axis ?? Math.min(1, Math.max(0, shape.length - 1)),
		groups: given.groups ?? 1,
		cells: given.cells ?? shape.map((size) => Math.min(1, size)),
		eps: given.eps ?? 1e-5,
		nonFinite: given.nonFinite ?? "apart",
	};
}

/** The layout of a chosen norm on a shape; throws `bad-layout` or `bad-option` with what would fit. */
export function layoutOf(norm: Norm, shape: Shape): Layout {
	const { eps } = norm.options;
	if (!(eps >= 0) || !Number.isFinite(eps)) {
		throw new TensorError("bad-option", `eps is ${eps}, but it must be zero or a small positive number such as 1e-5.`);
	}
	return normalization(norm.id).layout(shape, norm.options);
}

/** Statistics of a set that its transformation depends on. */
export interface SetStatistics {
	readonly mean: number;
	readonly std: number;
	/** Without the extremes the unit is always 1. */
	readonly min?: number | bigint;
	readonly max?: number | bigint;
	/** Elements that are NaN or infinite. */
	readonly nonFinite: number;
}

/** Units of sets whose differences overflow, and of those whose deviation is too small to be divided by. */
const [SMALL_UNIT, LARGE_UNIT] = [2 ** -2, 2 ** 200];

/** What a set is moved and scaled by: `sigma = sqrt(std² + eps)`, `y = (x − mean) / sigma`; a set without spread and eps becomes 0. */
export function affineOf(set: SetStatistics, options: NormOptions): Affine {
	if (options.nonFinite === "propagate" && set.nonFinite > 0) return { unit: 1, centre: NaN, scale: NaN };
	if (!Number.isFinite(set.mean)) return { unit: 1, centre: 0, scale: 1 };
	const [mean, std] = [set.mean, set.std];
	const sigma = options.eps === 0 ? std : Math.hypot(std, Math.sqrt(options.eps));
	if (sigma === 0) return { unit: 1, centre: mean, scale: 0 };
	if (set.min === undefined || set.max === undefined) return { unit: 1, centre: mean, scale: 1 / sigma };
	// Without eps, or sigma would be larger.
	if (1 / sigma === Infinity) return { unit: LARGE_UNIT, centre: mean * LARGE_UNIT, scale: 1 / (std * LARGE_UNIT) };
	if (Number.isFinite(Number(set.max) - Number(set.min))) return { unit: 1, centre: mean, scale: 1 / sigma };
	return { unit: SMALL_UNIT, centre: mean * SMALL_UNIT, scale: 1 / (sigma * SMALL_UNIT) };
}
