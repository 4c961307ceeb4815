import { type Layout, type Shape, sizeOf } from "../core/layout";
import { coefficientLayout, layoutOf, type Norm, needsMore } from "../core/normalizations";

/** Bins that the profile of a long axis is cut into: as many as a wide screen has columns. */
export const PROFILE_BINS = 2048;

/** The layouts that an inspection is made of: a profile of every axis, the whole, and the norm's. */
export function inspectedLayouts(shape: Shape, norm: Norm | null): Layout[] {
	const profiles = shape.map((size, axis) => ({
		shape,
		cells: shape.map((_, a) => (a === axis ? Math.min(size, PROFILE_BINS) : 1)),
	}));
	const whole = { shape, cells: shape.map(() => 1) };
	return [...profiles, whole, ...(norm && isSummed(norm, shape) ? [layoutOf(norm, shape)] : [])];
}

/** Whether a norm has sets that can be told of: those that move and scale elements alike. */
function isSummed(norm: Norm, shape: Shape): boolean {
	return coefficientLayout(norm, shape).cells.join() === layoutOf(norm, shape).cells.join();
}

/** Sets that a sample may tell of: with many more nearly all would be unknown, and take long to count. */
const SAMPLED_SETS = 2 ** 17;

/** The norm that a sample tells of, or none where it has too many sets for one. */
export function sampledNorm(norm: Norm | null, shape: Shape): Norm | null {
	return norm && !needsMore(norm) && sizeOf(layoutOf(norm, shape).cells) <= SAMPLED_SETS ? norm : null;
}
