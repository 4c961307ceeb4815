import type { Chosen } from "../../src/core/chosen";
import { exactly } from "../../src/core/format";
import { choiceOf, normOption, OPTIONS, type OptionId } from "../../src/core/norm-options";
import { normalization } from "../../src/core/normalizations";
import {
	FRAMEWORKS,
	type FrameworkId,
	frameworkOptions,
	frameworksOf,
	isFrameworkId,
} from "../../src/core/norms/frameworks";
import { type DropdownField, dropdown, type Field, textField } from "../controls/controls";
import { el, show, whileOpen } from "../dom";
import { chosenOf, selectedTensor } from "../session";
import type { State, Store } from "../store";
import type { Choose } from "./axes";

/** Options with fields of their own kind elsewhere in the form. */
const ELSEWHERE: readonly OptionId[] = ["axis", "groups", "cells"];

interface OptionField {
	readonly id: OptionId;
	readonly element: HTMLElement;
	update(chosen: Chosen): void;
}

/** Fields of everything a norm's formula can be told, from the table of options; the rare ones are folded away. */
export function createNormOptions(
	store: Store,
	choose: Choose,
): { readonly fields: readonly HTMLElement[]; readonly rare: HTMLElement } {
	const set = (id: OptionId, value: unknown) =>
		choose((choices, { norm }) => ({ ...choices, norm: norm.id, options: { ...choices.options, [id]: value } }));
	const create = (id: OptionId) => createField(id, (value) => set(id, value));
	const ids = (Object.keys(OPTIONS) as OptionId[]).filter((id) => !ELSEWHERE.includes(id));
	const rareIds = ids.filter((id) => normOption(id).rare);
	const usual = ids.filter((id) => !rareIds.includes(id)).map(create);
	const box = el("div", { class: "fields" });
	const rare = el("details", { class: "rare-options" }, el("summary", {}, "Formula and precision"), box);
	const update = (fields: readonly OptionField[], chosen: Chosen) => {
		const { uses } = normalization(chosen.norm.id);
		for (const field of fields) {
			show(field.element, uses.includes(field.id));
			if (uses.includes(field.id)) field.update(chosen);
		}
	};
	let folded: { readonly framework: ReturnType<typeof createFramework>; readonly fields: readonly OptionField[] };
	const updateRare = whileOpen(rare, () => {
		const chosen = chosenOf(store.get());
		if (!chosen) return;
		if (!folded) {
			folded = { framework: createFramework(store, choose), fields: rareIds.map(create) };
			box.append(folded.framework.element, ...folded.fields.map(({ element }) => element));
		}
		update(folded.fields, chosen);
		folded.framework.update(store.get(), chosen);
	});
	store.watch(
		(state) => [state.opened, state.tensor, state.choices],
		(state) => {
			const chosen = chosenOf(state);
			if (!chosen) return;
			const { id } = chosen.norm;
			update(usual, chosen);
			updateRare();
			show(rare, rareIds.some((rareId) => normalization(id).uses.includes(rareId)) || frameworksOf(id).length > 0);
		},
	);
	return { fields: usual.map(({ element }) => element), rare };
}

function createField(id: OptionId, set: (value: unknown) => void): OptionField {
	const option = normOption(id);
	if (option.kind === "choice") {
		const field: DropdownField = dropdown(option.label, (word) => set(choiceOf(id, word)));
		field.element.title = option.about;
		field.setChoices(Object.entries(option.choices).map(([value, label]) => ({ value, label })));
		return { id, element: field.element, update: ({ norm }) => field.set(String(norm.options[id])) };
	}
	const field: Field<string> & { readonly input: HTMLElement } = textField(
		option.label,
		(text) => set(text.trim() === "" ? NaN : Number(text)),
		{ live: true, size: 8 },
	);
	field.element.title = option.about;
	return {
		id,
		element: field.element,
		update({ norm, problem }) {
			const value = norm.options[id] as number;
			if (document.activeElement !== field.input) field.set(Number.isNaN(value) ? "" : exactly(value));
			field.setInvalid(
				problem?.code === "bad-option" && problem.message.includes(`${id}`) && problem.message.includes("must be"),
			);
		},
	};
}

/** Whose numbers the options give, and the choice of another one's. */
function createFramework(store: Store, choose: Choose) {
	const field = dropdown("Numbers of", (word) => {
		const { dtype } = selectedTensor(store.get()) ?? {};
		choose((choices, { norm }) => {
			const kept = { groups: norm.options.groups, cells: norm.options.cells, axis: norm.options.axis };
			if (!isFrameworkId(word) || typeof dtype !== "string") return { ...choices, norm: norm.id, options: kept };
			// The axis stays what it is in the file: the convention of the framework is about its own tensors.
			const { axis: _, ...options } = frameworkOptions(norm.id, word, dtype) ?? {};
			return { ...choices, norm: norm.id, options: { ...kept, ...options } };
		});
	});
	return {
		element: field.element,
		update(state: State, { norm }: Chosen) {
			const known = frameworksOf(norm.id);
			show(field.element, known.length > 0);
			const { dtype } = selectedTensor(state) ?? {};
			const isShown = (id: FrameworkId) => {
				const { axis: _, ...wanted } = typeof dtype === "string" ? (frameworkOptions(norm.id, id, dtype) ?? {}) : {};
				return Object.entries(wanted).every(([option, value]) => norm.options[option as OptionId] === value);
			};
			field.setChoices([
				{ value: "exact", label: "Exact arithmetic" },
				...known.map((value) => ({ value, label: FRAMEWORKS[value].label })),
			]);
			field.set(known.find(isShown) ?? "exact");
		},
	};
}
