import type { DType } from "../core/dtype";
import { formatCount } from "../core/format";
import { type Layout, type Shape, sizeOf } from "../core/layout";
import { layoutOf, type Norm, normalization } from "../core/normalizations";
import type { Coverage } from "../core/sampling";
import type { StatisticsCells } from "../core/statistics-json";
import type { FileDescription, TensorInfo } from "../core/tensor";

/** Rows that an axis or a norm's sets may have in a file: a longer axis is cut into so many parts, more sets are left out. */
export const MOST_ROWS = 2 ** 18;

/** A layout whose statistics are written. */
export interface NamedLayout {
	/** "whole", "axis 0", …, or the id of a norm. */
	readonly name: string;
	readonly layout: Layout;
}

/** What is written of a tensor: which layouts, and what is left out, in a sentence. */
export interface ExportPlan {
	readonly layouts: readonly NamedLayout[];
	readonly omitted?: string;
}

/** A tensor of a file, with the names of its axes, and the norm that is looked at. */
export interface ExportSubject {
	readonly description: FileDescription;
	readonly tensor: TensorInfo;
	/** One name per axis. */
	readonly letters: readonly string[];
	readonly norm?: Norm;
}

/** Statistics of a tensor under the layouts of a plan, as they leave the product. */
export interface ExportedStatistics extends Coverage {
	readonly file: string;
	readonly format: string;
	readonly tensor: string;
	readonly dtype: DType;
	readonly shape: Shape;
	/** One name per axis. */
	readonly letters: readonly string[];
	readonly norm?: Norm;
	readonly omitted?: string;
	readonly layouts: readonly (NamedLayout & StatisticsCells)[];
	readonly elapsedMs: number;
}

/** The whole tensor, every axis, and the sets of the norm. */
export function exportPlan(shape: Shape, norm?: Norm): ExportPlan {
	// An empty tensor has statistics too: of no element.
	const one = (but?: number) => shape.map((size, axis) => (axis === but ? Math.min(size, MOST_ROWS) : 1));
	const axes = shape.map((_, axis) => ({ name: `axis ${axis}`, layout: { shape, cells: one(axis) } }));
	const layouts: NamedLayout[] = [{ name: "whole", layout: { shape, cells: one() } }, ...axes];
	if (!norm) return { layouts };
	const layout = layoutOf(norm, shape);
	const sets = sizeOf(layout.cells);
	if (sets <= MOST_ROWS) return { layouts: [...layouts, { name: norm.id, layout }] };
	const { label } = normalization(norm.id);
	return {
		layouts,
		omitted: `The ${formatCount(sets)} sets of ${label} are left out: up to ${formatCount(MOST_ROWS)} are written.`,
	};
}

/** What the engine tells of the layouts of a plan, in their order. */
export interface PlanResult extends Coverage {
	readonly dtype: DType;
	readonly layouts: readonly StatisticsCells[];
	readonly elapsedMs: number;
}

/** Statistics as they are written, from what the engine told of a plan. */
export function exportedStatistics(
	{ description, tensor, letters, norm }: ExportSubject,
	plan: ExportPlan,
	{ dtype, layouts, exact, seen, elements, elapsedMs }: PlanResult,
): ExportedStatistics {
	return {
		file: description.file,
		format: description.formatLabel,
		tensor: tensor.name,
		dtype,
		shape: tensor.shape,
		letters,
		...(norm ? { norm } : {}),
		...(plan.omitted === undefined ? {} : { omitted: plan.omitted }),
		layouts: plan.layouts.map((named, k) => ({ ...named, ...(layouts[k] as StatisticsCells) })),
		...{ exact, seen, elements, elapsedMs },
	};
}
