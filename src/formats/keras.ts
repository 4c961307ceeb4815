import { TensorError } from "../core/errors";
import { openZip } from "./encoding/zip";
import { openHdf5 } from "./hdf5";
import { KNOWN } from "./known";
import type { TensorReader } from "./reader";

const WEIGHTS = "model.weights.h5";

/** Keras 3 models: a zip archive whose weights are an HDF5 file in it. Its configuration, which may hold code, is not read. */
export const keras: TensorReader = {
	...KNOWN.keras,
	sniff: () => false,
	sniffMembers: (names) => names.includes(WEIGHTS),
	async open(source, signal) {
		const archive = await openZip(source, signal);
		const entry = archive.entries.find(({ name }) => name === WEIGHTS);
		if (entry === undefined) {
			const message = `The archive holds no "${WEIGHTS}", which a Keras model has; save the model again.`;
			throw new TensorError("corrupt", message, { file: source.name });
		}
		const opened = await openHdf5(await archive.open(entry, signal), signal);
		const close = async () => {
			await opened.close();
			await source.close?.();
		};
		return { ...opened, close };
	},
};
