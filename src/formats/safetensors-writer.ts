import { DTYPES } from "../core/dtype";
import { TensorError } from "../core/errors";
import { sizeOf } from "../core/layout";
import { type OutputMetadata, type OutputPlan, type OutputRegion, type OutputTensor, outputBytes } from "./output-plan";
import { NOT_IN_SAFETENSORS } from "./safetensors-entry";

/** Plans a .safetensors file; values are always in C order. Throws `bad-option`. */
export function planSafetensors(tensors: readonly OutputTensor[], metadata: OutputMetadata): OutputPlan {
	// Widest elements first, as the reference writer does: then every tensor starts at a multiple of its element.
	const placed = [...tensors].sort((a, b) => DTYPES[b.dtype].bits - DTYPES[a.dtype].bits);
	const header = new Map<string, unknown>();
	if (Object.keys(metadata).length > 0) header.set("__metadata__", metadata);
	const begins = new Map<OutputTensor, number>();
	let end = 0;
	for (const tensor of placed) {
		check(tensor);
		const begin = end;
		end += outputBytes(tensor);
		begins.set(tensor, begin);
		const { dtype, shape } = tensor;
		header.set(nameOf(tensor), { dtype: dtype.toUpperCase(), shape, data_offsets: [begin, end] });
	}
	const text = new TextEncoder().encode(`{${[...header].map((entry) => entry.map(toJson).join(":")).join(",")}}`);
	const dataStart = 8 + Math.ceil(text.length / 8) * 8;
	const head = new Uint8Array(dataStart).fill(0x20);
	new DataView(head.buffer).setBigUint64(0, BigInt(dataStart - 8), true);
	head.set(text, 8);
	return {
		size: dataStart + end,
		pieces: [{ offset: 0, bytes: head }],
		regions: tensors.map((tensor): OutputRegion => {
			const { dtype, shape } = tensor;
			const offset = dataStart + (begins.get(tensor) as number);
			return { name: nameOf(tensor), dtype, shape, offset, bytes: outputBytes(tensor), order: "C" };
		}),
		needsCrc: false,
		finish: () => [],
	};
}

function toJson(value: unknown): string {
	return JSON.stringify(value);
}

/** A .npy file's only tensor has no name of its own. */
function nameOf({ name }: OutputTensor): string {
	return name === "" ? "tensor" : name;
}

function check({ name, dtype, shape }: OutputTensor): void {
	const fail = (message: string): never => {
		throw new TensorError("bad-option", message, { tensor: name });
	};
	if (name === "__metadata__") fail('A .safetensors file cannot hold a tensor called "__metadata__"; rename it.');
	if (dtype === "c128") fail("The safetensors format has no c128; write .npy or .npz, or choose c64.");
	if (NOT_IN_SAFETENSORS.includes(dtype)) fail(`The safetensors format has no ${dtype}; choose a wider type.`);
	if ((sizeOf(shape) * DTYPES[dtype].bits) % 8 !== 0) {
		fail(`${dtype} [${shape.join(", ")}] does not end on a whole byte, which the safetensors format demands.`);
	}
}
