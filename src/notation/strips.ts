import type { Layout } from "../core/layout";
import { type Norm, type NormId, normalization } from "../core/normalizations";
import type { Subject } from "./subject";

/** A shape of something that takes part in a norm: one size per axis of the tensor, 1 where it is stretched along it. */
export interface Strip {
	readonly name: string;
	readonly sizes: readonly number[];
}

/** Input, statistics, gamma and beta, axis under axis. */
export function stripsOf({ shape, layout, norm }: Subject): Strip[] {
	const cells = layout?.cells ?? [];
	const affine = normalization(norm.id).affineAxes(shape, norm.options);
	const ofAffine = shape.map((size, axis) => (affine.includes(axis) ? size : Math.min(1, size)));
	return [
		{ name: "Input", sizes: shape },
		...(statisticsName(norm.id) ? [{ name: statisticsName(norm.id), sizes: cells }] : []),
		...othersOf(norm, shape).map((other, k) => ({ name: k === 0 ? "Beside it" : "and", sizes: other.cells })),
		takesStyle(norm.id) ? { name: "Style's mean, deviation", sizes: cells } : { name: "Gamma, beta", sizes: ofAffine },
	];
}

/** What a strip does along an axis of the tensor. */
export function stripRole(size: number, whole: number): "" | "stretched" | "grouped" {
	return size === whole ? "" : size === 1 ? "stretched" : "grouped";
}

/** What the statistics of a set are called; nothing where there are none. */
function statisticsName(id: NormId): string {
	const { statistic, takes } = normalization(id);
	if (!statistic) return takes?.includes("runningMean") ? "Running mean, variance" : "";
	const centre = { mean: "Mean, ", min: "Minimum, ", nothing: "" }[statistic.centre];
	const divisor = { std: "deviation", rms: "root mean square", length: "length", range: "range" }[statistic.divisor];
	return centre ? centre + divisor : divisor.slice(0, 1).toUpperCase() + divisor.slice(1);
}

/** Whether another tensor's statistics take the place of gamma and beta. */
function takesStyle(id: NormId): boolean {
	return normalization(id).takes?.includes("style") === true;
}

/** The coarser layouts that take part too. */
function othersOf({ id, options }: Norm, shape: readonly number[]): readonly Layout[] {
	return normalization(id).others?.(shape, options) ?? [];
}
