import { alongChannel, type Normalization, perElement } from "../normalization";

/** Entries without sets: each element is on its own, or has a window of neighbours. */
export const ELEMENTWISE = {
	dynamicTanh: {
		label: "Dynamic Tanh",
		per: "per element: nothing is averaged",
		uses: ["axis", "alpha"],
		defaults: { axis: -1, alpha: 0.5 },
		axisIs: "channel",
		minRank: 1,
		layout: perElement("Dynamic Tanh", 1),
		affineAxes: alongChannel,
		statistic: null,
		element: ({ x, gamma, beta }, { alpha }) => Math.tanh(alpha * x) * gamma + beta,
		books: "Take one character alone: no average is asked, large ones are only bent towards one.",
		formula: "y = tanh(alpha · x) · gamma + beta",
		source: "Zhu et al. 2025, arXiv:2503.10622",
	},
	localResponseNorm: {
		label: "Local Response Norm",
		per: "per element, over a window of neighbouring channels",
		uses: ["axis", "size", "alpha", "power", "bias", "evenWindow"],
		defaults: { alpha: 1e-4 },
		axisIs: "channel",
		minRank: 2,
		layout: perElement("Local Response Norm", 2),
		affineAxes: alongChannel,
		statistic: null,
		window: true,
		books: "Take one character's place and the same place on the pages around: the louder these, the quieter it.",
		formula: "y = x / (bias + alpha / size · Σ x² over the window)^power",
		source: "Krizhevsky, Sutskever & Hinton 2012 (AlexNet)",
	},
} as const satisfies Record<string, Normalization>;
