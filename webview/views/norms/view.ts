import type { Chosen } from "../../../src/core/chosen";
import { candidateNorms } from "../../../src/core/norm-candidates";
import type { ComparedNorm } from "../../../src/core/norm-comparison";
import { layoutOf, type Norm } from "../../../src/core/normalizations";
import { chooseNorm } from "../../presets";
import { chosenOf, type Session } from "../../session";
import type { Store } from "../../store";
import { chooser } from "../axes";
import { createLens } from "../lenses/frame";
import { createNormsTable, type NormsTable, type Sorting } from "./table";

/** All norms that fit the tensor side by side: their sets, and what they leave of mean and deviation. */
export function createNorms(store: Store, session: Session): HTMLElement {
	const choose = chooser(store, session);
	let sorting: Sorting = { column: undefined, descending: true };
	let table: NormsTable | undefined;
	let asked: { readonly subject: string; readonly norms: readonly Norm[] } | undefined;

	const markChosen = () => {
		const chosen = chosenOf(store.get());
		const now = chosen && identityOf(chosen.norm, chosen);
		table?.mark(({ norm }) => chosen !== undefined && identityOf(norm, chosen) === now);
	};
	store.watch((state) => [state.opened, state.tensor, state.choices], markChosen);

	return createLens<readonly ComparedNorm[]>(store, {
		view: "norms",
		title: "Compare norms",
		about: "Every norm that fits this tensor, without gamma and beta, from one reading. Choose a row to use its norm.",
		absent: ({ chosen: { problem } }) => (problem?.code === "bad-option" ? problem.message : undefined),
		key: ({ tensor, chosen, state }) => {
			const { eps, nonFinite } = chosen.norm.options;
			const subject = JSON.stringify([tensor.name, state.part, chosen.letters, chosen.channelAxis, eps, nonFinite]);
			const norms = normsOf(chosen);
			const known = asked?.norms.map((norm) => identityOf(norm, chosen)) ?? [];
			// A norm chosen from the table has its numbers already.
			const answered = asked?.subject === subject && norms.every((norm) => known.includes(identityOf(norm, chosen)));
			if (!answered) asked = { subject, norms };
			return JSON.stringify(asked);
		},
		ask: ({ tensor, chosen, state }, options) =>
			session.host.call(
				"compareNorms",
				{ tensor: tensor.name, part: state.part, norms: asked?.norms ?? normsOf(chosen) },
				options,
			),
		draw: (rows, { chosen }) => {
			const kept = { get: () => sorting, set: (next: Sorting) => (sorting = next) };
			table = createNormsTable(rows, chosen, kept, (norm) => choose((choices) => chooseNorm(choices, norm)));
			markChosen();
			return [table.element];
		},
	}).element;
}

/** The candidates, and the chosen norm where it is none of them. */
function normsOf(chosen: Chosen): Norm[] {
	const candidates = candidateNorms(chosen, chosen.norm.options);
	const now = identityOf(chosen.norm, chosen);
	const isKnown = !chosen.layout || candidates.some((norm) => identityOf(norm, chosen) === now);
	return isKnown ? candidates : [...candidates, chosen.norm];
}

/** What tells a norm of the catalogue with its sets from others. */
function identityOf(norm: Norm, { shape }: Chosen): string {
	try {
		return `${norm.id} ${layoutOf(norm, shape).cells.join()}`;
	} catch {
		return "";
	}
}
