import { averageOver } from "../layout";
import { affineBy, affineFrom, deviationOf, withEps } from "../norm-affine";
import type { InputId } from "../norm-inputs";
import type { NormOptions, OptionId } from "../norm-options";
import {
	alongChannel,
	axesOf,
	type Normalization,
	perChannel,
	perSampleAndChannel,
	perSampleAndGroup,
	type SetStatistics,
	type SetTable,
	type Statistic,
} from "../normalization";

const STANDARD: Statistic = { centre: "mean", divisor: "std" };
const USUAL = ["eps", "nonFinite", "epsPlace", "ddof"] as const satisfies OptionId[];

/** The softmax of three weights, or a third each. */
function shares(sets: SetTable, id: InputId): readonly [number, number, number] {
	const weights = sets.vector(id);
	if (!weights) return [1 / 3, 1 / 3, 1 / 3];
	const largest = Math.max(...Array.from(weights));
	const powers = Array.from(weights, (weight) => Math.exp(weight - largest));
	const sum = powers.reduce((total, power) => total + power, 0);
	return powers.map((power) => power / sum) as [number, number, number];
}

/** The length of a set as a vector, times a unit. */
function lengthOf({ mean, std, count = 0 }: SetStatistics, unit: number): number {
	return Math.hypot(mean * unit, std * unit) * Math.sqrt(count);
}

/** The deviation of a set with eps, times a unit. */
function deviationIn(set: SetStatistics, unit: number, options: NormOptions): number {
	return withEps(deviationOf({ ...set, std: set.std * unit }, options), options, unit);
}

const inference = (sets: SetTable, options: NormOptions, set: number) => ({
	mean: sets.input("runningMean", set) ?? 0,
	std: withEps(Math.sqrt(sets.input("runningVar", set) ?? 1), options),
});

/** Norms whose sets are moved and scaled by more than their own statistics. */
export const COMBINED = {
	batchNormInference: {
		label: "BatchNorm (inference)",
		per: "per channel, from running statistics",
		uses: ["axis", "eps", "epsPlace"],
		axisIs: "channel",
		minRank: 2,
		layout: perChannel("BatchNorm"),
		affineAxes: alongChannel,
		statistic: null,
		takes: ["runningMean", "runningVar"],
		needs: ["runningMean", "runningVar"],
		combine: (sets, options) => (set) => {
			const { mean, std } = inference(sets, options, set);
			return { unit: 1, centre: mean, scale: 1 / std };
		},
		books: "Take page 36 of every book, but with the average that earlier shelves have left behind.",
		formula: "y = (x − running mean) / sqrt(running var + eps) · gamma + beta",
		source: "Ioffe & Szegedy 2015, arXiv:1502.03167",
	},
	batchRenorm: {
		label: "Batch Renorm",
		per: "per channel, corrected to running statistics",
		uses: ["axis", "rMax", "dMax", ...USUAL],
		axisIs: "channel",
		minRank: 2,
		layout: perChannel("Batch Renorm"),
		affineAxes: alongChannel,
		statistic: STANDARD,
		takes: ["runningMean", "runningVar"],
		needs: ["runningMean", "runningVar"],
		combine: (sets, options) => (set) => {
			const own = sets.own(set);
			const { rMax, dMax } = options;
			const running = inference(sets, options, set);
			const std = (unit: number) => deviationIn(own, unit, options);
			const r = Math.min(rMax, Math.max(1 / rMax, std(1) / running.std));
			const d = Math.min(dMax, Math.max(-dMax, (own.mean - running.mean) / running.std));
			return affineFrom(
				own,
				(unit) => own.mean * unit - d * (std(unit) / r),
				(unit) => std(unit) / r,
			);
		},
		books: "Take page 36 of every book, and correct its average towards that of earlier shelves, as far as is allowed.",
		formula:
			"y = (x − mean) / sigma · r + d; r = sigma / running sigma, d = (mean − running mean) / running sigma, both clipped",
		source: "Ioffe 2017, arXiv:1702.03275",
	},
	switchableNorm: {
		label: "Switchable Norm",
		per: "per sample and channel, mixed with those per sample and per channel",
		uses: ["axis", ...USUAL],
		axisIs: "channel",
		minRank: 3,
		layout: perSampleAndChannel("Switchable Norm"),
		affineAxes: alongChannel,
		statistic: STANDARD,
		takes: ["meanWeight", "varWeight"],
		others: (shape, options) => {
			const { batch, channel, space } = axesOf(shape, options);
			return [averageOver(shape, [channel, ...space]), averageOver(shape, [batch, ...space])];
		},
		combine(sets, options) {
			const [means, variances] = [shares(sets, "meanWeight"), shares(sets, "varWeight")];
			return (set) => {
				const all = [sets.own(set), sets.other(0, set), sets.other(1, set)];
				const centre = (unit: number) => all.reduce((sum, { mean }, k) => sum + mean * unit * (means[k] as number), 0);
				const parts = (unit: number) =>
					all.map(
						(one, k) => deviationOf({ ...one, std: one.std * unit }, options) * Math.sqrt(variances[k] as number),
					);
				return affineFrom(sets.own(set), centre, (unit) => withEps(Math.hypot(...parts(unit)), options, unit));
			};
		},
		books: "Take one page, its whole book, and that page of every book: a mixture of their three averages.",
		formula:
			"y = (x − Σ w_k mean_k) / sqrt(Σ w'_k var_k + eps) · gamma + beta, k over InstanceNorm, LayerNorm, BatchNorm",
		source: "Luo et al. 2018, arXiv:1806.10779",
	},
	globalResponseNorm: {
		label: "Global Response Norm",
		per: "per sample and channel, against the mean of the sample's channels",
		uses: ["axis", "eps", "nonFinite"],
		defaults: { eps: 1e-6, epsPlace: "outside" },
		axisIs: "channel",
		minRank: 3,
		layout: perSampleAndChannel("Global Response Norm"),
		affineAxes: alongChannel,
		statistic: { centre: "nothing", divisor: "length" },
		others: (shape, options) => {
			const { channel, space } = axesOf(shape, options);
			return [averageOver(shape, [channel, ...space])];
		},
		combine(sets, options) {
			const within = sets.within(0);
			const samples = within.length === 0 ? 0 : (within[within.length - 1] as number) + 1;
			const own = Array.from({ length: within.length }, (_, set) => sets.own(set));
			// Lengths in a unit of their size, as a sum of squares may leave float64's range.
			const largest = own.reduce((most, one) => Math.max(most, Math.hypot(one.mean, one.std) || 0), 0);
			const unit = largest > 1e280 ? 2 ** -64 : largest < 1e-280 ? 2 ** 200 : 1;
			const [sum, count] = [new Float64Array(samples), new Float64Array(samples)];
			own.forEach((one, set) => {
				if (!Number.isFinite(one.mean)) return;
				const sample = within[set] as number;
				sum[sample] = (sum[sample] as number) + lengthOf(one, unit);
				count[sample] = (count[sample] as number) + 1;
			});
			return (set) => {
				const sample = within[set] as number;
				const average = (sum[sample] as number) / Math.max(1, count[sample] as number);
				const size = withEps(average, options, unit);
				return { unit: 1, centre: 0, scale: size === 0 ? 0 : lengthOf(own[set] as SetStatistics, unit) / size };
			};
		},
		element: ({ x, normalized, gamma, beta }) => normalized * gamma + beta + x,
		books:
			"Take one page of one book: how large it is beside the average page of its book, and so much of it is added.",
		formula: "y = gamma · x · n + beta + x; n = ‖page‖₂ / (mean of ‖page‖₂ over the channels + eps)",
		source: "Woo et al. 2023 (ConvNeXt V2), arXiv:2301.00808",
	},
	evoNormB0: {
		label: "EvoNorm-B0",
		per: "per channel, against each sample's own",
		uses: ["axis", ...USUAL],
		defaults: { eps: 1e-3 },
		axisIs: "channel",
		minRank: 3,
		layout: perSampleAndChannel("EvoNorm-B0"),
		affineAxes: alongChannel,
		statistic: STANDARD,
		takes: ["v"],
		elementInput: "v",
		others: (shape, options) => [perChannel("EvoNorm-B0")(shape, options)],
		combine: (sets, options) => (set) => ({
			unit: 1,
			centre: 0,
			scale: Math.min(Number.MAX_VALUE, deviationIn(sets.other(0, set), 1, options)),
			extra: Math.min(Number.MAX_VALUE, deviationIn(sets.own(set), 1, options)),
		}),
		element({ x, scale, extra, gamma, beta, input = 1 }) {
			// A quarter of everything, where the sum could leave float64's range.
			const unit = Math.abs(x) > 1e300 || extra > 1e300 ? 0.25 : 1;
			const divisor = Math.max(scale * unit, input * (x * unit) + extra * unit);
			return (divisor === 0 ? 0 : (x * unit) / divisor) * gamma + beta;
		},
		books: "Take page 36 of every book, and that page of this book alone: the larger spread of the two divides.",
		formula: "y = x / max(sqrt(var over N,H,W + eps), v · x + sqrt(var over H,W + eps)) · gamma + beta",
		source: "Liu et al. 2020, arXiv:2004.02967",
	},
	evoNormS0: {
		label: "EvoNorm-S0",
		per: "per sample and group of channels",
		uses: ["axis", "groups", ...USUAL],
		axisIs: "channel",
		minRank: 2,
		layout: perSampleAndGroup("EvoNorm-S0"),
		affineAxes: alongChannel,
		statistic: STANDARD,
		takes: ["v"],
		elementInput: "v",
		combine: (sets, options) => (set) => ({ ...affineBy(sets.own(set), STANDARD, options), centre: 0 }),
		element({ x, normalized, gamma, beta, input = 1 }) {
			// Of the two forms of the sigmoid the one that loses nothing.
			const power = Math.exp(-Math.abs(input * x));
			const gate = (input * x >= 0 ? 1 : power) / (1 + power);
			return (gate === 0 && Number.isFinite(x) ? 0 : normalized * gate) * gamma + beta;
		},
		books: "Bind the pages of each book into equal booklets: each character, gated by itself, by its booklet's spread.",
		formula: "y = x · sigmoid(v · x) / sqrt(var + eps) · gamma + beta",
		source: "Liu et al. 2020, arXiv:2004.02967",
	},
} as const satisfies Record<string, Normalization>;
