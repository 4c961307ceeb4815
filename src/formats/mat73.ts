import type { Box } from "../core/layout";
import { latin1 } from "./detect";
import { isHdf5, openHdf5 } from "./hdf5";
import { KNOWN } from "./known";
import type { TensorReader } from "./reader";

/** What MATLAB keeps for cells and objects. */
const HIDDEN = /^#(refs|subsystem)#\//;

/** MATLAB's .mat files of version 7.3: HDF5 with the axes in the other order. */
export const mat73: TensorReader = {
	...KNOWN.mat73,
	sniff: (head) => latin1(head.subarray(0, 10)) === "MATLAB 7.3" && isHdf5(head),
	async open(source, signal) {
		const opened = await openHdf5(source, signal);
		const tensors = opened.tensors
			.filter(({ name }) => !HIDDEN.test(name))
			.map((tensor) => ({ ...tensor, shape: [...tensor.shape].reverse() }));
		return {
			...opened,
			tensors,
			*boxes(tensor, maxElements) {
				for (const box of opened.boxes(tensor, maxElements)) yield reversed(box);
			},
			async read(tensor, box, readSignal, target) {
				const chunk = await opened.read(tensor, reversed(box), readSignal, target);
				return { ...chunk, ...box, strides: [...chunk.strides].reverse() };
			},
		};
	},
};

function reversed({ origin, shape }: Box): Box {
	return { origin: [...origin].reverse(), shape: [...shape].reverse() };
}
