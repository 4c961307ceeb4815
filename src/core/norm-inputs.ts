/** A tensor that takes part in a normalization beside the one that is normalized. */
export interface NormInput {
	readonly label: string;
	readonly about: string;
	/**
	 * How it lies along the tensor: its elements along the norm's affine axes (or as NumPy broadcasts them), three numbers
	 * whatever the shape, or a tensor of as many axes whose own statistics are used.
	 */
	readonly along: "affine" | "three" | "own";
	/** Ends of the names that frameworks give it, by which it is found beside another tensor. */
	readonly names: readonly string[];
}

/** Every input of every normalization. */
export const INPUTS = {
	gamma: {
		label: "Gamma",
		about: "What the result is multiplied by.",
		along: "affine",
		names: ["weight", "gamma", "scale"],
	},
	beta: { label: "Beta", about: "What is added to the result.", along: "affine", names: ["bias", "beta"] },
	runningMean: {
		label: "Running mean",
		about: "The mean of each channel that training has gathered.",
		along: "affine",
		names: ["running_mean", "moving_mean", "mean"],
	},
	runningVar: {
		label: "Running variance",
		about: "The variance of each channel that training has gathered.",
		along: "affine",
		names: ["running_var", "moving_variance", "var"],
	},
	meanSquare: {
		label: "Running mean square",
		about: "The mean square of each channel that training has gathered.",
		along: "affine",
		names: ["running_phi", "ema_gz", "phi"],
	},
	v: { label: "v", about: "What the values are multiplied by inside the nonlinearity.", along: "affine", names: ["v"] },
	tau: { label: "Tau", about: "The least output of each channel.", along: "affine", names: ["tau"] },
	meanWeight: {
		label: "Weights of the means",
		about: "Three numbers whose softmax weighs the means of InstanceNorm, LayerNorm and BatchNorm.",
		along: "three",
		names: ["mean_weight"],
	},
	varWeight: {
		label: "Weights of the variances",
		about: "Three numbers whose softmax weighs the variances of InstanceNorm, LayerNorm and BatchNorm.",
		along: "three",
		names: ["var_weight"],
	},
	style: {
		label: "Style",
		about: "The tensor whose mean and deviation of each channel the result is given.",
		along: "own",
		names: ["style"],
	},
} as const satisfies Readonly<Record<string, NormInput>>;

export type InputId = keyof typeof INPUTS;

/** Inputs in the order of the table. */
export const INPUT_IDS = Object.keys(INPUTS) as readonly InputId[];

/** Whether a word names an input. */
export function isInputId(word: string): word is InputId {
	return Object.hasOwn(INPUTS, word);
}
