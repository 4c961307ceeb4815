import { averageOver, resolveAxis } from "../layout";
import { affineBy, withEps } from "../norm-affine";
import type { OptionId } from "../norm-options";
import {
	alongChannel,
	axesFromChosen,
	type Normalization,
	needRank,
	overLastAxes,
	perChannel,
	perPosition,
	perSampleAndChannel,
	type Statistic,
} from "../normalization";

const ROOT_MEAN_SQUARE: Statistic = { centre: "nothing", divisor: "rms" };
const USUAL = ["eps", "nonFinite", "epsPlace", "stash"] as const satisfies OptionId[];

/** Norms that subtract nothing and divide by the size of a set. */
export const UNCENTRED = {
	rmsNorm: {
		label: "RMSNorm",
		per: "per sample, over the axes from the chosen one on",
		uses: ["axis", ...USUAL],
		defaults: { axis: -1 },
		axisIs: "first averaged",
		minRank: 1,
		layout: overLastAxes("RMSNorm"),
		affineAxes: axesFromChosen,
		statistic: ROOT_MEAN_SQUARE,
		books: "Take one line of one page: every character by the line's root mean square, without taking an average away.",
		formula: "y = x / sqrt(mean(x²) + eps) · gamma",
		source: "Zhang & Sennrich 2019, arXiv:1910.07467",
	},
	pixelNorm: {
		label: "PixelNorm",
		per: "per position, over the channels",
		uses: ["axis", ...USUAL],
		defaults: { eps: 1e-8 },
		axisIs: "channel",
		minRank: 2,
		layout: perPosition("PixelNorm"),
		affineAxes: alongChannel,
		statistic: ROOT_MEAN_SQUARE,
		books: "Take one character's place in one book: its root mean square down through all pages.",
		formula: "y = x / sqrt(mean(x²) + eps)",
		source: "Karras et al. 2017, arXiv:1710.10196",
	},
	lpNorm: {
		label: "Lp norm",
		per: "per index of all other axes",
		uses: ["axis", "p", ...USUAL],
		defaults: { eps: 1e-12, epsPlace: "max" },
		axisIs: "averaged",
		minRank: 1,
		layout(shape, options) {
			needRank("Lp norm", shape, 1);
			return averageOver(shape, [resolveAxis(options.axis, shape.length)]);
		},
		affineAxes: alongChannel,
		statistic: { centre: "nothing", divisor: "length" },
		books: "Take one character's place in one book, or what axis you choose: its values become a vector of length one.",
		formula: "y = x / max(‖x‖p, eps)",
		source: "torch.nn.functional.normalize; ONNX operator LpNormalization",
	},
	filterResponseNorm: {
		label: "Filter Response Norm",
		per: "per sample and channel",
		uses: ["axis", ...USUAL],
		defaults: { eps: 1e-6 },
		axisIs: "channel",
		minRank: 3,
		layout: perSampleAndChannel("Filter Response Norm"),
		affineAxes: alongChannel,
		statistic: ROOT_MEAN_SQUARE,
		takes: ["tau"],
		elementInput: "tau",
		straightWithout: true,
		element({ normalized, gamma, beta, input }) {
			const y = normalized * gamma + beta;
			return input === undefined || Number.isNaN(y) ? y : Math.max(y, input);
		},
		books: "Take one page of one book: every character by the page's root mean square; what is below tau becomes tau.",
		formula: "y = max(x / sqrt(mean(x²) + eps) · gamma + beta, tau)",
		source: "Singh & Krishnan 2019, arXiv:1911.09737",
	},
	powerNorm: {
		label: "PowerNorm",
		per: "per channel",
		uses: ["axis", ...USUAL],
		axisIs: "channel",
		minRank: 2,
		layout: perChannel("PowerNorm"),
		affineAxes: alongChannel,
		statistic: ROOT_MEAN_SQUARE,
		takes: ["meanSquare"],
		combine: (sets, options) => (set) => {
			const square = sets.input("meanSquare", set);
			if (square === undefined) return affineBy(sets.own(set), ROOT_MEAN_SQUARE, options);
			return { unit: 1, centre: 0, scale: 1 / withEps(Math.sqrt(square), options) };
		},
		books: "Take page 36 of every book: its root mean square through the whole shelf, gathered over many shelves.",
		formula: "y = x / sqrt(phi + eps) · gamma + beta, phi the running mean of mean(x²)",
		source: "Shen et al. 2020, arXiv:2003.07845",
	},
	weightNorm: {
		label: "Weight normalization",
		per: "per output channel of a weight",
		uses: USUAL,
		defaults: { eps: 0 },
		minRank: 1,
		layout(shape) {
			needRank("Weight normalization", shape, 1);
			return averageOver(shape, [...shape.keys()].slice(1));
		},
		affineAxes: () => [0],
		statistic: { centre: "nothing", divisor: "length" },
		books: "Take one whole book of weights: its direction, with length one, times a length g of its own.",
		formula: "w = v / ‖v‖ · g",
		source: "Salimans & Kingma 2016, arXiv:1602.07868",
	},
	spectralNorm: {
		label: "Spectral normalization",
		per: "of a weight as a matrix",
		uses: ["eps"],
		defaults: { eps: 1e-12, epsPlace: "max" },
		minRank: 2,
		layout(shape) {
			needRank("Spectral normalization", shape, 2);
			return averageOver(shape, [...shape.keys()]);
		},
		affineAxes: () => [],
		statistic: null,
		spectral: true,
		books: "Take the whole shelf of weights as one table, a row for every book: its largest stretch becomes one.",
		formula: "w = w / sigma(w), sigma the largest singular value",
		source: "Miyato et al. 2018, arXiv:1802.05957",
	},
} as const satisfies Record<string, Normalization>;
