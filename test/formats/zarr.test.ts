import fs from "node:fs";
import path from "node:path";
import { type Case, SHARED, truth } from "./truth";

type Known = NonNullable<Case["known"]>;

const RECORDS = "../shared/expected";
const ENTRIES = ["zarr.json", ".zgroup", ".zarray"];

/** What is recorded of a store, by its path. */
function record(store: string): Known {
	return JSON.parse(fs.readFileSync(path.join(RECORDS, `${store}.json`), "utf8")) as Known;
}

/** Stores that are refused where their record could be read: a codec and a version from before the standard. */
const REFUSED: Readonly<Record<string, string>> = {
	"zarrs/zarrs/tests/data/v3/array_bz2.zarr": "E_UNSUPPORTED_CODEC",
	"zarr-implementations/examples/zarrita.zr3": "E_VERSION",
};

/** A case per store, opened by the file in its folder that tells what it is; or per array where there is none. */
function storeCases(): readonly Case[] {
	if (!fs.existsSync(SHARED)) return [];
	const stores = ["zarr-implementations", "zarrita", "zarrs"].flatMap((project) =>
		fs
			.readdirSync(path.join(RECORDS, project), { recursive: true, encoding: "utf8" })
			.filter((file) => file.endsWith(".json"))
			.map((file) => `${project}/${file.split(path.sep).join("/").slice(0, -".json".length)}`),
	);
	return stores.flatMap((store) => {
		const refused = REFUSED[store];
		const known = { ...record(store), ...(refused && { mayRefuse: refused }) };
		// One of two arrays of ten million elements that are the fill value throughout is enough.
		if (known.tensors?.every(({ count }) => count > 1e6)) {
			Object.assign(known, { partial: true, tensors: known.tensors.slice(0, 1) });
		}
		const entry = ENTRIES.find((name) => fs.existsSync(path.join(SHARED, store, name)));
		if (entry) return [{ file: `${store}/${entry}`, known }];
		return (known.tensors ?? []).map((tensor) => ({
			file: `${store}${tensor.name}/.zarray`,
			known: { ...known, tensors: [{ ...tensor, name: "/" }] },
		}));
	});
}

/** Zip archives of stores, with the records of their folders. */
function zipCases(): readonly Case[] {
	const zips = [
		["zarrita/fixtures/v2/data.zarr", "zarrita/fixtures/v2/data.zipped_from_parent.zarr.zip"],
		["zarrita/fixtures/v3/data.zarr", "zarrita/fixtures/v3/data.zipped_from_parent.zarr.zip"],
		["zarrita/fixtures/v3/data.zarr", "zarrita/fixtures/v3/data.zipped_from_within.zarr.zip"],
	] as const;
	if (!fs.existsSync(SHARED)) return [];
	return zips.map(([store, file]) => ({ file, known: record(store) }));
}

describe("Zarr", function () {
	this.timeout(120_000);
	truth("the shared stores of Zarr", SHARED, storeCases(), 60);
	truth("the shared zip archives of Zarr", SHARED, zipCases(), 3);
});
