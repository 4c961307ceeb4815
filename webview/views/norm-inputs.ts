import { candidatesFor, missingInputs } from "../../src/core/input-choice";
import { INPUT_IDS, INPUTS } from "../../src/core/norm-inputs";
import { inputsOf, normalization } from "../../src/core/normalizations";
import { dropdown } from "../controls/controls";
import { el, setText, show } from "../dom";
import { chosenOf } from "../session";
import type { Store } from "../store";
import type { Choose } from "./axes";

/** The other tensors of a norm beside gamma and beta, chosen among those of the same file that fit. */
export function createNormInputs(store: Store, choose: Choose): HTMLElement {
	const fields = INPUT_IDS.filter((id) => id !== "gamma" && id !== "beta").map((id) => {
		const field = dropdown(INPUTS[id].label, (name) =>
			choose((choices, { norm }) => {
				const { [id]: _, ...others } = choices.inputs ?? {};
				return { ...choices, norm: norm.id, inputs: name === NONE ? others : { ...others, [id]: name.slice(1) } };
			}),
		);
		field.element.title = INPUTS[id].about;
		return { id, ...field };
	});
	const missing = el("p", { class: "quiet", role: "status" });
	const element = el(
		"div",
		{ class: "norm-inputs" },
		el("div", { class: "fields" }, ...fields.map((field) => field.element)),
		missing,
	);
	store.watch(
		(state) => [state.opened, state.tensor, state.choices],
		(state) => {
			const chosen = chosenOf(state);
			const taken = chosen && state.opened?.ok ? inputsOf(chosen.norm.id) : [];
			show(
				element,
				fields.some(({ id }) => taken.includes(id)),
			);
			if (!chosen || !state.opened?.ok) return;
			const { tensors } = state.opened.description;
			const lacking = missingInputs(chosen);
			for (const { id, element: field, setChoices, set } of fields) {
				show(field, taken.includes(id));
				if (!taken.includes(id)) continue;
				const fitting = candidatesFor(id, tensors, chosen, state.tensor);
				const none = lacking.includes(id) ? "Choose a tensor" : "None";
				setChoices([
					{ value: NONE, label: fitting.length > 0 ? none : "No tensor of this file fits" },
					...fitting.map(({ name, shape }) => ({ value: `=${name}`, label: `${name} [${shape.join(", ")}]` })),
				]);
				const now = chosen.inputs[id];
				set(now === undefined ? NONE : `=${now}`);
			}
			setText(
				missing,
				lacking.length === 0
					? ""
					: `${normalization(chosen.norm.id).label} needs ${lacking.map((id) => INPUTS[id].label.toLowerCase()).join(" and ")} to be computed.`,
			);
			show(missing, lacking.length > 0);
		},
	);
	return element;
}

const NONE = "none";
