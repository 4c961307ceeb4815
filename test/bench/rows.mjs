/**
 * @typedef {"f32" | "f16" | "bf16"} StoredType
 *
 * @typedef {object} DataFile A file that rows read; made from one seed.
 * @property {string} name Its suffix chooses the format; `.npz` is written by NumPy from the file `deflates`.
 * @property {readonly number[]} shape
 * @property {StoredType} dtype
 * @property {string | undefined} [deflates] The file whose values it holds compressed.
 *
 * @typedef {import("./contenders.mjs").ContenderId} ContenderId
 * @typedef {"batchNorm" | "layerNorm" | "instanceNorm" | "groupNorm"} NormId
 *
 * @typedef {object} Row One thing that is measured.
 * @property {string} id Said in the tables, and what `--only` looks at.
 * @property {"main" | "large" | "bytes" | "cells" | "header"} part
 * @property {"moments" | "normalize" | "describe"} work
 * @property {DataFile} file
 * @property {readonly (readonly number[])[]} layouts Cells of every layout; of a normalization only the first is used.
 * @property {{ readonly id: NormId, readonly groups: number }} [norm] With channels on axis 1.
 * @property {readonly ContenderId[]} against Beside the engine.
 * @property {number} [runs] Where it is not the number of the session.
 * @property {boolean} [quick] Whether `--quick` measures it.
 */

const GROUPS = 32;
const READERS = /** @type {const} */ (["numpy", "torch", "torchAllCores", "cat", "rawReads"]);
const WRITERS = /** @type {const} */ ([
	"numpy",
	"torch",
	"torchAllCores",
	"numpyFlushed",
	"torchFlushed",
	"unflushed",
	"cp",
	"cpFlushed",
]);

/**
 * The layouts of all profiles and the whole, as one inspection asks for them.
 * @param {readonly number[]} shape
 */
function profiles(shape) {
	const averaged = shape.map(() => 1);
	return [...shape.map((size, axis) => averaged.with(axis, Math.min(size, 2048))), averaged];
}

/**
 * Rows of statistics of one file: one for each named layout, and one for all profiles.
 * @param {string} label
 * @param {DataFile} file
 * @param {Readonly<Record<string, readonly number[]>>} cells by the name of the norm
 * @param {readonly ContenderId[]} [against]
 * @returns {Row[]}
 */
function statistics(label, file, cells, against = READERS) {
	const named = Object.entries(cells).map(([norm, layout]) => ({ norm, layouts: [layout] }));
	return [...named, { norm: "all profiles", layouts: profiles(file.shape) }].map(({ norm, layouts }) => ({
		id: `${label} ${norm}`,
		part: "main",
		work: "moments",
		file,
		layouts,
		against,
		quick: label !== "NHWC f32" ? /^NCHW f32|^NCHW f?b?f16 BN/.test(`${label} ${norm}`) : norm === "BN",
	}));
}

/**
 * Every row, in the order of the tables.
 * @param {{ readonly batch: number, readonly large: boolean }} size Samples of the image batches (64 in the targets), and whether the 4 GB file is made.
 * @returns {Row[]}
 */
export function rowsOf({ batch, large }) {
	const nchw = [batch, 256, 56, 56];
	const nhwc = [batch, 56, 56, 256];
	/** @type {(name: string, shape: readonly number[], dtype?: StoredType) => DataFile} */
	const file = (name, shape, dtype = "f32") => ({ name, shape, dtype });
	const images = file("nchw-f32.npy", nchw);
	const channelsFirst = {
		BN: [1, 256, 1, 1],
		LN: [batch, 1, 1, 1],
		IN: [batch, 256, 1, 1],
		GN: [batch, GROUPS, 1, 1],
	};
	const channelsLast = {
		BN: [1, 1, 1, 256],
		LN: [batch, 1, 1, 1],
		IN: [batch, 1, 1, 256],
		GN: [batch, 1, 1, GROUPS],
	};
	const deflated = file("nchw-f32.npz", nchw);
	/** @type {readonly (readonly [string, NormId])[]} */
	const norms = [
		["BN", "batchNorm"],
		["LN", "layerNorm"],
		["IN", "instanceNorm"],
		["GN", "groupNorm"],
	];
	const vector = file("vector-f32.npy", [2 ** 26]);
	const matrix = file("matrix-f32.npy", [64, 2 ** 20]);
	const four = file("4gb-f32.npy", [1024, 1024, 1024]);
	/** @type {(label: string, file: DataFile, layout: readonly number[]) => Row} */
	const growth = (label, grown, layout) => ({
		id: label,
		part: "cells",
		work: "moments",
		file: grown,
		layouts: [layout],
		against: ["rawReads"],
	});
	return [
		...statistics("NCHW f32", images, channelsFirst),
		...statistics("NHWC f32", file("nhwc-f32.npy", nhwc), channelsLast),
		...statistics("sequences f32", file("sequences-f32.npy", [8, 4096, 1024]), {
			"LN of a token": [8, 4096, 1],
			"LN of a sample": [8, 1, 1],
			BN: [1, 1, 1024],
			IN: [8, 1, 1024],
			GN: [8, 1, GROUPS],
		}),
		...statistics("one image f32", file("image-f32.npy", [1, 3, 2160, 3840]), {
			BN: [1, 3, 1, 1],
			LN: [1, 1, 1, 1],
			IN: [1, 3, 1, 1],
			"GN of 3 groups": [1, 3, 1, 1],
		}),
		...statistics("small cells f32", file("cells-f32.npy", [4096, 512, 2, 2]), {
			BN: [1, 512, 1, 1],
			LN: [4096, 1, 1, 1],
			IN: [4096, 512, 1, 1],
			GN: [4096, GROUPS, 1, 1],
		}),
		...statistics("vector f32", vector, { whole: [1] }),
		...statistics("NCHW f16", file("nchw-f16.npy", nchw, "f16"), channelsFirst),
		...statistics(
			"NCHW bf16",
			file("nchw-bf16.safetensors", nchw, "bf16"),
			channelsFirst,
			READERS.filter((id) => id !== "numpy"),
		),
		{
			id: "deflated f32 BN",
			part: "main",
			work: "moments",
			file: { ...deflated, deflates: images.name },
			layouts: [channelsFirst.BN],
			against: ["numpy", "torch", "cat"],
			quick: true,
		},
		...norms.map(
			([name, id]) =>
				/** @satisfies {Row} */ ({
					id: `normalize f32 ${name}`,
					part: "main",
					work: "normalize",
					file: images,
					layouts: [channelsFirst[/** @type {keyof typeof channelsFirst} */ (name)]],
					norm: { id, groups: GROUPS },
					against: WRITERS,
					quick: name === "BN" || name === "GN",
				}),
		),
		...(large
			? [
					["whole", [1, 1, 1]],
					["per index of axis 0", [1024, 1, 1]],
					["per index of the last axis", [1, 1, 1024]],
				].map(
					([name, layout]) =>
						/** @type {Row} */ ({
							id: `4 GB f32 ${name}`,
							part: "large",
							work: "moments",
							file: four,
							layouts: [layout],
							against: ["cat", "rawReads"],
							runs: 3,
						}),
				)
			: []),
		...[8, 16, 32, 64, 128].map(
			(samples) =>
				/** @satisfies {Row} */ ({
					id: `${samples} samples`,
					part: "bytes",
					work: "moments",
					file: file(`bytes-${samples}-f32.npy`, [samples, 256, 56, 56]),
					layouts: [[1, 256, 1, 1]],
					against: ["rawReads"],
				}),
		),
		...[0, 4, 8, 12, 16, 20].map((power) => growth(`rows, ${2 ** power} cells`, vector, [2 ** power])),
		...[0, 4, 8, 12, 16, 20].map((power) => growth(`columns, ${2 ** power} cells`, matrix, [1, 2 ** power])),
		{
			id: "describe 100 GB safetensors",
			part: "header",
			work: "describe",
			file: file("sparse.safetensors", [], "f32"),
			layouts: [],
			against: [],
			quick: true,
		},
	];
}

/**
 * How an array is reshaped and reduced to get the same sets as a layout: a grouped axis becomes two.
 * @param {readonly number[]} shape
 * @param {readonly number[]} cells
 */
export function reductionOf(shape, cells) {
	/** @type {number[]} */
	const split = [];
	/** @type {number[]} */
	const axes = [];
	shape.forEach((size, axis) => {
		const parts = cells[axis] ?? 1;
		if (parts === 1) axes.push(split.push(size) - 1);
		// NumPy and PyTorch have no parts of two lengths: where these would be, every index is one.
		else if (parts === size || size % parts !== 0) split.push(size);
		else axes.push(split.push(parts, size / parts) - 1);
	});
	return { shape: split, axes };
}
