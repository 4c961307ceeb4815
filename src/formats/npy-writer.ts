import { DTYPES, type DType } from "../core/dtype";
import { TensorError } from "../core/errors";
import { NPY_DESCR } from "./encoding/npy-dtype";
import { NPY_MAGIC } from "./encoding/npy-header";
import { type OutputPlan, type OutputTensor, outputBytes } from "./output-plan";

/** numpy aligns the values to this many bytes, so that they can be mapped into memory. */
const ALIGNMENT = 64;

/** Plans a .npy file of exactly one tensor. Throws `bad-option`. */
export function planNpy(tensors: readonly OutputTensor[]): OutputPlan {
	const [tensor] = tensors;
	if (tensor === undefined || tensors.length > 1) {
		throw new TensorError(
			"bad-option",
			`A .npy file holds one tensor, not ${tensors.length}; use .npz or .safetensors.`,
		);
	}
	const head = npyHeader(tensor);
	const bytes = outputBytes(tensor);
	const { name, dtype, shape, order = "C" } = tensor;
	return {
		size: head.length + bytes,
		pieces: [{ offset: 0, bytes: head }],
		regions: [{ name, dtype, shape, offset: head.length, bytes, order }],
		needsCrc: false,
		finish: () => [],
	};
}

/** The header of a .npy file, as numpy.lib.format writes it; version 2 where it is too long for version 1. */
export function npyHeader({ name, dtype, shape, order = "C" }: OutputTensor): Uint8Array {
	const descr = descrOf(name, dtype);
	const lengths = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
	const dict = `{'descr': '${descr}', 'fortran_order': ${order === "F" ? "True" : "False"}, 'shape': (${lengths}), }`;
	const [major, prefix] = dict.length + ALIGNMENT > 0xffff ? [2, 12] : [1, 10];
	const total = Math.ceil((prefix + dict.length + 1) / ALIGNMENT) * ALIGNMENT;
	const head = new Uint8Array(total).fill(0x20);
	const view = new DataView(head.buffer);
	head.set(NPY_MAGIC);
	head.set([major, 0], 6);
	if (major === 1) view.setUint16(8, total - prefix, true);
	else view.setUint32(8, total - prefix, true);
	head.set(new TextEncoder().encode(dict), prefix);
	head[total - 1] = 0x0a;
	return head;
}

function descrOf(name: string, dtype: DType): string {
	const descr = NPY_DESCR.get(dtype);
	if (descr !== undefined) return descr;
	throw new TensorError(
		"bad-option",
		`NumPy's formats have no type for ${dtype} (${DTYPES[dtype].bits} bits); write .safetensors, or choose f32.`,
		{ tensor: name },
	);
}
