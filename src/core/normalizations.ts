import { TensorError } from "./errors";
import { type Layout, type Shape, wholeLayout } from "./layout";
import { affineBy, exceptionOf } from "./norm-affine";
import type { InputId } from "./norm-inputs";
import { type NormOptions, normOption, OPTIONS, type OptionId, optionProblem } from "./norm-options";
import type { Affine, Normalization, SetStatistics } from "./normalization";
import { COMBINED } from "./norms/combined";
import { ELEMENTWISE } from "./norms/elementwise";
import { STANDARDIZED } from "./norms/standardized";
import { UNCENTRED } from "./norms/uncentred";

const { batchNorm, layerNorm, layerNorm2d, instanceNorm, groupNorm, cells, ...standardized } = STANDARDIZED;
const { rmsNorm, ...uncentred } = UNCENTRED;
const { batchNormInference, ...combined } = COMBINED;

/** Every normalization the product offers, in the order people see; commands, panel, hover and terminal read this table and nothing else. */
export const NORMALIZATIONS = {
	batchNorm,
	batchNormInference,
	layerNorm,
	layerNorm2d,
	instanceNorm,
	groupNorm,
	rmsNorm,
	cells,
	...standardized,
	...uncentred,
	...combined,
	...ELEMENTWISE,
} as const satisfies Record<string, Normalization>;

export type NormId = keyof typeof NORMALIZATIONS;

/** Options as far as they are given. */
export type GivenOptions = { readonly [Option in OptionId]?: NormOptions[Option] | undefined };

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

/** The ids whose entries use an option. */
export function usersOf(option: OptionId): NormId[] {
	return (Object.keys(NORMALIZATIONS) as NormId[]).filter((id) => normalization(id).uses.includes(option));
}

/** The ids whose entries take an input. */
export function takersOf(input: InputId): NormId[] {
	return (Object.keys(NORMALIZATIONS) as NormId[]).filter((id) => inputsOf(id).includes(input));
}

/** The inputs that an entry takes, gamma and beta first. */
export function inputsOf(id: NormId): readonly InputId[] {
	const { takes = [] } = normalization(id);
	// The style takes the place of gamma and beta.
	return takes.includes("style") ? takes : ["gamma", "beta", ...takes];
}

/**
 * Options with the entry's defaults filled in: mostly PyTorch's, axis 1 (or the last axis of a 1-D tensor), eps 1e-5. An
 * option that is given as undefined is not given.
 */
export function normOptions(shape: Shape, given: GivenOptions = {}, id: NormId = "batchNorm"): NormOptions {
	const { defaults = {} } = normalization(id);
	const initial = Object.fromEntries(
		(Object.keys(OPTIONS) as OptionId[]).flatMap((option) => {
			const about = normOption(option);
			return "initial" in about ? [[option, about.initial]] : [];
		}),
	);
	const chosen = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
	const axis = Math.min(1, Math.max(0, shape.length - 1));
	return {
		groups: 1,
		cells: shape.map((size) => Math.min(1, size)),
		...initial,
		...{ axis },
		...defaults,
		...chosen,
	} as NormOptions;
}

/** A norm with an entry's defaults for what is not given. */
export function normOf(id: NormId, shape: Shape, given: GivenOptions = {}): Norm {
	return { id, options: normOptions(shape, given, id) };
}

/** The layout of a chosen norm on a shape; throws `bad-layout` or `bad-option` with what would fit. */
export function layoutOf(norm: Norm, shape: Shape): Layout {
	const { uses, layout } = normalization(norm.id);
	for (const option of uses) {
		const problem = optionProblem(option, norm.options[option]);
		if (problem) throw new TensorError("bad-option", problem);
	}
	return layout(shape, norm.options);
}

/** The layout of what elements are moved and scaled by: the norm's own, or one cell where that is the same for all. */
export function coefficientLayout(norm: Norm, shape: Shape): Layout {
	const { statistic, combine } = normalization(norm.id);
	return statistic || combine ? layoutOf(norm, shape) : wholeLayout(shape);
}

/** The layouts whose statistics a norm needs: its own first; none where nothing is averaged. */
export function layoutsOf(norm: Norm, shape: Shape): readonly Layout[] {
	const { statistic, others } = normalization(norm.id);
	const own = layoutOf(norm, shape);
	return statistic === null ? [] : [own, ...(others?.(shape, norm.options) ?? [])];
}

/**
 * What a set is moved and scaled by, from its own statistics: `y = (x − centre) / sigma`, with the entry's centre and divisor.
 * A set without spread and eps becomes 0.
 */
export function affineOf(set: SetStatistics, norm: Norm): Affine {
	const { statistic } = normalization(norm.id);
	const exception = exceptionOf(set, norm.options);
	if (exception) return exception;
	return statistic ? affineBy(set, statistic, norm.options) : { unit: 1, centre: 0, scale: 1 };
}

/**
 * Whether a norm's sets are moved and scaled by their own mean, deviation, count and extremes alone, and its outputs are
 * straight lines in x: what the lenses can take apart.
 */
export function isPlain(norm: Norm): boolean {
	const { statistic, combine, element } = normalization(norm.id);
	return statistic !== null && !combine && !element && !needsMagnitudes(norm);
}

/** Plain norms of activations that need no other tensor: those whose outputs can be compared from statistics alone. */
export const COMPARABLE_IDS = (Object.keys(NORMALIZATIONS) as NormId[]).filter((id) => {
	const { uses, needs } = normalization(id);
	return uses.includes("axis") && !needs && isPlain({ id, options: normOptions([], {}, id) });
});

/** Whether a norm needs the mean magnitude of its sets, which takes a reading of its own. */
export function needsMagnitudes({ id, options }: Norm): boolean {
	return normalization(id).statistic?.divisor === "length" && options.p === "1";
}

/** Whether what sets are moved and scaled by takes more than the statistics of each set: of other layouts, inputs, or other readings. */
export function needsMore(norm: Norm): boolean {
	const { combine, spectral } = normalization(norm.id);
	return combine !== undefined || spectral === true || needsMagnitudes(norm);
}

/** Throws `unsupported` unless the norm is plain. */
export function needPlain(norm: Norm): void {
	if (isPlain(norm)) return;
	throw new TensorError(
		"unsupported",
		`${normalization(norm.id).label} is more than the mean and deviation of each set, which is what can be taken apart here; choose a norm that is not, such as BatchNorm or RMSNorm.`,
	);
}
