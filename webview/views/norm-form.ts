import { divisors } from "../../src/core/layout";
import { axisMeaning } from "../../src/core/norm-candidates";
import { isNormId, NORMALIZATIONS, normalization } from "../../src/core/normalizations";
import { exactly } from "../chosen";
import { dropdown, textField } from "../controls/controls";
import { el, setText, show } from "../dom";
import { chosenOf } from "../session";
import type { Store } from "../store";
import type { Choose } from "./axes";
import { createConvention } from "./convention";

/** The norm and its options; what does not fit is told here in one sentence. */
export function createNormForm(store: Store, choose: Choose): HTMLElement {
	const norm = dropdown("Norm", (id) => {
		if (!isNormId(id)) return;
		choose((choices, { layout }) => {
			// Each norm has its own idea of the axis; own axes start from what was shown before.
			const { axis: _, cells, ...options } = choices.options ?? {};
			const start = normalization(id).uses.includes("cells") ? (layout?.cells ?? cells) : cells;
			return { ...choices, norm: id, options: start ? { ...options, cells: start } : options };
		});
	});
	const axis = dropdown("Axis", (value) =>
		choose((choices, chosen) => ({
			...choices,
			norm: chosen.norm.id,
			options: { ...choices.options, axis: Number(value) },
		})),
	);
	const groups = dropdown("Groups", (value) =>
		choose((choices, chosen) => ({
			...choices,
			norm: chosen.norm.id,
			options: { ...choices.options, groups: Number(value) },
		})),
	);
	const eps = textField(
		"Epsilon",
		(text) =>
			choose((choices) => ({
				...choices,
				options: { ...choices.options, eps: text.trim() === "" ? NaN : Number(text) },
			})),
		{ live: true, size: 8 },
	);
	const nonFinite = dropdown("NaN and ±Inf", (value) =>
		choose((choices) => ({
			...choices,
			options: { ...choices.options, nonFinite: value === "propagate" ? "propagate" : "apart" },
		})),
	);
	nonFinite.setChoices([
		{ value: "apart", label: "Counted apart" },
		{ value: "propagate", label: "Spoil their set" },
	]);
	const convention = createConvention(store, choose);
	const problem = el("p", { class: "problem", role: "alert" });

	store.watch(
		(state) => [state.opened, state.tensor, state.choices],
		(state) => {
			const chosen = chosenOf(state);
			if (!chosen) return;
			const { shape, letters } = chosen;
			const { id, options } = chosen.norm;
			const { uses } = normalization(id);
			norm.setChoices(
				Object.keys(NORMALIZATIONS)
					.filter(isNormId)
					.map((value) => {
						const { label, minRank } = normalization(value);
						const fits = shape.length >= minRank;
						return { value, label: fits ? label : `${label} (needs ${minRank} axes)`, disabled: !fits };
					}),
			);
			norm.set(id);
			show(axis.element, uses.includes("axis"));
			axis.setLabel(axisMeaning(id, shape.length) === "channel" ? "Channel axis" : "Averaged from axis");
			axis.setChoices(shape.map((size, a) => ({ value: String(a), label: `${letters[a]} (axis ${a}, ${size})` })));
			axis.set(String(options.axis < 0 ? options.axis + shape.length : options.axis));
			show(groups.element, uses.includes("groups"));
			const channels = shape[options.axis] ?? 1;
			const fitting = divisors(Math.max(1, channels));
			groups.setChoices(
				(fitting.includes(options.groups) ? fitting : [...fitting, options.groups]).map((count) => ({
					value: String(count),
					label: channels % count === 0 ? `${count} of ${channels / count}` : `${count} (does not divide ${channels})`,
				})),
			);
			groups.set(String(options.groups));
			if (document.activeElement !== eps.input) eps.set(Number.isNaN(options.eps) ? "" : exactly(options.eps));
			nonFinite.set(options.nonFinite);
			setText(problem, chosen.problem?.message ?? "");
			show(problem, chosen.problem !== undefined);
			eps.setInvalid(!(options.eps >= 0));
			groups.setInvalid(chosen.problem?.code === "bad-layout" && uses.includes("groups"));
			axis.setInvalid(chosen.problem?.code === "bad-option" && options.eps >= 0);
		},
	);
	return el(
		"div",
		{ class: "norm-form" },
		el(
			"div",
			{ class: "fields" },
			...convention.fields,
			norm.element,
			axis.element,
			groups.element,
			eps.element,
			nonFinite.element,
		),
		convention.reason,
		problem,
	);
}
