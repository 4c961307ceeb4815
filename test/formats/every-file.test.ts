import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { FOLDER_ENTRIES, KNOWN } from "../../src/formats/known";
import { SHARED, type Truth } from "./record";
import { inOurWords } from "./record-words";
import { agreesTable } from "./tables";
import { type Outcome, outcomeOf } from "./truth";

const DATA = path.resolve(SHARED);
/** Where records are: beside the data, and of some files among the fixtures. */
const RECORDS = [path.resolve(SHARED, "../expected"), path.resolve("test/fixtures/formats")];

const opaque = (name: string) => ({ name, dtype: "opaque", count: 1, numeric: false as const });

const ZERO_TO_19 = {
	...{ count: 20, nan: 0, posInf: 0, negInf: 0, min: 0, max: 19, mean: 9.5, std: Math.sqrt(33.25) },
	first8: [0, 1, 2, 3, 4, 5, 6, 7],
};

/** What is known better than the record, or read less than it, each with its reason. */
const DIFFERENT: readonly {
	readonly file: RegExp;
	readonly reason: string;
	readonly known: Partial<Truth> | ((known: Truth) => Partial<Truth>);
}[] = [
	{
		file: /testmatlabstring_7_WIN64\.mat$/,
		reason: 'scipy calls every string object "None"; here they have their names.',
		known: { tensors: [opaque("matstring1"), opaque("matstring2")] },
	},
	{
		file: /zarr-implementations\/examples\/zarrita\.zr3$/,
		reason: "The store is of a draft from before version 3 was settled, which only its own writer reads.",
		known: { status: "error", expectError: { code: "E_VERSION" } },
	},
	{
		file: /lz4_datasets\.hdf5$/,
		reason: "The recording machine had no LZ4 filter; the project it comes from wrote 0 to 19 in every dataset.",
		known: ({ tensorErrors = [], ...known }) => ({
			...known,
			tensors: tensorErrors.map(({ name }) => ({ name, shape: [20], ...ZERO_TO_19 })),
			tensorErrors: [],
		}),
	},
	{
		file: /^yauzl\/test\/(failure|wrong-entry-sizes)\//,
		reason: "That an archive holds no arrays is told before what is wrong with members that are none.",
		known: { status: "error", expectError: { code: "E_ZIP", anyOf: ["E_ZIP", "E_NOT_TENSOR_FILE"] } },
	},
];

/** What is opened as one: a file, or a folder that is a store; by its path, with all files that belong to it. */
interface Unit {
	readonly path: string;
	readonly files: readonly string[];
	/** The files by which it is opened. */
	readonly entries: readonly string[];
}

const units = fs.existsSync(DATA) ? unitsIn("") : [];

describe("every shared file", function () {
	this.timeout(300_000);
	if (units.length === 0) {
		it.skip(`is not compared: there is no folder ${SHARED}`);
		return;
	}
	const outcomes: (Outcome & { readonly unit: Unit; readonly recorded: boolean })[] = [];

	for (const unit of units) {
		const known = recordOf(unit);
		const { reason } = differenceOf(unit) ?? {};
		const fact = reason ? `differs from its record: ${reason}` : "is as recorded";
		it(`${unit.path} ${known ? fact : "opens or is refused with a sentence"}`, async () => {
			for (const entry of unit.entries) {
				const full = path.join(DATA, entry);
				const outcome = await (isTable(known) ? agreesTable : outcomeOf)(full, partOf(known, unit, entry) as Truth);
				outcomes.push({ ...outcome, unit, recorded: known !== undefined });
			}
		});
	}

	it("was opened or refused, none left out", () => {
		const all = fs
			.readdirSync(DATA, { recursive: true, withFileTypes: true })
			.filter((entry) => !entry.isDirectory())
			.map((entry) => path.relative(DATA, path.join(entry.parentPath, entry.name)).split(path.sep).join("/"));
		assert.deepEqual(units.flatMap(({ files }) => files).sort(), all.sort());
		const met = new Set(outcomes.map(({ unit }) => unit.path));
		assert.deepEqual(
			units.map((unit) => unit.path).filter((each) => !met.has(each)),
			[],
		);
		console.log(summary(outcomes));
	});
});

/** The units below a folder. */
function unitsIn(folder: string): readonly Unit[] {
	const entries = fs.readdirSync(path.join(DATA, folder), { withFileTypes: true });
	const names = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
	if (folder !== "" && (names.some((name) => FOLDER_ENTRIES.includes(name)) || recordAt(folder))) {
		return [{ path: folder, files: filesIn(folder), entries: entriesIn(folder) }];
	}
	const under = (name: string) => (folder === "" ? name : `${folder}/${name}`);
	// The values of a TensorFlow checkpoint belong to its index.
	const ownerOf = (name: string) => {
		const index = name.replace(/\.data-\d{5}-of-\d{5}$/, ".index");
		return names.includes(index) ? index : name;
	};
	const files = [...new Set(names.map(ownerOf))].map(
		(owner): Unit => ({
			path: under(owner),
			files: names.filter((name) => ownerOf(name) === owner).map(under),
			entries: [under(owner)],
		}),
	);
	const folders = entries.filter((entry) => entry.isDirectory()).flatMap(({ name }) => unitsIn(under(name)));
	return [...files, ...folders];
}

function filesIn(folder: string): readonly string[] {
	return fs
		.readdirSync(path.join(DATA, folder), { recursive: true, withFileTypes: true })
		.filter((entry) => !entry.isDirectory())
		.map((entry) => path.relative(DATA, path.join(entry.parentPath, entry.name)).split(path.sep).join("/"));
}

/** The file that tells what a store is; where there is none, those of the arrays in it. */
function entriesIn(folder: string): readonly string[] {
	const entry = FOLDER_ENTRIES.find((name) => fs.existsSync(path.join(DATA, folder, name)));
	if (entry) return [`${folder}/${entry}`];
	const below = fs.readdirSync(path.join(DATA, folder), { withFileTypes: true }).filter((each) => each.isDirectory());
	return below.flatMap(({ name }) => entriesIn(`${folder}/${name}`));
}

function recordAt(file: string): Truth | undefined {
	for (const folder of RECORDS) {
		const record = path.join(folder, `${file}.json`);
		if (fs.existsSync(record)) return JSON.parse(fs.readFileSync(record, "utf8")) as Truth;
	}
	return undefined;
}

function differenceOf(unit: Unit) {
	return DIFFERENT.find(({ file }) => file.test(unit.path));
}

/** The record of a unit; an archive of a store has the store's. */
function recordOf(unit: Unit): Truth | undefined {
	const known = recordAt(unit.path) ?? recordAt(unit.path.replace(/\.zipped_\w+(\.zarr)\.zip$/, "$1"));
	if (known === undefined) return undefined;
	const ours = inOurWords(known);
	const other = differenceOf(unit)?.known;
	return { ...ours, ...(typeof other === "function" ? other(ours) : other) };
}

/** What is recorded of a part of a store that is opened alone. */
function partOf(known: Truth | undefined, unit: Unit, entry: string): Truth | undefined {
	if (unit.entries.length === 1 || known === undefined) return known;
	const name = entry.slice(unit.path.length + 1).replace(/\/[^/]*$/, "");
	const tensors = known.tensors?.filter((tensor) => tensor.name === name).map((tensor) => ({ ...tensor, name: "" }));
	return { ...known, tensors: tensors ?? [] };
}

function isTable(known: Truth | undefined): boolean {
	return known?.status === "ok" && (known.format === "arrow-ipc" || known.format === "parquet");
}

/** How many units of each format were opened and refused, and how many tensors were compared value by value. */
function summary(outcomes: readonly (Outcome & { readonly unit: Unit; readonly recorded: boolean })[]): string {
	const rows = new Map<string, { units: Set<Unit>; refused: number; compared: number; unrecorded: number }>();
	for (const { unit, format, refused, compared, recorded } of outcomes) {
		const named = Object.values(KNOWN).find(({ extensions }) => extensions.some((end) => unit.path.endsWith(end)));
		const key = format ?? named?.id ?? "other";
		const row = rows.get(key) ?? { units: new Set<Unit>(), refused: 0, compared: 0, unrecorded: 0 };
		rows.set(key, row);
		if (!row.units.has(unit)) {
			row.refused += refused ? 1 : 0;
			row.unrecorded += recorded ? 0 : 1;
		}
		row.units.add(unit);
		row.compared += compared;
	}
	const lines = [...rows].sort().map(
		([
			format,
			{
				units: { size },
				refused,
				compared,
				unrecorded,
			},
		]) => {
			const without = unrecorded === 0 ? "" : `, ${unrecorded} of them without a record`;
			return `      ${format}: ${size - refused} opened (${compared} tensors compared), ${refused} refused${without}`;
		},
	);
	const refused = [...rows.values()].reduce((sum, row) => sum + row.refused, 0);
	return [...lines, `      ${units.length} in all: ${units.length - refused} opened, ${refused} refused`].join("\n");
}
