import { AXIS_CONVENTIONS, type AxisConventionId, guessAxes, lettersOf } from "../src/core/axes";
import { type ErrorData, TensorError } from "../src/core/errors";
import { cellOfIndex, type Layout, roleOf, type Shape, sizeOf } from "../src/core/layout";
import {
	isNormId,
	layoutOf,
	NORMALIZATIONS,
	type Norm,
	type NormId,
	type NormOptions,
	normalization,
	normOptions,
} from "../src/core/normalizations";

/** What the user chose for tensors of one rank; what is left out follows from the shape. */
export interface Choices {
	readonly convention?: AxisConventionId | "own";
	/** One letter per axis, for the convention "own". */
	readonly letters?: string;
	readonly norm?: NormId;
	readonly options?: Partial<NormOptions>;
}

/** A tensor's axes and norm as they are shown: chosen by the user where they did, guessed from the shape elsewhere. */
export interface Chosen {
	readonly shape: Shape;
	readonly convention: AxisConventionId | "own";
	/** Why this convention, in a sentence. */
	readonly reason: string;
	readonly guessed: boolean;
	/** One name per axis. */
	readonly letters: readonly string[];
	readonly channelAxis: number;
	readonly norm: Norm;
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

/** Axes and norm of a shape under the choices made for its rank. */
export function choose(shape: Shape, choices: Choices): Chosen {
	const guess = guessAxes(shape);
	const convention = choices.convention ?? guess.convention;
	const known = convention === "own" ? guess.convention : convention;
	const letters = lettersOf(known, shape.length);
	const own = convention === "own" ? (choices.letters ?? letters) : letters;
	const channel = choices.convention && convention !== "own" ? AXIS_CONVENTIONS[known].channelAxis : guess.channelAxis;
	const axes = {
		shape,
		convention,
		reason: choices.convention ? "Chosen by you." : `A guess: ${guess.reason}`,
		guessed: choices.convention === undefined,
		letters: shape.map((_, axis) => [...own][axis] ?? [...letters][axis] ?? "·"),
		channelAxis: Math.max(0, channel < 0 ? shape.length + channel : Math.min(channel, shape.length - 1)),
	};
	const chosen = isNormId(choices.norm) ? [choices.norm] : FIRST_NORMS[known];
	const tried = chosen.map((id) => tryNorm(shape, { id, options: optionsOf(id, axes, known, choices.options ?? {}) }));
	const fitting = tried.find(({ layout }) => layout) ?? tried.at(-1);
	const shown = fitting as (typeof tried)[number];
	return { ...axes, ...shown, parts: shown.layout?.cells ?? attemptedParts(shape, shown.norm) };
}

function tryNorm(shape: Shape, norm: Norm): { norm: Norm; layout?: Layout; problem?: ErrorData } {
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
	const first = convention === "sequence" ? shape.length - 1 : Math.min(1, shape.length - 1);
	const axis = axisMeaning(id, shape.length) === "first averaged" ? first : channelAxis;
	const cells = given.cells?.length === shape.length ? fitCells(given.cells, shape) : undefined;
	return normOptions(shape, { axis: Math.max(0, axis), ...given, ...(cells ? { cells } : {}) });
}

/** Cells that were made for another shape of the same rank: averaged and kept axes stay what they were. */
function fitCells(cells: Shape, shape: Shape): Shape {
	return shape.map((size, axis) => Math.min(cells[axis] ?? 1, size));
}

/** What the option `axis` of a norm means, found by asking its layout what becomes of that axis. */
export function axisMeaning(id: NormId, rank: number): "channel" | "first averaged" {
	const shape = new Array<number>(Math.max(rank, 3)).fill(2);
	const { layout } = tryNorm(shape, { id, options: normOptions(shape, { axis: 1, groups: 2 }) });
	return layout && roleOf(layout, 1) === "averaged" ? "first averaged" : "channel";
}

/** The choices after one axis got another number of parts: still the same norm where it leaves that to the user. */
export function chooseParts(chosen: Chosen, choices: Choices, axis: number, parts: number): Choices {
	const { norm, shape } = chosen;
	const groups = normalization(norm.id).uses.includes("groups") && axis === norm.options.axis;
	if (groups && parts !== 1 && parts !== shape[axis]) {
		return { ...choices, norm: norm.id, options: { ...choices.options, groups: parts } };
	}
	const cells = chosen.parts.map((old, a) => (a === axis ? parts : old));
	return { ...choices, norm: "cells", options: { ...choices.options, cells } };
}

/** Other named norms that make the same sets as the chosen one: "LayerNorm over C, H, W". */
export function namesOf({ shape, layout, norm, letters }: Chosen): string[] {
	if (!layout || sizeOf(shape) <= 1) return [];
	const names: string[] = [];
	for (const id of Object.keys(NORMALIZATIONS).filter(isNormId)) {
		const { label, uses } = normalization(id);
		if (uses.includes("cells")) continue;
		const axis = shape.findIndex((_, axis) => {
			const options = { ...norm.options, axis, groups: layout.cells[axis] ?? 1 };
			return tryNorm(shape, { id, options }).layout?.cells.every((parts, a) => parts === layout.cells[a]);
		});
		if (axis < 0 || id === norm.id) continue;
		const named = uses.includes("groups") ? `${label}(${layout.cells[axis]})` : label;
		names.push(
			axisMeaning(id, shape.length) === "channel"
				? `${named} with channels ${letters[axis]}`
				: `${named} over ${letters.slice(axis).join(", ")}`,
		);
	}
	return names;
}

/** The set of a layout that an element is in, as one part per axis. */
export function setOf(layout: Layout, element: readonly number[]): number[] {
	return layout.shape.map((size, axis) => cellOfIndex(element[axis] ?? 0, size, layout.cells[axis] ?? 1));
}

/** The shortest text of a number that reads back as the same number: "1e-5", "0.001". */
export function exactly(value: number): string {
	const [plain, scientific] = [String(value), value.toExponential()];
	return plain.length > 6 && scientific.length < plain.length ? scientific : plain;
}
