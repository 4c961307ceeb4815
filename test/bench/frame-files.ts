import { place, safetensors } from "../cli/tensor-files";
import { noise } from "../engine/files";

/** The activation that the panel is measured on. */
const SHAPE = [64, 256, 56, 56] as const;

/** What the panel is measured on: many tensors, or a large one. */
export type BenchFile = "list" | "tensor";

/** Writes what the panel is measured on: a file of 2,000 tensors, and one of 206 MB. Answers with their paths. */
export function writeFiles(folder: string): Readonly<Record<BenchFile, string>> {
	const layers = Array.from({ length: 500 }, (_, layer) =>
		["attention.query", "attention.key", "mlp.up", "mlp.down"].map((part, k) => {
			const values = Float32Array.from(noise(64 * 32, 4 * layer + k));
			return [`model.layers.${layer}.${part}.weight`, { shape: [64, 32], values }] as const;
		}),
	);
	const image = noise(2 ** 20, 1);
	const values = new Float32Array(SHAPE.reduce((size, length) => size * length, 1));
	for (let k = 0; k < values.length; k++) values[k] = (image[k % image.length] as number) + (k % 7) / 10;
	return {
		list: place(folder, "layers.safetensors", safetensors(Object.fromEntries(layers.flat()))),
		tensor: place(folder, "activation.safetensors", safetensors({ activation: { shape: SHAPE, values } })),
	};
}
