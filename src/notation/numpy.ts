import { exactly } from "../core/format";
import { type Recipe, tuple } from "./recipe";

/** NumPy code that normalizes `x` to `y` over the same sets: groups become an axis of their own. */
export function numpyOf({ split, splitAveraged, grouped, formula: { centred, eps } }: Recipe): string {
	const apart = grouped.length > 0;
	const g = apart ? "g" : "x";
	const axes = `axis=${tuple(splitAveraged)}, keepdims=True`;
	const over = (expression: string) => (splitAveraged.length > 0 ? `${expression}(${axes})` : undefined);
	const statistics = centred
		? [`mean = ${over(`${g}.mean`) ?? g}`, `var = ${over(`${g}.var`) ?? "0.0"}`]
		: [`square = ${over(`np.square(${g}).mean`) ?? `np.square(${g})`}`];
	const y = centred ? `(${g} - mean) / np.sqrt(var + ${exactly(eps)})` : `${g} / np.sqrt(square + ${exactly(eps)})`;
	return [
		...(apart ? [`g = x.reshape${tuple(split)}`] : []),
		...statistics,
		`y = ${y}`,
		...(apart ? ["y = y.reshape(x.shape)"] : []),
	].join("\n");
}
