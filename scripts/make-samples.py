#!/usr/bin/env python3
"""Makes the sample tensors in media/samples from networks that are really trained, in about a minute.

    apt-get install python3-numpy python3-torch python3-sklearn
    /usr/bin/python3 scripts/make-samples.py [target folder]

The data are the 1797 handwritten digits (8 x 8 pixels, grey values 0 to 16) that come with scikit-learn.
Seeds are fixed and PyTorch runs on one thread with deterministic kernels, so one machine makes the same bytes
every time. Another processor or PyTorch may round differently while it trains; the script therefore checks
that each file still tells its story and stops with a sentence when one does not. The numbers in
media/samples/README.md are those of the files that are committed.
"""

import json
import os
import sys

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn import functional as F

import safetensors_file
from safetensors_file import BFloat16

SEED = 20
SOURCE = "scikit-learn load_digits: Optical Recognition of Handwritten Digits (Alpaydin and Kaynak, UCI)"


def digits():
    """The images, shape (1797, 1, 8, 8) and values 0 to 1, their labels, and a fixed split of 1400 and 397."""
    data = load_digits()
    images = torch.tensor(data.images, dtype=torch.float32)[:, None] / 16
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(SEED))
    return images, torch.tensor(data.target), order[:1400], order[1400:]


class ConvNet(nn.Module):
    """Two 3 x 3 convolutions with BatchNorm, 12 and 24 channels, then max pooling and one linear layer."""

    def __init__(self, norm_after_relu=False):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(1, 12, 3, padding=1), nn.BatchNorm2d(12)
        self.conv2, self.bn2 = nn.Conv2d(12, 24, 3, padding=1), nn.BatchNorm2d(24)
        self.fc = nn.Linear(24 * 16, 10)
        self.norm_after_relu = norm_after_relu

    def forward(self, x):
        for conv, bn in ((self.conv1, self.bn1), (self.conv2, self.bn2)):
            x = bn(F.relu(conv(x))) if self.norm_after_relu else F.relu(bn(conv(x)))
        return self.fc(F.max_pool2d(x, 2).flatten(1))


class Block(nn.Module):
    """A pre-norm transformer block with four heads; keeps the scores and weights of its last attention."""

    def __init__(self, width, heads=4):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, x, keep=None):
        n, t, d = x.shape
        q, k, v = (part.reshape(n, t, self.heads, -1).transpose(1, 2) for part in self.qkv(self.norm1(x)).chunk(3, -1))
        self.scores = q @ k.transpose(-1, -2) / (d // self.heads) ** 0.5
        if keep is not None:
            self.scores = self.scores.masked_fill(~keep[:, None, None, :], float("-inf"))
        self.weights = self.scores.softmax(-1)
        x = x + self.out((self.weights @ v).transpose(1, 2).reshape(n, t, d))
        return x + self.mlp(self.norm2(x))


class RowTransformer(nn.Module):
    """Reads a digit as nine tokens of width 32: a class token and the eight rows of pixels."""

    def __init__(self, width=32):
        super().__init__()
        self.embed = nn.Linear(8, width)
        self.first = nn.Parameter(torch.zeros(1, 1, width))
        self.place = nn.Parameter(torch.randn(1, 9, width) * 0.1)
        self.blocks = nn.ModuleList([Block(width), Block(width)])
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, 10)

    def trace(self, images, keep=None):
        """The residual stream: the embedding and the output of every block, each (N, 9, width)."""
        rows = self.embed(images[:, 0])
        stream = [torch.cat([self.first.expand(len(rows), -1, -1), rows], 1) + self.place]
        for block in self.blocks:
            stream.append(block(stream[-1], keep))
        return stream

    def forward(self, images):
        return self.head(self.norm(self.trace(images)[-1])[:, 0])


@torch.enable_grad()
def train(net, optimizer, epochs, data):
    """Trains `net` in batches of 32 and returns its accuracy on the test images, in evaluation mode."""
    images, labels, training, test = data
    for _ in range(epochs):
        net.train()
        for batch in training[torch.randperm(len(training))].split(32):
            optimizer.zero_grad()
            F.cross_entropy(net(images[batch]), labels[batch]).backward()
            optimizer.step()
    net.eval()
    return accuracy(net, images[test], labels[test])


def accuracy(net, images, labels):
    """The fraction of `images` that `net` names rightly."""
    return (net(images).argmax(1) == labels).float().mean().item()


def require(condition, story):
    """Stops the script when a sample does not show what its README says."""
    if not condition:
        raise SystemExit(f"make-samples: {story}; try another SEED")


def say(path, *facts):
    """Prints a file's size and what the README may say about it."""
    print(f"{os.path.getsize(path):>8}  {os.path.relpath(path)}  {'; '.join(facts)}")


def batchnorm_sample(folder, data):
    """Trains the healthy network; writes the input and output of its first BatchNorm, and its weights in two shards."""
    images, labels, _, test = data
    torch.manual_seed(SEED)
    net = ConvNet()
    right = train(net, torch.optim.Adam(net.parameters(), 1e-2), 12, data)
    require(right > 0.98, f"the healthy network reached only {right:.3f}")

    batch = test[:32]
    before = net.conv1(images[batch])
    trained = F.batch_norm(before, None, None, net.bn1.weight, net.bn1.bias, training=True, eps=net.bn1.eps)
    path = f"{folder}/digits/conv1-batchnorm.safetensors"
    safetensors_file.save(path, {
        "images": images[batch].numpy().astype(np.float16),
        "before_bn": before.numpy(),
        "after_bn": trained.numpy(),
        "after_bn_eval": BFloat16(net.bn1(before).numpy()),
        "bn.weight": net.bn1.weight.numpy(),
        "bn.bias": net.bn1.bias.numpy(),
        "bn.running_mean": net.bn1.running_mean.numpy(),
        "bn.running_var": net.bn1.running_var.numpy(),
        "labels": labels[batch].numpy().astype(np.uint8),
    }, {
        "title": "First BatchNorm of a small convolutional network, on 32 handwritten digits it was not trained on",
        "axes": "N,C,H,W",
        "eps": str(net.bn1.eps),
        "after_bn": "training mode: statistics of this batch, over N, H and W",
        "after_bn_eval": "evaluation mode: running_mean and running_var, rounded to bfloat16",
        "test_accuracy": f"{right:.4f}",
        "data": SOURCE,
    })
    means = before.mean((0, 2, 3))
    say(path, f"accuracy {right:.4f}", f"channel means {means.min():.2f} to {means.max():.2f}")

    path = f"{folder}/digits/conv1-channels-last.npy"
    np.save(path, np.ascontiguousarray(before.numpy().transpose(0, 2, 3, 1)))
    say(path)
    shards(f"{folder}/model", net, right)


def shards(folder, net, right):
    """Writes the weights of `net` as two safetensors shards with an index."""
    weights = {name: value.numpy() for name, value in net.state_dict().items()}
    place, names = {}, ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    for name in weights:
        place[name] = names[name.startswith(("bn2", "fc"))]
    for shard in names:
        inside = {name: value for name, value in weights.items() if place[name] == shard}
        safetensors_file.save(f"{folder}/{shard}", inside, {"format": "pt"})
        say(f"{folder}/{shard}", ", ".join(inside))
    index = {
        "metadata": {"total_size": sum(value.nbytes for value in weights.values()), "test_accuracy": f"{right:.4f}"},
        "weight_map": place,
    }
    with open(f"{folder}/model.safetensors.index.json", "w", encoding="utf-8", newline="\n") as file:
        file.write(json.dumps(index, indent=2) + "\n")


def dead_and_exploding_samples(folder, data):
    """Trains a network with a learning rate that is too large, so ReLUs die, and then forgets to scale its input."""
    images, labels, _, test = data
    torch.manual_seed(0)
    net = ConvNet(norm_after_relu=True)
    right = train(net, torch.optim.SGD(net.parameters(), 0.1, momentum=0.9), 8, data)

    everything = F.relu(net.conv1(images))
    dead = [c for c in range(12) if not everything[:, c].any()]
    require(0 < len(dead) < 6, f"the channels that are dead on all digits are {dead}")
    batch = test[:16]
    path = f"{folder}/trouble/dead-channels.npy"
    np.save(path, everything[batch].numpy())
    say(path, f"accuracy {right:.4f}", f"dead on all 1797 digits: {dead}")

    scaled, unscaled = images[batch], images[batch] * 16
    good, bad = (net.bn1(F.relu(net.conv1(x))) for x in (scaled, unscaled))
    spread = bad.std((0, 2, 3), unbiased=False)
    worst, wrong = int(spread.argmax()), accuracy(net, images[test] * 16, labels[test])
    require(spread[worst] > 10 * spread.sort().values[-2], f"no channel stands out: {spread.tolist()}")
    require(worst in dead, f"the exploding channel {worst} is none of the dead ones {dead}")
    path = f"{folder}/trouble/exploding-channel.safetensors"
    safetensors_file.save(path, {
        "input_scaled": good.numpy(),
        "input_not_scaled": bad.numpy(),
        "bn.running_mean": net.bn1.running_mean.numpy(),
        "bn.running_var": net.bn1.running_var.numpy(),
    }, {
        "title": "BatchNorm after a ReLU, in evaluation mode; the second input was not divided by 16",
        "axes": "N,C,H,W",
        "why": f"channel {worst} was dead in training, so its running_var decayed to almost 0; awake, it is divided by sqrt(eps)",
        "test_accuracy": f"{right:.4f} with scaled input, {wrong:.4f} without",
        "data": SOURCE,
    })
    others = spread[[c for c in range(12) if c != worst]]
    say(path, f"accuracy {wrong:.4f}", f"channel {worst} has std {spread[worst]:.0f}, the others {others.min():.1f} to {others.max():.1f}",
        f"largest value {bad.max():.0f}", f"running_var {net.bn1.running_var[worst]:.1e}")


def transformer_samples(folder, data):
    """Trains the row transformer; writes its residual stream, and attention in a batch that was filled up with padding."""
    images, labels, _, test = data
    torch.manual_seed(SEED)
    net = RowTransformer()
    right = train(net, torch.optim.Adam(net.parameters(), 2e-3), 30, data)
    require(right > 0.93, f"the transformer reached only {right:.3f}")

    batch = test[:24]
    stream = [part.numpy() for part in net.trace(images[batch])]
    path = f"{folder}/sequence/row-transformer.npz"
    os.makedirs(os.path.dirname(path), exist_ok=True)
    np.savez_compressed(
        path, embedding=stream[0], residual_1=stream[1], residual_2=np.asfortranarray(stream[2]),
        final_norm=net.norm(torch.tensor(stream[2])).numpy(), gamma=net.norm.weight.numpy(), beta=net.norm.bias.numpy(),
        labels=labels[batch].numpy())
    spread = [part.std((0, 2)) for part in stream]
    say(path, f"accuracy {right:.4f}", "std of the class token and mean std of the rows: "
        + ", ".join(f"{s[0]:.2f}/{s[1:].mean():.2f}" for s in spread))

    real = 13
    padded = torch.cat([images[test[:real]], torch.zeros(16 - real, 1, 8, 8)])
    keep = torch.zeros(16, 9, dtype=torch.bool)
    keep[:real] = True
    hidden = net.trace(padded, keep)[1]
    block = net.blocks[0]
    require(int(hidden.isnan().sum()) == (16 - real) * 9 * 32, "the NaNs are not exactly those of the padding")
    path = f"{folder}/trouble/nan-masked-attention.safetensors"
    safetensors_file.save(path, {
        "scores": block.scores.numpy(), "weights": block.weights.numpy(), "hidden": hidden.numpy(), "keep": keep.numpy(),
    }, {
        "title": "Attention over a batch of 13 digits that was filled up to 16 with empty samples",
        "axes": "scores and weights: N,heads,query,key; hidden: N,T,D; keep: N,T",
        "why": "every key of an empty sample is masked with -inf, and softmax of a row of -inf is 0/0",
        "data": SOURCE,
    })
    say(path, f"-Inf in scores {int(block.scores.isinf().sum())}", f"NaN in weights {int(block.weights.isnan().sum())}",
        f"NaN in hidden {int(hidden.isnan().sum())}")


def constant_pixel_sample(folder, data):
    """Standardizes each pixel with the statistics of a small batch, in which some pixels are constant."""
    images, _, training, test = data
    batch, small = images[test[:64]].numpy(), images[training[:48]].numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        standard = (batch - small.mean(0)) / small.std(0)
    nan, inf = int(np.isnan(standard).sum()), int(np.isposinf(standard).sum())
    require(nan > 0 and inf > 0, f"there are {nan} NaN and {inf} Inf")
    path = f"{folder}/trouble/nan-constant-pixels.npy"
    np.save(path, standard)
    constant = [tuple(int(i) for i in place[1:]) for place in np.argwhere(small.std(0) == 0)]
    say(path, f"{nan} NaN, {inf} +Inf", f"constant pixels (row, column) {constant}")


@torch.no_grad()
def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "..", "media", "samples")
    folder = os.path.normpath(folder)
    for name in ("digits", "model", "sequence", "trouble"):
        os.makedirs(f"{folder}/{name}", exist_ok=True)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    data = digits()
    for sample in (batchnorm_sample, dead_and_exploding_samples, transformer_samples, constant_pixel_sample):
        sample(folder, data)


if __name__ == "__main__":
    main()
