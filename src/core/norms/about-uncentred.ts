import type { About } from "../norm-about";

/** About norms that subtract nothing. */
export const ABOUT_UNCENTRED = {
	pixelNorm: {
		strengths: [
			["Keeps generator and discriminator from driving magnitudes up against each other.", "1710.10196"],
			["Has no parameters, and looks at one position at a time.", "1710.10196"],
		],
		weaknesses: [
			["On most of its authors' data sets it changed results little.", "1710.10196"],
			["StyleGAN's generator has AdaIN in its place.", "1812.04948"],
		],
		used: [["The generator of Progressive GANs, after each 3×3 convolution.", "1710.10196"]],
		defaults: {},
	},
	lpNorm: {
		strengths: [
			["Only directions are left, so that a dot product of two vectors is their cosine.", "2002.05709"],
			["Embeddings lie on a sphere, where distances are bounded.", "1503.03832"],
		],
		weaknesses: [
			["Divides by a sum, not by a mean: the longer the axis, the smaller each value.", "torchNormalize"],
			["ONNX's operator has no eps, only axis and p.", "onnxLp"],
		],
		used: [
			["FaceNet's embeddings of faces.", "1503.03832"],
			["Contrastive learning, as in SimCLR.", "2002.05709"],
			["CLIP's embeddings of images and texts.", "2103.00020"],
		],
		defaults: {
			pytorch: { name: "nn.functional.normalize", eps: 1e-12, epsPlace: "max", axis: "dim=1", note: "p=2.0" },
			keras: { name: "layers.UnitNormalization", eps: 1e-12, epsPlace: "max", axis: "axis=-1", note: "L2" },
			onnx: { name: "LpNormalization-22", axis: "axis=-1", note: "p=2; only 1 and 2" },
		},
	},
	filterResponseNorm: {
		strengths: [
			["Each channel of each sample is on its own, so the batch does not matter.", "1911.09737"],
			["On ImageNet 0.7 to 1.0 points better than BatchNorm with large batches.", "1911.09737"],
		],
		weaknesses: [
			["On maps of one position it is nearly a sign; eps has to be learned there.", "1911.09737"],
			["As nothing is centred, some networks need the learning rate warmed up.", "1911.09737"],
		],
		used: [
			["Classification on ImageNet and detection on COCO, in its paper.", "1911.09737"],
			["Studies of Bayesian networks, where samples must not depend on each other.", "2104.14421"],
		],
		defaults: {
			keras: {
				name: "tfa.layers.FilterResponseNormalization",
				eps: 1e-6,
				axis: "axis=[1, 2] are averaged",
				note: "TensorFlow Addons; eps may be learned",
			},
		},
	},
	powerNorm: {
		strengths: [
			["Bears text, whose batch statistics vary strongly while training.", "2003.07845"],
			["In translation 0.4 and 0.6 BLEU better than LayerNorm (IWSLT14, WMT14).", "2003.07845"],
		],
		weaknesses: [
			["Keeps running statistics, as BatchNorm does.", "2003.07845"],
			["Gradients through these are approximated.", "2003.07845"],
		],
		used: [["Transformers for translation and language modelling, in its paper.", "2003.07845"]],
		defaults: {},
	},
	weightNorm: {
		strengths: [
			["Learns a weight's length apart from its direction, which speeds up gradient descent.", "1602.07868"],
			[
				"Makes samples of a batch no function of each other, so it suits recurrent and generative models.",
				"1602.07868",
			],
		],
		weaknesses: [
			["Activations keep any scale: the paper sets them once, from data, at the start.", "1602.07868"],
			["On ImageNet ResNet-50 ended less accurate than with BatchNorm.", "1709.08145"],
		],
		used: [
			["Temporal convolutional networks.", "1803.01271"],
			["Vocoders such as HiFi-GAN.", "2010.05646"],
		],
		defaults: {
			pytorch: { name: "nn.utils.parametrizations.weight_norm", axis: "dim=0 is kept" },
			flax: { name: "WeightNorm", eps: 1e-12, axis: "feature_axes=-1 is kept" },
		},
	},
	spectralNorm: {
		strengths: [
			["Bounds how much a layer can stretch, which steadies a discriminator's training.", "1802.05957"],
			["Costs little, and asks for little tuning.", "1802.05957"],
		],
		weaknesses: [
			[
				"The largest singular value is estimated: one step of power iteration whenever the weight is used.",
				"torchSpectral",
			],
			["A convolution's weight as a matrix has other singular values than the convolution itself.", "1805.10408"],
		],
		used: [
			["Discriminators of generative adversarial networks.", "1802.05957"],
			["BigGAN, in generator and discriminator.", "1809.11096"],
		],
		defaults: {
			pytorch: {
				name: "nn.utils.parametrizations.spectral_norm",
				eps: 1e-12,
				axis: "0 are the rows, 1 for transposed convolutions",
				note: "n_power_iterations=1",
			},
			keras: { name: "layers.SpectralNormalization", axis: "the last are the columns", note: "power_iterations=1" },
			flax: { name: "SpectralNorm", eps: 1e-12, axis: "the last are the columns", note: "n_steps=1" },
		},
	},
} as const satisfies Record<string, About>;
