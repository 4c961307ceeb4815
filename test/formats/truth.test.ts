import fs from "node:fs";
import path from "node:path";
import { type Case, recorded } from "./record";
import { truth } from "./truth";

const PATTERN = /\.(npy|npz|safetensors|safetensors\.index\.json)$/;

/** Files with one list of records. */
function listed(data: string): readonly Case[] {
	const records = JSON.parse(fs.readFileSync(path.join(data, "truth.json"), "utf8")) as (Case["known"] & Case)[];
	return records.map((known) => ({ file: known.file, known }) as Case);
}

truth(
	"the copied files of other projects",
	"test/fixtures/formats",
	recorded(PATTERN, path.resolve("test/fixtures/formats")),
	20,
);
truth("the files that NumPy wrote", "test/fixtures/numpy", listed(path.resolve("test/fixtures/numpy")), 20);
