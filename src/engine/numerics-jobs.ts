import { createSums, fastVarianceFrom, meanFrom, ROUND } from "../core/arithmetic";
import type { Layout } from "../core/layout";
import type { Accumulated, Arithmetic } from "../core/numerics";
import type { CallContext } from "../rpc";
import { decodeChunk } from "./decoded";
import { eachValue } from "./each-value";
import { type OpenFiles, type Target, useTarget } from "./open-files";
import { CHUNK_ELEMENTS, eachChunk } from "./share";

/** What an arithmetic is asked to make of the sets of a layout. */
export interface AccumulateInput {
	readonly target: Target;
	readonly layout: Layout;
	readonly arithmetic: Arithmetic;
	/** Finite elements of each set. */
	readonly counts: Float64Array;
}

/**
 * Accumulates the finite values of every set as an arithmetic does, in C order of the boxes as they are read: every element
 * is rounded to the precision, and so is each result of an operation. Reads twice, the second time for deviations from the mean.
 */
export function accumulate(
	files: OpenFiles,
	{ target, layout, arithmetic, counts }: AccumulateInput,
	{ signal, progress }: CallContext,
): Promise<Accumulated> {
	const { precision, summation } = arithmetic;
	const round = ROUND[precision];
	const startSums = () => createSums(precision, summation, counts);
	return useTarget(files, target, signal, async ({ open }, info) => {
		const pass = (number: number, visit: (value: number, cell: number) => void) =>
			eachChunk(
				open,
				info,
				open.boxes(info, CHUNK_ELEMENTS),
				{ signal, progress: ({ done, total }) => progress({ done: number * total + done, total: 2 * total }) },
				(chunk) =>
					eachValue(decodeChunk(chunk), layout, (value, cell) => {
						if (Number.isFinite(value)) visit(round(value), cell);
					}),
			);
		const [sums, squares, deviations] = [startSums(), startSums(), startSums()];
		await pass(0, (value, cell) => {
			sums.add(cell, value);
			squares.add(cell, round(value * value));
		});
		const mean = counts.map((count, cell) => meanFrom(precision, sums.total(cell), count));
		await pass(1, (value, cell) => {
			const deviation = round(value - (mean[cell] as number));
			deviations.add(cell, round(deviation * deviation));
		});
		return {
			...arithmetic,
			mean,
			fast: counts.map((count, cell) => fastVarianceFrom(precision, mean[cell] as number, squares.total(cell), count)),
			twoPass: counts.map((count, cell) => meanFrom(precision, deviations.total(cell), count)),
		};
	});
}
