import { AXIS_CONVENTIONS, type AxisConventionId } from "../../src/core/axes";
import { dropdown, textField } from "../controls/controls";
import { el, setText, show } from "../dom";
import { chosenOf } from "../session";
import type { Store } from "../store";
import type { Choose } from "./axes";

/** What the axes mean: the fields to choose it, and the reason of a guess. */
export function createConvention(
	store: Store,
	choose: Choose,
): { fields: readonly HTMLElement[]; reason: HTMLElement } {
	const convention = dropdown("Axes mean", (id) =>
		choose((choices, { letters }) => {
			// The axis option would mean another axis under another convention.
			const { axis: _, ...options } = choices.options ?? {};
			const known = Object.keys(AXIS_CONVENTIONS).find((name) => name === id) as AxisConventionId | undefined;
			return { ...choices, options, convention: known ?? "own", letters: choices.letters ?? letters.join("") };
		}),
	);
	const own = textField("Letters", (letters) => choose((choices) => ({ ...choices, letters })), {
		live: true,
		size: 8,
	});
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
				{ value: "own", label: "Own letters" },
			]);
			convention.set(chosen.convention);
			show(own.element, chosen.convention === "own");
			if (document.activeElement !== own.input) own.set(chosen.letters.join(""));
			setText(reason, chosen.reason);
			show(reason, chosen.guessed && chosen.shape.length > 0);
		},
	);
	return { fields: [convention.element, own.element], reason };
}
