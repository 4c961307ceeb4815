import { type Box, denseStrides, resolveAxis, type Shape } from "../core/layout";
import type { NormOptions } from "../core/norm-options";
import type { AffineParameters } from "./affine-parameters";
import type { Decoded } from "./decoded";
import { axesFrom, type Order } from "./transform";

/** Values whose squares could leave float64's range together. */
const LARGE = 1e150;

/** Channels of the window before and after an element. */
function reachOf({ size, evenWindow }: NormOptions): { readonly before: number; readonly after: number } {
	const [half, other] = [Math.floor(size / 2), Math.floor((size - 1) / 2)];
	return evenWindow === "before" ? { before: half, after: other } : { before: other, after: half };
}

/** A box with the channels beside it that the windows of its elements reach. */
export function withNeighbours({ origin, shape: lengths }: Box, shape: Shape, options: NormOptions): Box {
	const channel = resolveAxis(options.axis, shape.length);
	const { before, after } = reachOf(options);
	const from = Math.max(0, (origin[channel] as number) - before);
	const to = Math.min(shape[channel] as number, (origin[channel] as number) + (lengths[channel] as number) + after);
	return {
		origin: origin.map((at, axis) => (axis === channel ? from : at)),
		shape: lengths.map((length, axis) => (axis === channel ? to - from : length)),
	};
}

/**
 * The local responses of a box's elements, dense in an order: `y = x / (bias + alpha / size · Σ x²)^power`, the sum over the
 * window along the channel axis (Krizhevsky et al. 2012; as PyTorch and ONNX divide alpha by the size). The chunk is the box
 * with its neighbours.
 */
export function transformWindows(
	chunk: Decoded,
	box: Box,
	{ gamma, beta, options, order }: AffineParameters & { readonly options: NormOptions; readonly order: Order },
): Float64Array {
	const { values, strides } = chunk;
	const channel = resolveAxis(options.axis, box.shape.length);
	const step = strides[channel] as number;
	const { before, after } = reachOf(options);
	const [first, last] = [
		chunk.origin[channel] as number,
		(chunk.origin[channel] as number) + (chunk.shape[channel] as number) - 1,
	];
	const axes = axesFrom(box.shape.length, order);
	const steps = denseStrides(box.shape, order);
	const out = new Float64Array(box.shape.reduce((product, length) => product * length, 1));
	const local = (position: number, at: number): number => {
		const x = values[position] as number;
		const from = position - Math.min(before, at - first) * step;
		const count = Math.min(before, at - first) + Math.min(after, last - at) + 1;
		let largest = 0;
		for (let k = 0; k < count; k++) largest = Math.max(largest, Math.abs(values[from + k * step] as number));
		const unit = largest > LARGE && largest < Infinity ? largest : 1;
		let sum = 0;
		for (let k = 0; k < count; k++) sum += ((values[from + k * step] as number) / unit) ** 2;
		const response = options.bias / unit / unit + (options.alpha / options.size) * sum;
		if (response === 0) return x === 0 ? 0 : x / 0;
		const scaled = unit === 1 ? x : x / unit ** options.power / unit ** options.power;
		return scaled / response ** options.power;
	};
	const visit = (depth: number, position: number, to: number, at: number, g: number, b: number): void => {
		const axis = axes[depth];
		if (axis === undefined) {
			out[to] = local(position, at) * (gamma.values[g] as number) + (beta.values[b] as number);
			return;
		}
		const origin = box.origin[axis] as number;
		for (let i = 0; i < (box.shape[axis] as number); i++) {
			visit(
				depth + 1,
				position + (origin - (chunk.origin[axis] as number) + i) * (strides[axis] as number),
				to + i * (steps[axis] as number),
				axis === channel ? origin + i : at,
				g + (origin + i) * (gamma.strides[axis] as number),
				b + (origin + i) * (beta.strides[axis] as number),
			);
		}
	};
	visit(0, chunk.offset, 0, 0, 0, 0);
	return out;
}
