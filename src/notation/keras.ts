import { exactly } from "../core/format";
import { layerOf, type Recipe, tuple } from "./recipe";

/** Keras 3 code that normalizes `x` to `y`, without gamma and beta: a layer where one averages just so. */
export function kerasOf(recipe: Recipe): string {
	const { averaged, formula } = recipe;
	const plain = `epsilon=${exactly(formula.eps)}, center=False, scale=False`;
	const layer = formula.centred ? layerOf(recipe) : undefined;
	const call = (name: string, options: string, input = "x") =>
		`import keras\ny = keras.layers.${name}(${options})(${input})`;
	switch (layer?.kind) {
		case "batch":
			return call("BatchNormalization", `axis=${layer.channel}, ${plain}`, "x, training=True");
		case "group":
			return call("GroupNormalization", `groups=${layer.groups}, axis=${layer.channel}, ${plain}`);
		case "instance":
			return call("GroupNormalization", `groups=-1, axis=${layer.channel}, ${plain}`);
		case "layer":
			return call("LayerNormalization", `axis=[${averaged.join(", ")}], ${plain}`);
	}
	if (formula.centred && averaged.length > 0 && recipe.grouped.length === 0 && !averaged.includes(0))
		return call("LayerNormalization", `axis=[${averaged.join(", ")}], ${plain}`);
	return `from keras import ops\n${byHand(recipe)}`;
}

function byHand({ split, shape, splitAveraged, grouped, formula: { centred, eps } }: Recipe): string {
	const apart = grouped.length > 0;
	const g = apart ? "g" : "x";
	const axes = `axis=${tuple(splitAveraged)}, keepdims=True`;
	const y = centred ? `(${g} - mean) / ops.sqrt(var + ${exactly(eps)})` : `${g} / ops.sqrt(square + ${exactly(eps)})`;
	return [
		...(apart ? [`g = ops.reshape(x, ${tuple(split)})`] : []),
		...(centred
			? [`mean = ops.mean(${g}, ${axes})`, `var = ops.var(${g}, ${axes})`]
			: [`square = ops.mean(ops.square(${g}), ${axes})`]),
		`y = ${y}`,
		...(apart ? [`y = ops.reshape(y, ${tuple(shape)})`] : []),
	].join("\n");
}
