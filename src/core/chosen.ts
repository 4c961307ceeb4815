import { type AxisConventionId, guessAxes } from "./axes";
import { type AxisChoice, type ShownAxes, shownAxes } from "./axis-choice";
import { type ErrorData, TensorError } from "./errors";
import { cellOfIndex, type Layout, type Shape } from "./layout";
import type { InputId } from "./norm-inputs";
import type { NormOptions } from "./norm-options";
import { inputsOf, isNormId, layoutOf, type Norm, type NormId, normalization, normOptions } from "./normalizations";

/** What the user chose for tensors of one rank; what is left out follows from the shape. */
export interface Choices extends AxisChoice {
	readonly norm?: NormId;
	readonly options?: Partial<NormOptions>;
	/** Names of the tensors of the same file that are the norm's inputs. */
	readonly inputs?: Readonly<Partial<Record<InputId, string>>>;
}

/** A tensor's axes and norm as they are shown: chosen by the user where they did, guessed from the shape elsewhere. */
export interface Chosen extends ShownAxes {
	readonly shape: Shape;
	readonly norm: Norm;
	/** Names of the tensors that take part, of those that the norm takes. */
	readonly inputs: Readonly<Partial<Record<InputId, string>>>;
	/** Parts that each axis is to be cut into, also where that cannot be done. */
	readonly parts: Shape;
	/** Absent where the norm does not fit; then `problem` says why. */
	readonly layout?: Layout;
	readonly problem?: ErrorData;
}

/** Norms in the order they are tried for a tensor nobody chose one for, by what its axes mean. */
const FIRST_NORMS = {
	channelsFirst: ["batchNorm", "layerNorm", "cells"],
	channelsLast: ["batchNorm", "layerNorm", "cells"],
	sequence: ["layerNorm", "cells"],
} as const satisfies Record<AxisConventionId, readonly NormId[]>;

/** Axes and norm of a shape under the choices made for its rank; `names` are what the file calls its axes. */
export function choose(shape: Shape, choices: Choices, names: readonly string[] = []): Chosen {
	const axes = { shape, ...shownAxes(shape, choices, names) };
	const known = axes.convention === "own" ? guessAxes(shape).convention : axes.convention;
	const chosen = isNormId(choices.norm) ? [choices.norm] : FIRST_NORMS[known];
	const tried = chosen.map((id) => tryNorm(shape, { id, options: optionsOf(id, axes, known, choices.options ?? {}) }));
	const fitting = tried.find(({ layout }) => layout) ?? tried.at(-1);
	const shown = fitting as (typeof tried)[number];
	const taken = inputsOf(shown.norm.id);
	const inputs = Object.fromEntries(
		Object.entries(choices.inputs ?? {}).filter(([id]) => (taken as string[]).includes(id)),
	);
	return { ...axes, ...shown, inputs, parts: shown.layout?.cells ?? attemptedParts(shape, shown.norm) };
}

/** A norm with its layout on a shape, or the reason why it has none. */
export function tryNorm(shape: Shape, norm: Norm): { norm: Norm; layout?: Layout; problem?: ErrorData } {
	try {
		return { norm, layout: layoutOf(norm, shape) };
	} catch (thrown) {
		return { norm, problem: TensorError.from(thrown).toData() };
	}
}

/** The parts that a norm which does not fit was to make. */
function attemptedParts(shape: Shape, norm: Norm): Shape {
	const { uses } = normalization(norm.id);
	if (uses.includes("cells")) return norm.options.cells;
	const { axis, groups } = norm.options;
	const { layout } = tryNorm(shape, { ...norm, options: { ...norm.options, groups: 1, eps: 0 } });
	const cells = layout?.cells ?? shape;
	return uses.includes("groups") ? cells.map((parts, a) => (a === axis ? groups : parts)) : cells;
}

function optionsOf(
	id: NormId,
	{ shape, channelAxis }: { readonly shape: Shape; readonly channelAxis: number },
	convention: AxisConventionId,
	given: Partial<NormOptions>,
): NormOptions {
	const { axisIs, defaults } = normalization(id);
	const first =
		convention === "sequence" || (defaults?.axis ?? 0) < 0 ? shape.length - 1 : Math.min(1, shape.length - 1);
	const axis = axisIs === "channel" ? channelAxis : axisIs === "averaged" ? Math.min(1, shape.length - 1) : first;
	const cells = given.cells?.length === shape.length ? fitCells(given.cells, shape) : undefined;
	return normOptions(shape, { axis: Math.max(0, axis), ...given, ...(cells ? { cells } : {}) }, id);
}

/** Cells that were made for another shape of the same rank: averaged and kept axes stay what they were. */
function fitCells(cells: Shape, shape: Shape): Shape {
	return shape.map((size, axis) => Math.min(cells[axis] ?? 1, size));
}

/** The set of a layout that an element is in, as one part per axis. */
export function setOf(layout: Layout, element: readonly number[]): number[] {
	return layout.shape.map((size, axis) => cellOfIndex(element[axis] ?? 0, size, layout.cells[axis] ?? 1));
}
