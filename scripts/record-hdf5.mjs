// Writes test/fixtures/hdf5/numbers.h5 with h5wasm, whose object headers are of version 2:  node scripts/record-hdf5.mjs
import { mkdirSync, renameSync } from "node:fs";
import path from "node:path";
import { File, ready } from "h5wasm/node";

await ready;
const folder = path.join("test", "fixtures", "hdf5");
mkdirSync(folder, { recursive: true });
const file = new File("numbers.h5", "w");
file.create_dataset({ name: "floats", data: new Float32Array([1, -2, 0.5, 3.25]), shape: [4] });
file.create_dataset({ name: "integers", data: new Int16Array([1, -2, 300, 4000]), shape: [4] });
file.flush();
file.close();
renameSync("numbers.h5", path.join(folder, "numbers.h5"));
