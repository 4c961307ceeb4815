import { AXIS_CONVENTIONS, type AxisConventionId } from "../../src/core/axes";
import { dropdown } from "../controls/controls";
import { el, setText, show } from "../dom";
import { chosenOf } from "../session";
import type { Store } from "../store";
import type { Choose } from "./axes";

/** What the axes mean: the field to choose it, and where the answer comes from. */
export function createConvention(
	store: Store,
	choose: Choose,
): { fields: readonly HTMLElement[]; reason: HTMLElement } {
	const convention = dropdown("Axes mean", (id) =>
		choose((choices, { letters }) => {
			// The axis option would mean another axis under another convention.
			const { axis: _, ...options } = choices.options ?? {};
			const known = Object.keys(AXIS_CONVENTIONS).find((name) => name === id) as AxisConventionId | undefined;
			return { ...choices, options, convention: known ?? "own", letters: choices.letters ?? letters };
		}),
	);
	const reason = el("p", { class: "quiet reason" });
	store.watch(
		(state) => [state.opened, state.tensor, state.choices],
		(state) => {
			const chosen = chosenOf(state);
			if (!chosen) return;
			convention.setChoices([
				...Object.entries(AXIS_CONVENTIONS).map(([value, { label, letters }]) => {
					const known: Readonly<Record<number, string>> = letters;
					const example = known[chosen.shape.length];
					return { value, label: example ? `${label} (${[...example].join(", ")})` : label };
				}),
				{ value: "own", label: "Own names" },
			]);
			convention.set(chosen.convention);
			setText(reason, chosen.reason);
			show(reason, chosen.guessed && chosen.shape.length > 0);
		},
	);
	return { fields: [convention.element], reason };
}
