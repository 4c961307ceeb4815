import type { Shape } from "../../src/core/layout";
import { layoutOf, type Norm, type NormId, type NormOptions, normOptions } from "../../src/core/normalizations";
import { bySets, type Exact, exactly, mean, variance } from "./decimal";

/** An entry of the catalogue on the data of the page: its options, and its definition in exact arithmetic. */
export interface Definition {
	options(shape: Shape): Partial<NormOptions>;
	of(values: readonly Exact[], shape: Shape, norm: Norm): readonly Exact[];
}

/** `(x − mean) / sqrt(variance + eps)` of every set; 0 where nothing varies. */
const standardized: Definition["of"] = (values, shape, norm) =>
	bySets(values, layoutOf(norm, shape), (set) => {
		if (set.every((value) => value.eq(set[0] as Exact))) return set.map(() => exactly(0));
		const centre = mean(set);
		const sigma = variance(set).plus(exactEps(norm)).sqrt();
		return set.map((value) => value.minus(centre).div(sigma));
	});

function exactEps({ options }: Norm): Exact {
	return exactly(options.eps);
}

/** Every entry, as its paper or framework defines it. */
export const DEFINITIONS = {
	batchNorm: { options: () => ({}), of: standardized },
	layerNorm: { options: () => ({}), of: standardized },
	instanceNorm: { options: () => ({}), of: standardized },
	groupNorm: { options: () => ({ groups: 4 }), of: standardized },
	cells: { options: (shape) => ({ cells: shape.map((size, axis) => (axis < 2 ? 1 : size)) }), of: standardized },
} as const satisfies Record<NormId, Definition>;

/** The norm of a definition on a shape. */
export function normOf(id: NormId, shape: Shape): Norm {
	return { id, options: normOptions(shape, DEFINITIONS[id].options(shape)) };
}
