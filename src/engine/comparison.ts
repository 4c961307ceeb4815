import { partsOf, realDType } from "../core/dtype";
import { TensorError } from "../core/errors";
import { torchTolerances, ulpDistanceOf } from "../core/tensor-difference";
import type { CompareRequest } from "./api";
import type { Comparison } from "./difference-share";
import type { Target } from "./open-files";

/** Bins of all profiles together, and cells of a map along each of its axes: what a screen shows. */
const [MOST_BINS, MOST_MAP_CELLS] = [2 ** 14, 64];

/** What a comparison keeps of two tensors of one shape; throws where they cannot be compared. */
export function comparisonOf(a: Target, b: Target, { rtol, atol, map }: CompareRequest): Comparison {
	if (partsOf(a.dtype) !== partsOf(b.dtype)) {
		throw new TensorError(
			"unsupported",
			`A tensor of ${a.dtype} cannot be compared with one of ${b.dtype}: only one is complex.`,
		);
	}
	const parts = partsOf(a.dtype);
	const { shape } = a;
	const most = Math.max(1, Math.min(2048, Math.floor(MOST_BINS / Math.max(1, shape.length))));
	if (map && (map[0] === map[1] || map.some((axis) => !Number.isInteger(axis) || shape[axis] === undefined))) {
		throw new TensorError(
			"bad-option",
			`A map of the axes ${map[0]} and ${map[1]} was asked for; it needs two different axes of the ${shape.length} there are.`,
		);
	}
	const cells = (axis: number) => Math.min(MOST_MAP_CELLS, shape[axis] as number);
	return {
		shape: parts === 2 ? [...shape, 2] : shape,
		parts,
		bins: shape.map((size) => Math.min(size, most)),
		...(map ? { map: { axes: map, cells: [cells(map[0]), cells(map[1])] } } : {}),
		asked: { rtol, atol },
		torch: torchTolerances(a.dtype, b.dtype),
		ulp: realDType(a.dtype) === realDType(b.dtype) && ulpDistanceOf(a.dtype) !== undefined,
	};
}
