import { byteLength, type DType, decode } from "../../core/dtype";
import { TensorError } from "../../core/errors";
import { denseStrides, sizeOf } from "../../core/layout";
import type { Chunk } from "../reader";
import type { TensorValues } from "../values";

/** Numbers at hand, or a tensor of one axis that holds them. */
export type Parameters = readonly number[] | (TensorValues & { readonly dtype: DType });

/** How stored integers become values: (q − zero) · scale, one pair for all or one for each index of an axis. */
export interface Quantizer {
	readonly scales: Parameters;
	readonly zeros: Parameters;
	readonly axis?: number;
}

const MAX_PARAMETERS = 2 ** 24;

/** The values of a quantized tensor as float32, as torch's `dequantize` gives them. */
export function dequantized(raw: TensorValues, { scales, zeros, axis }: Quantizer): TensorValues {
	let loaded: Promise<readonly [ArrayLike<number>, ArrayLike<number>]> | undefined;
	const load = (signal?: AbortSignal) => {
		loaded ??= Promise.all([numbersOf(scales, signal), numbersOf(zeros, signal)]).catch((thrown) => {
			loaded = undefined;
			throw thrown;
		});
		return loaded;
	};
	return {
		boxes: (maxElements) => raw.boxes(maxElements),
		async read(box, signal) {
			const [scale, zero] = await load(signal);
			const chunk = await raw.read(box, signal);
			const out = new Float32Array(sizeOf(box.shape));
			const base = axis === undefined ? 0 : (box.origin[axis] as number);
			forEachElement(chunk, axis, (value, k, along) => {
				const channel = axis === undefined ? 0 : base + along;
				out[k] = (value - (zero[channel] as number)) * Math.fround(scale[channel] as number);
			});
			const bytes = new Uint8Array(out.buffer);
			return {
				...chunk,
				dtype: "f32",
				bigEndian: NATIVE_BIG_ENDIAN,
				strides: denseStrides(box.shape, "C"),
				offset: 0,
				bytes,
			};
		},
	};
}

const NATIVE_BIG_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;

/** Calls with every value of a chunk in C order, its number in that order, and its index along an axis. */
function forEachElement(
	chunk: Chunk,
	axis: number | undefined,
	each: (value: number, k: number, along: number) => void,
): void {
	const { shape, strides, dtype, bytes } = chunk;
	const values = decode(chunk, Math.floor(bytes.length / byteLength(dtype, 1)));
	const index = shape.map(() => 0);
	let at = chunk.offset;
	const count = sizeOf(shape);
	for (let k = 0; k < count; k++) {
		each(values[at] as number, k, axis === undefined ? 0 : (index[axis] as number));
		for (let a = shape.length - 1; a >= 0; a--) {
			index[a] = (index[a] as number) + 1;
			at += strides[a] as number;
			if ((index[a] as number) < (shape[a] as number)) break;
			at -= (shape[a] as number) * (strides[a] as number);
			index[a] = 0;
		}
	}
}

async function numbersOf(parameters: Parameters, signal?: AbortSignal): Promise<ArrayLike<number>> {
	if (!("read" in parameters)) return parameters;
	const parts: number[] = [];
	for (const box of parameters.boxes(2 ** 16)) {
		if (parts.length > MAX_PARAMETERS)
			throw new TensorError("too-large", `More than ${MAX_PARAMETERS} scales are not read.`);
		forEachElement(await parameters.read(box, signal), undefined, (value) => void parts.push(value));
	}
	return parts;
}
