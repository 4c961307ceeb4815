import { type Chosen, tryNorm } from "../../../src/core/chosen";
import { equivalenceOf, type NormsApart } from "../../../src/core/equivalence";
import { formatNumber } from "../../../src/core/format";
import { COMPARABLE_IDS, type Norm, normalization, normOf } from "../../../src/core/normalizations";
import type { Session } from "../../session";
import type { Store } from "../../store";
import { createLens, needsPlain, numbersTable } from "./frame";

const VERDICTS = { always: "The same", "without affine": "The same without affine", never: "Different" } as const;

/** The chosen norm against every other one that fits: one verdict each, and how far the outputs are apart. */
export function createEquivalenceLens(store: Store, { host }: Session): HTMLElement {
	return createLens<readonly NormsApart[]>(store, {
		title: "Which norms are the same here?",
		about: "The chosen norm against the others on this shape: sets, statistics, the shape of gamma and beta.",
		absent: ({ chosen }) => (chosen.layout ? needsPlain(chosen) : "The norm does not fit this tensor; see above."),
		key: ({ chosen }) => JSON.stringify([chosen.norm, chosen.letters]),
		ask: ({ tensor, chosen }, options) =>
			host.call("normsApart", { tensor: tensor.name, norms: [chosen.norm, ...others(chosen)] }, options),
		draw: (apart, { chosen }) => [
			numbersTable(
				"Verdicts",
				[`${normalization(chosen.norm.id).label} and`, "Verdict", "Why", "Largest difference"],
				others(chosen).map((norm, k) => {
					const found = apart.find(({ a, b }) => a === 0 && b === k + 1);
					const verdict = equivalenceOf(chosen.norm, norm, chosen.shape, chosen.letters);
					return [
						labelOf(norm),
						VERDICTS[verdict.interchangeable],
						verdict.sentence,
						found ? formatNumber(found.maxAbs, 3) : "–",
					];
				}),
			),
		],
	}).element;
}

/** The other norms with the same options; groups as many as there are channels where the chosen norm has none, to show the known coincidences. */
function others({ norm, shape, channelAxis }: Chosen): Norm[] {
	const channels = shape[channelAxis] ?? 1;
	const wanted = COMPARABLE_IDS.flatMap((id): Norm[] => {
		const eps = normalization(id).defaults?.eps ?? norm.options.eps;
		const axis = id === norm.id ? norm.options.axis : channelAxis;
		const { groups, nonFinite } = norm.options;
		const { options } = normOf(id, shape, { axis, groups, nonFinite, eps });
		if (!normalization(id).uses.includes("groups")) return [{ id, options }];
		return [...new Set([1, norm.options.groups, channels])].map((groups) => ({ id, options: { ...options, groups } }));
	});
	const isSame = (other: Norm) => JSON.stringify(other) === JSON.stringify(norm);
	return wanted.filter((other) => !isSame(other) && other.id !== norm.id && tryNorm(shape, other).layout);
}

function labelOf({ id, options }: Norm): string {
	const { label, uses } = normalization(id);
	return uses.includes("groups") ? `${label}(${options.groups})` : label;
}
