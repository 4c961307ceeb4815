import type { Shape } from "../core/layout";
import type { InputId } from "../core/norm-inputs";
import { type Norm, normalization } from "../core/normalizations";

/** Values that broadcast over a tensor: element i lies at `Σ i[a]·strides[a]`; a stride of 0 repeats. */
export interface Broadcast {
	readonly values: Float64Array;
	readonly strides: Shape;
}

/** The values of the inputs that were given. */
export type NormInputs = Readonly<Partial<Record<InputId, Broadcast>>>;

/** What follows the normalization. */
export interface AffineParameters {
	readonly gamma: Broadcast;
	readonly beta: Broadcast;
	/** What the norm's formula for elements reads. */
	readonly input?: Broadcast;
}

/** Gamma and beta, and what the norm's elements read; what was not given is 1 and 0. */
export function affineParameters(inputs: NormInputs, norm: Norm, shape: Shape): AffineParameters {
	const { elementInput } = normalization(norm.id);
	const input = elementInput && inputs[elementInput];
	return {
		gamma: inputs.gamma ?? constant(1, shape),
		beta: inputs.beta ?? constant(0, shape),
		...(input ? { input } : {}),
	};
}

/** Memory that threads share. */
export function sharedFloats(length: number): Float64Array {
	return new Float64Array(new SharedArrayBuffer(8 * length));
}

function constant(value: number, shape: Shape): Broadcast {
	return { values: sharedFloats(1).fill(value), strides: shape.map(() => 0) };
}
