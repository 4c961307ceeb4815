import { formatCount, formatNumber } from "../core/format";
import type { NormSummary } from "../core/inspection";
import { normalization } from "../core/normalizations";

/** What to beware of in a norm on a tensor: sets of one element, below epsilon, without a finite value. */
export function warningsOf({ sets, setSize, belowEps, empty, norm, exact, after }: NormSummary): string[] {
	const inSample = exact ? "" : "In the sample: ";
	const some = (count: number) =>
		count === sets
			? sets === 1
				? "The only set"
				: `All ${formatCount(sets)} sets`
			: `${formatCount(count)} of ${formatCount(sets)} sets`;
	const plural = (count: number, one: string, many: string) => (count === 1 ? one : many);
	const warnings: string[] = [];
	if (setSize === 1)
		warnings.push(
			normalization(norm.id).statistic?.centre === "nothing"
				? "Every set is a single element: its size is the element's own, and only the sign is left."
				: "Every set is a single element: its mean is the element itself, and the result is 0 everywhere.",
		);
	else if (belowEps > 0)
		warnings.push(
			`${inSample}${some(belowEps)} ${plural(belowEps, "has", "have")} a ${normalization(norm.id).statistic?.divisor === "std" ? "variance" : "size"} below epsilon (${formatNumber(norm.options.eps)}): epsilon, not the data, sets ${plural(belowEps, "its", "their")} scale.`,
		);
	if (!after)
		warnings.push("What comes after is no straight line in the values, so that the sets' statistics do not tell it.");
	if (empty > 0)
		warnings.push(
			`${inSample}${some(empty)} ${plural(empty, "has", "have")} no finite value: there is nothing to take a mean of.`,
		);
	return warnings;
}
