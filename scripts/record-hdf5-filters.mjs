// Writes test/fixtures/hdf5/filters-beside.h5 by the filters of h5wasm-plugins that Debian has not:  node scripts/record-hdf5-filters.mjs
import { renameSync } from "node:fs";
import path from "node:path";
import { File, ready } from "h5wasm/node";

const SHAPE = [64, 33];
const values = Float32Array.from({ length: 64 * 33 }, (_, k) => k / 4 - 30);

/** The last number of Blosc2's options is its codec. @type {Readonly<Record<string, readonly [filter: number, ...options: number[]]>>} */
const FILTERS = {
	zstd: [32015, 3],
	bitshuffle: [32008, 0, 0],
	"bitshuffle lz4": [32008, 0, 2],
	"bitshuffle zstd": [32008, 0, 3, 5],
	"blosc2 blosclz": [32026, 0, 0, 0, 0, 5, 1, 0],
	"blosc2 lz4": [32026, 0, 0, 0, 0, 5, 1, 1],
	"blosc2 lz4hc": [32026, 0, 0, 0, 0, 5, 2, 2],
	"blosc2 zstd": [32026, 0, 0, 0, 0, 5, 0, 5],
};

const library = await ready;
library.insert_plugin_search_path(path.resolve("node_modules", "h5wasm-plugins", "plugins"), 0);
const file = new File("filters-beside.h5", "w");
for (const [name, [compression, ...compression_opts]] of Object.entries(FILTERS)) {
	try {
		file.create_dataset({ name, data: values, shape: SHAPE, chunks: [32, 20], compression, compression_opts });
	} catch (thrown) {
		console.error(`${name}: ${thrown instanceof Error ? thrown.message : thrown}`);
	}
}
file.close();
renameSync("filters-beside.h5", path.join("test", "fixtures", "hdf5", "filters-beside.h5"));
