import type { About } from "../norm-about";

/** About the norms that most networks choose from. */
export const ABOUT_USUAL = {
	batchNorm: {
		strengths: [
			["Training bears larger learning rates and depends less on how weights were initialized.", "1502.03167"],
			["The other samples of the batch add noise to each one, which can stand in for dropout.", "1502.03167"],
		],
		weaknesses: [
			["With few samples per batch its statistics are noisy and the error grows quickly.", "1803.08494"],
			["Samples depend on one another, and training computes something else than inference.", "1702.03275"],
		],
		used: [
			["Inception, where it was introduced, for image classification.", "1502.03167"],
			["ResNet, after every convolution and before the activation.", "1512.03385"],
		],
		defaults: {
			pytorch: {
				name: "nn.BatchNorm1d, 2d, 3d",
				eps: 1e-5,
				ddof: 0,
				runningDdof: 1,
				momentum: { value: 0.1, of: "new" },
				axis: "always 1",
			},
			keras: {
				name: "layers.BatchNormalization",
				eps: 1e-3,
				ddof: 0,
				momentum: { value: 0.99, of: "old" },
				axis: "axis=-1",
			},
			flax: {
				name: "BatchNorm",
				eps: 1e-5,
				ddof: 0,
				momentum: { value: 0.99, of: "old" },
				axis: "axis=-1",
				note: "variance as E[x²] − E[x]²",
			},
			onnx: {
				name: "BatchNormalization-15 (training_mode=1)",
				eps: 1e-5,
				ddof: 0,
				momentum: { value: 0.9, of: "old" },
				axis: "always 1",
			},
		},
	},
	batchNormInference: {
		strengths: [
			["A sample's output depends on that sample alone.", "1502.03167"],
			["Statistics are constants, so all of it is one scale and one shift per channel.", "1502.03167"],
		],
		weaknesses: [
			["Where the running statistics differ from those of training's batches, activations do too.", "1702.03275"],
			["PyTorch gathers the unbiased variance but normalizes training batches by the population's.", "torchBatchNorm"],
		],
		used: [
			["Every evaluation of a network that was trained with BatchNorm.", "1502.03167"],
			["Fine-tuning of detectors, where ResNet's authors kept its statistics fixed to save memory.", "1512.03385"],
		],
		defaults: {
			pytorch: { name: "nn.BatchNorm2d after eval()", eps: 1e-5, axis: "always 1" },
			keras: { name: "layers.BatchNormalization outside of training", eps: 1e-3, axis: "axis=-1" },
			flax: { name: "BatchNorm (use_running_average=True)", eps: 1e-5, axis: "axis=-1" },
			onnx: { name: "BatchNormalization-15 (training_mode=0)", eps: 1e-5, axis: "always 1" },
		},
	},
	layerNorm: {
		strengths: [
			["Training and inference compute the same, for batches of any size.", "1607.06450"],
			[
				"Each time step of a recurrent network has statistics of its own, which steadies its hidden state.",
				"1607.06450",
			],
		],
		weaknesses: [
			["In convolutional networks its authors found BatchNorm better.", "1607.06450"],
			["Mean and deviation cost time at every token; without the mean, results were comparable.", "1910.07467"],
		],
		used: [
			["The Transformer, after every sub-layer.", "1706.03762"],
			["Later Transformers, before every sub-layer, where training can do without warm-up.", "2002.04745"],
		],
		defaults: {
			pytorch: { name: "nn.LayerNorm", eps: 1e-5, ddof: 0, axis: "the last ones, as normalized_shape" },
			keras: { name: "layers.LayerNormalization", eps: 1e-3, ddof: 0, axis: "axis=-1" },
			flax: {
				name: "LayerNorm",
				eps: 1e-6,
				ddof: 0,
				axis: "reduction_axes=-1, feature_axes=-1",
				note: "variance as E[x²] − E[x]²",
			},
			onnx: {
				name: "LayerNormalization-17",
				eps: 1e-5,
				ddof: 0,
				axis: "axis=-1",
				note: "statistics in float32 (stash_type=1)",
			},
		},
	},
	layerNorm2d: {
		strengths: [
			["ConvNeXt trains with it without difficulty, a little better than with BatchNorm.", "2201.03545"],
			["Every position is normalized alone, so neither batch size nor image size matters.", "1607.06450"],
		],
		weaknesses: [
			["Put in BatchNorm's place in an unchanged ResNet, it does worse.", "2201.03545"],
			["PyTorch has no layer for channels first: torchvision permutes axes there and back.", "torchvision"],
		],
		used: [
			["ConvNeXt, in the stem, between stages and in every block.", "2201.03545"],
			["Segment Anything, in the neck of its encoder and in its mask decoder.", "2304.02643"],
		],
		defaults: {
			pytorch: {
				name: "torchvision's LayerNorm2d",
				eps: 1e-6,
				ddof: 0,
				axis: "1",
				note: "ConvNeXt's eps; the class itself has 1e-5",
			},
			keras: { name: "layers.LayerNormalization", eps: 1e-3, ddof: 0, axis: "axis=-1 of channels last" },
			flax: { name: "LayerNorm", eps: 1e-6, ddof: 0, axis: "reduction_axes=-1 of channels last" },
			onnx: { name: "LayerNormalization-17 between two Transpose", eps: 1e-5, ddof: 0, axis: "axis=-1" },
		},
	},
	instanceNorm: {
		strengths: [
			["Takes each image's contrast away, which improved fast style transfer much.", "1607.08022"],
			["Is the same at test time as in training, for any batch.", "1607.08022"],
		],
		weaknesses: [
			["As an ImageNet classifier's norm it erred on 28.4 % where BatchNorm erred on 23.6 %.", "1803.08494"],
			["How strong channels are beside each other is lost.", "1912.04958"],
		],
		used: [
			["Feed-forward style transfer.", "1607.08022"],
			["CycleGAN's generators.", "1703.10593"],
			["Medical images in nnU-Net, whose batches are small.", "1809.10486"],
		],
		defaults: {
			pytorch: { name: "nn.InstanceNorm1d, 2d, 3d", eps: 1e-5, ddof: 0, axis: "always 1", note: "affine=False" },
			keras: { name: "layers.GroupNormalization (groups=-1)", eps: 1e-3, ddof: 0, axis: "axis=-1" },
			flax: { name: "InstanceNorm", eps: 1e-6, ddof: 0, axis: "feature_axes=-1" },
			onnx: { name: "InstanceNormalization-22", eps: 1e-5, ddof: 0, axis: "always 1" },
		},
	},
	groupNorm: {
		strengths: [
			[
				"Accuracy hardly depends on the batch size: with two images it erred 10.6 points less than BatchNorm.",
				"1803.08494",
			],
			["Computes the same in pre-training, fine-tuning and inference.", "1803.08494"],
		],
		weaknesses: [
			["With large batches BatchNorm was a little better on ImageNet, 23.6 % to 24.1 % error.", "1803.08494"],
			["The number of groups is one more choice, and must divide the channels.", "torchGroupNorm"],
		],
		used: [
			["Detection and segmentation with Mask R-CNN, where memory allows few images.", "1803.08494"],
			["The U-Net of denoising diffusion models.", "2006.11239"],
			["Big Transfer's ResNets, together with weight standardization.", "1912.11370"],
		],
		defaults: {
			pytorch: { name: "nn.GroupNorm", eps: 1e-5, ddof: 0, axis: "always 1", note: "num_groups must be given" },
			keras: { name: "layers.GroupNormalization", eps: 1e-3, ddof: 0, axis: "axis=-1", note: "groups=32" },
			flax: { name: "GroupNorm", eps: 1e-6, ddof: 0, axis: "always -1", note: "num_groups=32" },
			onnx: {
				name: "GroupNormalization-21",
				eps: 1e-5,
				ddof: 0,
				axis: "always 1",
				note: "scale and bias per channel; in version 18 they were per group",
			},
		},
	},
	rmsNorm: {
		strengths: [
			["Comparable to LayerNorm in quality, in 7 to 64 % less time on the models of its paper.", "1910.07467"],
			["An input that is scaled gives the same output.", "1910.07467"],
		],
		weaknesses: [
			["The mean stays in: an input that is shifted gives another output.", "1910.07467"],
			["PyTorch's eps is the dtype's machine epsilon unless given, so it changes with the dtype.", "torchRmsNorm"],
		],
		used: [
			["LLaMA, before every sub-layer.", "2302.13971"],
			["T5, as a layer norm that only rescales.", "1910.10683"],
		],
		defaults: {
			pytorch: { name: "nn.RMSNorm", eps: "finfo(dtype).eps", axis: "the last ones, as normalized_shape" },
			keras: { name: "layers.RMSNormalization", eps: 1e-6, axis: "axis=-1" },
			flax: { name: "RMSNorm", eps: 1e-6, axis: "reduction_axes=-1, feature_axes=-1" },
			onnx: {
				name: "RMSNormalization-23",
				eps: 1e-5,
				axis: "axis=-1",
				note: "statistics in float32 (stash_type=1)",
			},
		},
	},
	cells: {
		strengths: [
			[
				"LayerNorm, InstanceNorm and GroupNorm differ only in which axes they average: any choice is one of a kind.",
				"flaxLayerNorm",
			],
			["Norms that have no name can be tried before anyone writes a layer.", "flaxLayerNorm"],
		],
		weaknesses: [
			[
				"A choice that cuts an axis into groups is GroupNorm's alone in Flax; its LayerNorm averages whole axes.",
				"flaxLayerNorm",
			],
		],
		used: [["Flax's LayerNorm with axes of one's own, as its page shows for InstanceNorm.", "flaxLayerNorm"]],
		defaults: {
			keras: { name: "layers.LayerNormalization", eps: 1e-3, ddof: 0, axis: "axis=[…]" },
			flax: { name: "LayerNorm", eps: 1e-6, ddof: 0, axis: "reduction_axes=[…]" },
		},
	},
} as const satisfies Record<string, About>;
