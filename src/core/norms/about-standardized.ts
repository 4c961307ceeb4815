import type { About } from "../norm-about";

/** About further norms that subtract a mean, or a minimum. */
export const ABOUT_STANDARDIZED = {
	ghostBatchNorm: {
		strengths: [
			["Lets large batches generalize better without more updates.", "1705.08741"],
			["Regularizes more than BatchNorm does.", "2007.08554"],
		],
		weaknesses: [
			["The loss becomes less smooth than with BatchNorm.", "2007.08554"],
			["Keras had it as virtual_batch_size in TensorFlow 1; few frameworks offer it.", "tfBatchNorm"],
		],
		used: [
			["Image classifiers that are trained with batches of thousands.", "1705.08741"],
			["TabNet, for tables.", "1908.07442"],
		],
		defaults: {
			pytorch: {
				name: "nn.BatchNorm2d in DistributedDataParallel",
				eps: 1e-5,
				ddof: 0,
				runningDdof: 1,
				momentum: { value: 0.1, of: "new" },
				axis: "always 1",
				note: "each process normalizes its own part; nn.SyncBatchNorm joins them",
			},
			keras: {
				name: "tf.compat.v1.keras.layers.BatchNormalization (virtual_batch_size)",
				eps: 1e-3,
				ddof: 0,
				momentum: { value: 0.99, of: "old" },
				axis: "axis=-1",
			},
		},
	},
	adaIN: {
		strengths: [
			["Transfers any style in one pass, in real time.", "1703.06868"],
			["Learns no parameters: scale and shift are the style's own statistics.", "1703.06868"],
		],
		weaknesses: [
			["In StyleGAN it loses how strong channels are beside each other, and drops appear in images.", "1912.04958"],
			["A common PyTorch version takes the unbiased variance, so numbers differ slightly.", "adaINCode"],
		],
		used: [
			["Style transfer to styles that training has not seen.", "1703.06868"],
			["StyleGAN's generator, with scale and shift from the latent code.", "1812.04948"],
		],
		defaults: {},
	},
	weightStandardization: {
		strengths: [
			["With GroupNorm and one or two images per batch it matched BatchNorm with large ones.", "1903.10520"],
			["Makes the loss smoother in the weights.", "1903.10520"],
		],
		weaknesses: [
			["Normalizes weights only: its authors pair it with a norm of activations.", "1903.10520"],
			["Definitions differ: timm has eps inside the root of the population variance, 1e-6.", "timmStdConv"],
		],
		used: [
			["Big Transfer's ResNets, with GroupNorm.", "1912.11370"],
			["The ResNet part of hybrid Vision Transformers.", "2010.11929"],
		],
		defaults: {},
	},
	meanVarianceNorm: {
		strengths: [
			["One ONNX node without parameters, over any axes.", "onnxMvn"],
			["Its meaning is written out as a function of simpler operators.", "onnxMvn"],
		],
		weaknesses: [
			["The variance is E[X²] − E[X]², which cancels where the mean is large beside the deviation.", "onnxMvn"],
			["The 1e-9 that is added to the deviation is less than float16 can tell from zero.", "onnxMvn"],
		],
		used: [
			["ONNX models; over the axes 0, 2 and 3 unless told otherwise.", "onnxMvn"],
			["Caffe's MVN layer, per sample and channel, has the same eps.", "caffe"],
		],
		defaults: {
			onnx: {
				name: "MeanVarianceNormalization-13",
				eps: 1e-9,
				epsPlace: "outside",
				ddof: 0,
				axis: "axes=[0, 2, 3]",
				note: "variance as E[X²] − E[X]²",
			},
		},
	},
	zScore: {
		strengths: [
			["Features of different units become comparable: mean 0, deviation 1.", "sklearnStandard"],
			["Methods that expect centred features of like variance, such as RBF kernels, need it.", "sklearnStandard"],
		],
		weaknesses: [
			["Outliers move both the mean and the deviation.", "sklearnStandard"],
			["A constant feature has no deviation; scikit-learn divides it by 1.", "sklearnStandard"],
		],
		used: [
			["Preprocessing of features before support vector machines and regularized linear models.", "sklearnStandard"],
		],
		defaults: {
			keras: {
				name: "layers.Normalization",
				eps: 1e-7,
				epsPlace: "max",
				ddof: 0,
				axis: "axis=-1",
				note: "mean and variance from adapt()",
			},
		},
	},
	minMax: {
		strengths: [
			["Every value lies in a known range.", "sklearnMinMax"],
			["Bears features of very small deviation.", "sklearnGuide"],
		],
		weaknesses: [
			["One outlier presses all others together.", "sklearnMinMax"],
			["Values that were not seen may fall outside of the range unless they are clipped.", "sklearnMinMax"],
		],
		used: [["Preprocessing, in place of zero mean and unit variance.", "sklearnMinMax"]],
		defaults: {},
	},
} as const satisfies Record<string, About>;
