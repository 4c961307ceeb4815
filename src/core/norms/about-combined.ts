import type { About } from "../norm-about";

/** About norms of several sets at once, and those without sets. */
export const ABOUT_COMBINED = {
	batchRenorm: {
		strengths: [
			["Much better than BatchNorm where batches are small or their samples are related.", "1702.03275"],
			["Training gives the outputs that inference will, sample by sample.", "1702.03275"],
		],
		weaknesses: [
			["The bounds of r and d are two more schedules: from 1 and 0 on they are widened slowly.", "1702.03275"],
			["Keeps running statistics, and training now depends on them.", "1702.03275"],
		],
		used: [
			["Inception-v3 with small batches, in its paper.", "1702.03275"],
			["Keras's BatchNormalization offers it as renorm.", "kerasBatchNorm"],
		],
		defaults: {
			keras: {
				name: "layers.BatchNormalization (renorm=True)",
				eps: 1e-3,
				ddof: 0,
				momentum: { value: 0.99, of: "old" },
				axis: "axis=-1",
				note: "r and d are not clipped unless renorm_clipping says so",
			},
		},
	},
	switchableNorm: {
		strengths: [
			["Each layer learns how much of InstanceNorm, LayerNorm and BatchNorm it takes.", "1806.10779"],
			["Holds up with two images per GPU, and has no number of groups to choose.", "1806.10779"],
		],
		weaknesses: [
			["Three kinds of statistics at once, each with a weight to learn.", "1806.10779"],
			["BatchNorm's share still asks for the batch's statistics.", "1806.10779"],
		],
		used: [
			[
				"Classification, detection, segmentation and video in its paper: ImageNet, COCO, ADE20K, Kinetics.",
				"1806.10779",
			],
		],
		defaults: {},
	},
	globalResponseNorm: {
		strengths: [
			["Makes channels compete, which keeps features from collapsing in masked pre-training.", "2301.00808"],
			["Starts as the identity: gamma and beta are 0, and x is added.", "2301.00808"],
		],
		weaknesses: [
			["Most of its gain comes with masked pre-training; supervised training alone gains little.", "2301.00808"],
		],
		used: [["ConvNeXt V2, after each block's expansion, where it makes LayerScale superfluous.", "2301.00808"]],
		defaults: {},
	},
	evoNormB0: {
		strengths: [
			["Found by search over many networks; in many it beats BatchNorm with its activation.", "2004.02967"],
			["Is activation and norm in one.", "2004.02967"],
		],
		weaknesses: [
			["Takes the batch's variance, so it keeps running statistics.", "2004.02967"],
			["Learns v beside gamma and beta, three numbers per channel.", "timmEvoNorm"],
		],
		used: [["ResNets, MobileNets, EfficientNets and Mask R-CNN, in its paper.", "2004.02967"]],
		defaults: {},
	},
	evoNormS0: {
		strengths: [
			["Takes statistics of one sample alone, so small batches do no harm.", "2004.02967"],
			["Is activation and norm in one, a gate over GroupNorm's deviation.", "2004.02967"],
		],
		weaknesses: [
			["Groups have to be chosen, and v is learned beside gamma and beta.", "timmEvoNorm"],
			["Nothing is centred: the mean passes through the gate.", "2004.02967"],
		],
		used: [
			["The same networks as EvoNorm-B0, where batches are small.", "2004.02967"],
			["ResNet variants in timm that need no batch statistics.", "timmEvoNorm"],
		],
		defaults: {},
	},
	dynamicTanh: {
		strengths: [
			["Transformers did as well with it as with LayerNorm or RMSNorm, or better.", "2503.10622"],
			["No statistics at all: each element is on its own.", "2503.10622"],
		],
		weaknesses: [
			["In BatchNorm's place in ResNet and VGG it loses accuracy.", "2503.10622"],
			["Large language models need their first alpha tuned, the wider the smaller.", "2503.10622"],
		],
		used: [["Vision Transformers, diffusion Transformers and LLaMA, in its paper.", "2503.10622"]],
		defaults: {},
	},
	localResponseNorm: {
		strengths: [
			["Lowered AlexNet's top-1 error by 1.4 points and its top-5 error by 1.2.", "alexNet"],
			["Makes channels at one position compete, as neurons do.", "alexNet"],
		],
		weaknesses: [
			["In VGG it did not help, and cost memory and time.", "1409.1556"],
			["PyTorch's formula divides alpha by the window's size, AlexNet's does not.", "alexNet"],
		],
		used: [
			["AlexNet, after its first two convolutional layers.", "alexNet"],
			["GoogLeNet's first layers.", "1409.4842"],
		],
		defaults: {
			pytorch: {
				name: "nn.LocalResponseNorm",
				axis: "always 1",
				note: "alpha=1e-4, beta=0.75, k=1; size must be given",
			},
			onnx: { name: "LRN-13", axis: "always 1", note: "alpha=1e-4, beta=0.75, bias=1; size must be given" },
		},
	},
} as const satisfies Record<string, About>;
