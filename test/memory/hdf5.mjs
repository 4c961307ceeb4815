import fs from "node:fs";
import path from "node:path";
import { File, ready } from "h5wasm/node";

/** Indices of axis 0 that are written at a time. */
const STEP = 16;

/**
 * Writes 4 GiB of float32 in chunks of 4 MiB with h5wasm, piece by piece.
 * @param {string} folder
 * @returns {Promise<string>}
 */
export async function makeHdf5(folder) {
	await ready;
	const file = path.join(folder, "x.h5");
	const written = new File(file, "w");
	const piece = Float32Array.from({ length: STEP * 2 ** 20 }, (_, k) => (k % 1000) / 8);
	const dataset = written.create_dataset({
		name: "x",
		data: piece,
		shape: [STEP, 1024, 1024],
		maxshape: [1024, 1024, 1024],
		chunks: [1, 1024, 1024],
	});
	dataset.create_attribute("MATLAB_class", "single");
	dataset.resize([1024, 1024, 1024]);
	for (let at = STEP; at < 1024; at += STEP) {
		dataset.write_slice([[at, at + STEP], [], []], piece);
		written.flush();
	}
	written.close();
	return file;
}

/**
 * The same file behind MATLAB's 512 bytes.
 * @param {string} folder
 */
export async function makeMat73(folder) {
	const hdf5 = await makeHdf5(folder);
	const file = path.join(folder, "x.mat");
	const head = Buffer.alloc(512);
	head.write("MATLAB 7.3 MAT-file, Platform: GLNXA64".padEnd(116));
	head.writeUInt16LE(0x0200, 124);
	head.write("IM", 126);
	fs.writeFileSync(file, head);
	await fs.promises.writeFile(file, fs.createReadStream(hdf5), { flag: "a" });
	fs.rmSync(hdf5);
	return file;
}
