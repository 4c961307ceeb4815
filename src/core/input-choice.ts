import type { Chosen } from "./chosen";
import { sizeOf } from "./layout";
import { INPUTS, type InputId, type NormInput } from "./norm-inputs";
import { type Norm, normalization } from "./normalizations";
import type { TensorInfo } from "./tensor";

/** What the norm needs and has not been given. */
export function missingInputs({ norm, inputs }: Chosen): InputId[] {
	return (normalization(norm.id).needs ?? []).filter((id) => inputs[id] === undefined);
}

/** The norm as numbers are asked for; none where it does not fit, or lacks a tensor that it needs. */
export function askedNorm(chosen: Chosen): { norm?: Norm; inputs?: Chosen["inputs"] } {
	if (!chosen.layout || missingInputs(chosen).length > 0) return {};
	return { norm: chosen.norm, inputs: chosen.inputs };
}

/** The choice with what the norm needs filled in, where one tensor of the file alone fits and has the name for it. */
export function withUsualInputs(chosen: Chosen, tensors: readonly TensorInfo[], own: string | undefined): Chosen {
	const found = missingInputs(chosen).flatMap((id) => {
		const [first, second] = candidatesFor(id, tensors, chosen, own).filter((tensor) => isLike(tensor, id));
		return first && !second ? [[id, first.name] as const] : [];
	});
	return found.length === 0 ? chosen : { ...chosen, inputs: { ...Object.fromEntries(found), ...chosen.inputs } };
}

/** Whether a tensor has a name that frameworks give such an input. */
function isLike({ name }: TensorInfo, id: InputId): boolean {
	return INPUTS[id].names.some((end) => name.toLowerCase().endsWith(end));
}

/** Tensors that a list offers at most; those with a fitting name come first. */
const MOST_OFFERED = 200;

/** The tensors of a file that fit as an input, those with a name for it first. */
export function candidatesFor(
	id: InputId,
	tensors: readonly TensorInfo[],
	{ norm, shape, layout }: Chosen,
	own: string | undefined,
): TensorInfo[] {
	if (!layout) return [];
	const { along }: NormInput = INPUTS[id];
	const long = (sizes: readonly number[]) => sizes.filter((size) => size !== 1).join();
	const wanted = long(
		normalization(norm.id)
			.affineAxes(shape, norm.options)
			.map((axis) => shape[axis] ?? 1),
	);
	const fits = (found: readonly number[]) =>
		({
			affine: () => long(found) === wanted,
			three: () => sizeOf(found) === 3,
			own: () => found.length === shape.length && found.at(norm.options.axis) === shape.at(norm.options.axis),
		})[along]();
	return tensors
		.filter((tensor) => !tensor.problem && tensor.name !== own && fits(tensor.shape))
		.sort((a, b) => Number(isLike(b, id)) - Number(isLike(a, id)))
		.slice(0, MOST_OFFERED);
}
