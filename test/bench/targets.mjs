/**
 * @typedef {object} Target What the rows whose id matches must show; the worst of them counts.
 * @property {string} work
 * @property {string} against
 * @property {string} least As people say it.
 * @property {RegExp} rows
 * @property {"ratio" | "peakMb" | "medianMs"} measure `ratio`: their time divided by the engine's.
 * @property {import("./contenders.mjs").ContenderId} [contender] Of a ratio.
 * @property {number} limit The smallest ratio, the largest of the others.
 */

const NCHW = /^NCHW f32 (BN|LN|IN|GN)$/;
const NORMALIZE = /^normalize f32 (BN|GN)$/;

/** @type {readonly Target[]} */
export const TARGETS = [
	{
		work: "f32 statistics, NCHW, BN/LN/IN/GN",
		against: "NumPy",
		least: "4 × faster",
		rows: NCHW,
		measure: "ratio",
		contender: "numpy",
		limit: 4,
	},
	{
		work: "the same",
		against: "PyTorch",
		least: "8 × faster",
		rows: NCHW,
		measure: "ratio",
		contender: "torch",
		limit: 8,
	},
	{
		work: "the same",
		against: "raw reads",
		least: "30 % of its speed",
		rows: NCHW,
		measure: "ratio",
		contender: "rawReads",
		limit: 0.3,
	},
	{ work: "the same", against: "cat", least: "not slower", rows: NCHW, measure: "ratio", contender: "cat", limit: 1 },
	{
		work: "f32 statistics, NHWC, BN",
		against: "NumPy",
		least: "3 × faster",
		rows: /^NHWC f32 BN$/,
		measure: "ratio",
		contender: "numpy",
		limit: 3,
	},
	{
		work: "f16 statistics",
		against: "NumPy",
		least: "4 × faster",
		rows: /^NCHW f16 (BN|LN|IN|GN)$/,
		measure: "ratio",
		contender: "numpy",
		limit: 4,
	},
	{
		work: "bf16 statistics",
		against: "PyTorch",
		least: "4 × faster",
		rows: /^NCHW bf16 (BN|LN|IN|GN)$/,
		measure: "ratio",
		contender: "torch",
		limit: 4,
	},
	{
		work: "f32 normalize, file to file, BN/GN",
		against: "NumPy",
		least: "6 × faster",
		rows: NORMALIZE,
		measure: "ratio",
		contender: "numpy",
		limit: 6,
	},
	{
		work: "the same",
		against: "PyTorch",
		least: "2 × faster",
		rows: NORMALIZE,
		measure: "ratio",
		contender: "torch",
		limit: 2,
	},
	{
		work: "the same",
		against: "cp",
		least: "at most 2 × its time",
		rows: NORMALIZE,
		measure: "ratio",
		contender: "cp",
		limit: 0.5,
	},
	{
		work: "deflated .npz statistics",
		against: "NumPy",
		least: "not slower",
		rows: /^deflated/,
		measure: "ratio",
		contender: "numpy",
		limit: 1,
	},
	{ work: "peak memory, 4 GB file", against: "", least: "under 400 MB", rows: /^4 GB/, measure: "peakMb", limit: 400 },
	{
		work: "describe a 100 GB .safetensors",
		against: "",
		least: "under 50 ms",
		rows: /^describe/,
		measure: "medianMs",
		limit: 50,
	},
];

/**
 * Holds a target against what was measured.
 * @param {Target} target
 * @param {readonly import("./measure.mjs").Measured[]} measured
 * @returns {{ readonly found: readonly number[], readonly met: boolean | undefined }} lowest and highest; nothing where no row was measured
 */
export function judge(target, measured) {
	const values = measured
		.filter(({ row }) => target.rows.test(row.id))
		.flatMap(({ ours, theirs, peakMb }) => {
			if (target.measure === "peakMb") return peakMb === undefined ? [] : [peakMb];
			if (target.measure === "medianMs") return [ours.median];
			const other = theirs.find(({ id }) => id === target.contender)?.times;
			return other === undefined ? [] : [other.median / ours.median];
		});
	if (values.length === 0) return { found: [], met: undefined };
	const found = [Math.min(...values), Math.max(...values)];
	const met = target.measure === "ratio" ? Math.min(...values) >= target.limit : Math.max(...values) < target.limit;
	return { found, met };
}
