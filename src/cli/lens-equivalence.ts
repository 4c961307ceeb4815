import { equivalenceOf } from "../core/equivalence";
import { formatNumber } from "../core/format";
import type { Shape } from "../core/layout";
import { isNormId, layoutOf, type Norm, type NormId, normalization, normOf } from "../core/normalizations";
import { type Arguments, BadUsage, integerOf, numberOf, textOf } from "./arguments";
import type { Lens } from "./lens";
import { NORM_IDS } from "./norm-choice";
import { didYouMean } from "./suggestion";

/** For every pair of norms whether they are the same on this shape, and how far their outputs are apart on this tensor. */
export const equivalenceLens: Lens = {
	takes: ["axis", "groups", "eps", "norms"],
	async look({ ref, tensor: { shape }, letters, given, terminal, options }) {
		const norms = normsOn(shape, given);
		const apart = await terminal.engine.normsApart({ ...ref, norms }, options);
		const pairs = norms.flatMap((one, a) =>
			norms.slice(a + 1).map((other, k) => {
				const b = a + 1 + k;
				const found = apart.find((each) => each.a === a && each.b === b);
				return {
					a: one.id,
					b: other.id,
					...equivalenceOf(one, other, shape, letters),
					maxAbs: found?.maxAbs ?? null,
					rms: found?.rms ?? null,
				};
			}),
		);
		const text = pairs.flatMap(({ a, b, sentence, maxAbs, rms }) => [
			`${normalization(a).label} and ${normalization(b).label}: ${sentence}`,
			maxAbs === null || rms === null
				? "  Their sets cut each other into too many parts to compare the outputs here; write both and use compare."
				: `  On this tensor max |difference| ${formatNumber(maxAbs, 4)}, root mean square ${formatNumber(rms, 4)}, without gamma and beta.`,
		]);
		return { json: { shape, norms, pairs }, text };
	},
};

/** Norms that are compared where nobody chose: those that are taken for each other. */
const USUAL: readonly NormId[] = ["batchNorm", "layerNorm", "layerNorm2d", "instanceNorm", "groupNorm", "rmsNorm"];

/** The chosen norms that fit a shape, with the options given for those that use them. */
function normsOn(shape: Shape, given: Arguments["given"]): Norm[] {
	const [axis, groups, eps] = [integerOf(given, "axis"), integerOf(given, "groups", 1), numberOf(given, "eps", 0)];
	const ids = textOf(given, "norms")
		?.split(",")
		.map((word) => {
			const id = word.trim();
			if (!isNormId(id)) throw new BadUsage(`There is no norm "${id}".${didYouMean(id, NORM_IDS)}`);
			return id;
		});
	return (ids ?? USUAL).flatMap((id: NormId): Norm[] => {
		// A rank it does not fit is no fault of the caller's; axis and groups that do not fit are told.
		if (shape.length < normalization(id).minRank) return [];
		const { uses } = normalization(id);
		const told = { axis, groups, eps: eps ?? 1e-5 };
		const norm = normOf(
			id,
			shape,
			Object.fromEntries(Object.entries(told).filter(([option]) => (uses as readonly string[]).includes(option))),
		);
		layoutOf(norm, shape);
		return [norm];
	});
}
