import type { DType } from "../dtype";
import type { NormOptions } from "../norm-options";
import { type NormId, normalization } from "../normalizations";

/** Whose numbers are wanted. */
export const FRAMEWORKS = {
	pytorch: { label: "PyTorch" },
	keras: { label: "Keras" },
	flax: { label: "Flax" },
	onnx: { label: "ONNX" },
} as const satisfies Readonly<Record<string, { readonly label: string }>>;

export type FrameworkId = keyof typeof FRAMEWORKS;

/** Whether a word names a framework. */
export function isFrameworkId(word: unknown): word is FrameworkId {
	return typeof word === "string" && Object.hasOwn(FRAMEWORKS, word);
}

/** Options of one entry in each framework that has it, beside what the framework does everywhere. */
type Defaults = Readonly<Partial<Record<FrameworkId, Partial<NormOptions>>>>;

const LAST = { axis: -1 } as const;

/**
 * Defaults of the layers and operators: torch.nn and torch.nn.functional (for Weight Standardization, AdaIN and Switchable
 * Norm their authors' PyTorch code), keras.layers, flax.linen, onnx.ai/onnx/operators.
 */
const DEFAULTS: Readonly<Partial<Record<NormId, Defaults>>> = {
	batchNorm: {
		pytorch: { eps: 1e-5 },
		keras: { eps: 1e-3, ...LAST },
		flax: { eps: 1e-5, ...LAST, variance: "fast" },
		onnx: { eps: 1e-5 },
	},
	batchNormInference: {
		pytorch: { eps: 1e-5 },
		keras: { eps: 1e-3, ...LAST },
		flax: { eps: 1e-5, ...LAST },
		onnx: { eps: 1e-5 },
	},
	layerNorm: {
		pytorch: { eps: 1e-5, ...LAST },
		keras: { eps: 1e-3, ...LAST },
		flax: { eps: 1e-6, ...LAST, variance: "fast" },
		onnx: { eps: 1e-5, ...LAST },
	},
	instanceNorm: {
		pytorch: { eps: 1e-5 },
		keras: { eps: 1e-3, ...LAST },
		flax: { eps: 1e-6, ...LAST, variance: "fast" },
		onnx: { eps: 1e-5 },
	},
	groupNorm: {
		pytorch: { eps: 1e-5 },
		keras: { eps: 1e-3, ...LAST },
		flax: { eps: 1e-6, ...LAST, variance: "fast" },
		onnx: { eps: 1e-5 },
	},
	rmsNorm: {
		pytorch: { ...LAST },
		keras: { eps: 1e-6, ...LAST },
		flax: { eps: 1e-6, ...LAST },
		onnx: { eps: 1e-5, ...LAST },
	},
	lpNorm: {
		pytorch: { eps: 1e-12, epsPlace: "max" },
		keras: { eps: 1e-12, epsPlace: "max", ...LAST },
		onnx: { eps: 0, ...LAST },
	},
	localResponseNorm: { pytorch: { evenWindow: "before" }, onnx: { evenWindow: "after" } },
	meanVarianceNorm: { onnx: { eps: 1e-9, epsPlace: "outside", variance: "fast" } },
	weightStandardization: { pytorch: { eps: 1e-5, epsPlace: "outside", ddof: 1 } },
	adaIN: { pytorch: { eps: 1e-5, ddof: 1 } },
	switchableNorm: { pytorch: { eps: 1e-5, ddof: 1 } },
	weightNorm: { pytorch: { eps: 0 }, flax: { eps: 1e-12, epsPlace: "inside" } },
	spectralNorm: { pytorch: { eps: 1e-12, epsPlace: "max" } },
};

/** Machine epsilons, which PyTorch's RMSNorm adds where it is told nothing (torch.finfo). */
const MACHINE_EPSILON: Readonly<Partial<Record<DType, number>>> = {
	f64: 2 ** -52,
	f32: 2 ** -23,
	f16: 2 ** -10,
	bf16: 2 ** -7,
};

/** The frameworks that have an entry. */
export function frameworksOf(id: NormId): FrameworkId[] {
	return (Object.keys(FRAMEWORKS) as FrameworkId[]).filter((framework) => DEFAULTS[id]?.[framework]);
}

/**
 * The options under which an entry gives a framework's numbers on a tensor of a dtype, up to the rounding of sums:
 * its eps and where that stands, its axis and variance, statistics in float32 unless the values are float64, and NaN and
 * infinities that spoil their set. Undefined where the framework has no such layer.
 */
export function frameworkOptions(id: NormId, framework: FrameworkId, dtype: DType): Partial<NormOptions> | undefined {
	const own = DEFAULTS[id]?.[framework];
	if (!own) return undefined;
	const eps = id === "rmsNorm" && framework === "pytorch" ? { eps: MACHINE_EPSILON[dtype] ?? 2 ** -23 } : {};
	const wanted = { stash: dtype === "f64" ? "f64" : "f32", nonFinite: "propagate", ...own, ...eps } as const;
	const { uses } = normalization(id);
	return Object.fromEntries(Object.entries(wanted).filter(([option]) => (uses as readonly string[]).includes(option)));
}
