import { exactly } from "../core/format";
import { layerOf, type Recipe, tuple } from "./recipe";

/** PyTorch code that normalizes `x` to `y`: the framework's own function where it has one for these sets. */
export function pytorchOf(recipe: Recipe): string {
	const layer = recipe.formula.centred ? layerOf(recipe) : undefined;
	const eps = `eps=${exactly(recipe.formula.eps)}`;
	const { shape } = recipe;
	const atOne = (channel: number, call: (x: string) => string) =>
		channel === 1 ? `y = ${call("x")}` : `y = ${call(`x.movedim(${channel}, 1)`)}.movedim(1, ${channel})`;
	const functional = "import torch.nn.functional as F\n";
	switch (layer?.kind) {
		case "batch":
			return functional + atOne(layer.channel, (x) => `F.batch_norm(${x}, None, None, training=True, ${eps})`);
		case "instance":
			return functional + atOne(layer.channel, (x) => `F.instance_norm(${x}, ${eps})`);
		case "group":
			return functional + atOne(layer.channel, (x) => `F.group_norm(${x}, ${layer.groups}, ${eps})`);
		case "layer":
			return `${functional}y = F.layer_norm(x, ${tuple(shape.slice(layer.first))}, ${eps})`;
	}
	const [alone] = recipe.averaged;
	if (recipe.formula.centred && alone !== undefined && recipe.averaged.length === 1 && recipe.grouped.length === 0) {
		return `${functional}y = F.layer_norm(x.movedim(${alone}, -1), (${shape[alone]},), ${eps}).movedim(-1, ${alone})`;
	}
	return `import torch\n${byHand(recipe)}`;
}

function byHand({ split, splitAveraged, grouped, formula: { centred, eps } }: Recipe): string {
	const apart = grouped.length > 0;
	const g = apart ? "g" : "x";
	const axes = `dim=${tuple(splitAveraged)}`;
	const none = splitAveraged.length === 0;
	const statistics = centred
		? none
			? [`mean = ${g}`, `var = torch.zeros_like(${g})`]
			: [`var, mean = torch.var_mean(${g}, ${axes}, unbiased=False, keepdim=True)`]
		: [`square = ${none ? `${g}.square()` : `${g}.square().mean(${axes}, keepdim=True)`}`];
	const y = centred
		? `(${g} - mean) / torch.sqrt(var + ${exactly(eps)})`
		: `${g} / torch.sqrt(square + ${exactly(eps)})`;
	return [
		...(apart ? [`g = x.reshape${tuple(split)}`] : []),
		...statistics,
		`y = ${y}`,
		...(apart ? ["y = y.reshape(x.shape)"] : []),
	].join("\n");
}
