import { TensorError } from "../core/errors";
import type { Box } from "../core/layout";
import type { TensorInfo } from "../core/tensor";
import type { Chunk, Extent, TensorSource } from "./reader";

/** How the values of one tensor are had; see `TensorSource` for both. */
export interface TensorValues {
	boxes(maxElements: number): Iterable<Box>;
	read(box: Box, signal?: AbortSignal, target?: Uint8Array): Promise<Chunk>;
	extent?(box: Box): Extent | undefined;
}

/** A tensor as a reader found it; without values it has a `problem`. */
export interface FoundTensor {
	readonly info: TensorInfo;
	readonly values?: TensorValues;
}

/** A TensorSource over tensors that were found, each with its own way to its values. */
export function valuesSource(
	found: readonly FoundTensor[],
	about: Pick<TensorSource, "metadata" | "notes" | "hazards" | "close">,
): TensorSource {
	const byName = new Map(found.map((tensor) => [tensor.info.name, tensor]));
	const valuesOf = (name: string): TensorValues => {
		const tensor = byName.get(name);
		if (tensor === undefined) throw new TensorError("not-found", `The file has no tensor called "${name}".`);
		// Not an empty list of boxes: work that overlooks the problem must not end in statistics of nothing.
		if (tensor.values === undefined) throw problemOf(tensor.info);
		return tensor.values;
	};
	return {
		...about,
		tensors: found.map(({ info }) => info),
		boxes: ({ name }, maxElements) => valuesOf(name).boxes(maxElements),
		extent({ name }, box) {
			const extent = valuesOf(name).extent?.(box);
			return (
				extent && {
					...extent,
					read(first, count, target) {
						try {
							return extent.read(first, count, target);
						} catch (thrown) {
							throw TensorError.from(thrown).at({ tensor: name });
						}
					},
				}
			);
		},
		async read({ name }, box, signal, target) {
			const values = valuesOf(name);
			try {
				return await values.read(box, signal, target);
			} catch (thrown) {
				throw TensorError.from(thrown).at({ tensor: name });
			}
		},
	};
}

function problemOf({ problem, name }: TensorInfo): TensorError {
	const error = problem && TensorError.fromData(problem);
	return (error ?? new TensorError("internal", "This tensor has no values that could be read.")).at({ tensor: name });
}
