import type { FileDescription, TensorInfo } from "../../src/core/tensor";

/** An archive of some tensors, as the engine describes one. */
export function description(tensors: readonly TensorInfo[], file = "a.npz"): FileDescription {
	return { file, size: 1000, format: "npz", formatLabel: "NumPy archive", metadata: {}, notes: [], tensors };
}
