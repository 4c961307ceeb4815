import { equivalenceOf } from "../core/equivalence";
import { formatNumber } from "../core/format";
import type { Shape } from "../core/layout";
import {
	isNormId,
	layoutOf,
	NORMALIZATIONS,
	type Norm,
	type NormId,
	normalization,
	normOptions,
} from "../core/normalizations";
import { type Arguments, integerOf, numberOf } from "./arguments";
import type { Lens } from "./lens";
import { NORM_IDS } from "./norm-choice";

/** For every pair of norms whether they are the same on this shape, and how far their outputs are apart on this tensor. */
export const equivalenceLens: Lens = {
	takes: ["axis", "groups", "eps"],
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

/** The norms that fit a shape, with the options given for those that use them. */
function normsOn(shape: Shape, given: Arguments["given"]): Norm[] {
	const [axis, groups, eps] = [integerOf(given, "axis"), integerOf(given, "groups", 1), numberOf(given, "eps", 0)];
	const options = normOptions(shape, {
		...(axis === undefined ? {} : { axis }),
		...(groups === undefined ? {} : { groups }),
		...(eps === undefined ? {} : { eps }),
	});
	return NORM_IDS.flatMap((id: NormId): Norm[] => {
		const norm = { id, options };
		// A rank it does not fit is no fault of the caller's; axis and groups that do not fit are told.
		if (!isNormId(id) || shape.length < NORMALIZATIONS[id].minRank) return [];
		layoutOf(norm, shape);
		return [norm];
	});
}
