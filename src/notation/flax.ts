import { exactly } from "../core/format";
import { layerOf, type Recipe, tuple } from "./recipe";

/** Flax (linen) code that normalizes `x` to `y`, without scale and bias: the axes reduced are named, groups are on the last one. */
export function flaxOf(recipe: Recipe): string {
	const { shape, averaged, grouped, groups, formula } = recipe;
	const last = shape.length - 1;
	// Flax takes the variance as E[x²] − E[x]² unless it is told not to: in float32 that cancels.
	const plain = `epsilon=${exactly(formula.eps)}, use_scale=False, ${formula.centred ? "use_bias=False, " : ""}use_fast_variance=False`;
	const layer = layerOf(recipe);
	if (formula.centred && layer?.kind === "batch") {
		return [
			"import jax, flax.linen as nn",
			`norm = nn.BatchNorm(use_running_average=False, axis=${layer.channel}, ${plain})`,
			"y, _ = norm.init_with_output(jax.random.key(0), x)",
		].join("\n");
	}
	const [split] = grouped;
	if (split === undefined) {
		if (averaged.length === 0) return "# Nothing is averaged: every value is a set of its own.\ny = x * 0";
		const name = formula.centred ? "LayerNorm" : "RMSNorm";
		return `import flax.linen as nn\ny = nn.${name}(reduction_axes=${tuple(averaged)}, ${plain}).apply({}, x)`;
	}
	if (formula.centred && grouped.length === 1) {
		// With the split axis moved to the end, those behind it are one further ahead.
		const reduced = [...averaged.map((axis) => (axis > split ? axis - 1 : axis)), last];
		const options = `num_groups=${groups[split]}, reduction_axes=${tuple(reduced)}, ${plain}`;
		const input = split === last ? "x" : `jnp.moveaxis(x, ${split}, -1)`;
		const y = `nn.GroupNorm(${options}).apply({}, ${input})`;
		return [
			`import ${split === last ? "" : "jax.numpy as jnp, "}flax.linen as nn`,
			`y = ${split === last ? y : `jnp.moveaxis(${y}, -1, ${split})`}`,
		].join("\n");
	}
	const name = formula.centred ? "LayerNorm" : "RMSNorm";
	return [
		"import flax.linen as nn",
		`g = x.reshape${tuple(recipe.split)}`,
		`y = nn.${name}(reduction_axes=${tuple(recipe.splitAveraged)}, ${plain}).apply({}, g).reshape(x.shape)`,
	].join("\n");
}
