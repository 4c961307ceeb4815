import { isNotationId, NOTATIONS } from "../../src/notation/notations";
import { recipeOf } from "../../src/notation/recipe";
import { button, dropdown } from "../controls/controls";
import { el, setText, show } from "../dom";
import { chosenOf } from "../session";
import type { Store } from "../store";

/** The layout and its norm in a notation of choice, as code that can be copied. */
export function createNotation(store: Store): HTMLElement {
	const choice = dropdown("The same in", (id) => {
		if (isNotationId(id)) store.update({ notation: id });
	});
	choice.setChoices(Object.entries(NOTATIONS).map(([value, { label }]) => ({ value, label })));
	const code = el("pre", { class: "code", tabindex: 0 });
	const copy = button("Copy", () => {
		const { label } = NOTATIONS[store.get().notation];
		const say = (notice: string) => store.update({ notice, announcement: notice });
		navigator.clipboard.writeText(code.textContent ?? "").then(
			() => say(`Copied: ${label}.`),
			() => say("The clipboard is closed to this panel; select the text and copy it by key."),
		);
	});
	const element = el("div", { class: "notation" }, el("div", { class: "notation-head" }, choice.element, copy), code);
	store.watch(
		(state) => [state.opened, state.tensor, state.choices, state.notation],
		(state) => {
			const chosen = chosenOf(state);
			const recipe = chosen && recipeOf(chosen);
			show(element, recipe !== undefined);
			if (!recipe) return;
			const { label, write } = NOTATIONS[state.notation];
			choice.set(state.notation);
			setText(code, write(recipe));
			code.setAttribute("aria-label", `The same in ${label}`);
		},
	);
	return element;
}
