import { divisors } from "../../src/core/layout";
import { groupedSize } from "../../src/core/norm-candidates";
import { isNormId, NORMALIZATIONS, normalization } from "../../src/core/normalizations";
import { dropdown } from "../controls/controls";
import { el, setText, show } from "../dom";
import { chosenOf } from "../session";
import type { Store } from "../store";
import type { Choose } from "./axes";
import { createConvention } from "./convention";
import { createNormInputs } from "./norm-inputs";
import { createNormOptions } from "./norm-options";

/** What the axis of a norm is called, by what it is. */
const AXIS_LABELS = {
	channel: "Channel axis",
	"first averaged": "Averaged from axis",
	averaged: "Averaged axis",
} as const;

/** The norm and its options; what does not fit is told here in one sentence. */
export function createNormForm(store: Store, choose: Choose): HTMLElement {
	const norm = dropdown("Norm", (id) => {
		if (!isNormId(id)) return;
		choose((choices, { layout }) => {
			// Each norm has its own idea of the axis and the formula; own axes start from what was shown before.
			const { groups, nonFinite, eps, cells } = choices.options ?? {};
			const kept = { groups, nonFinite, ...(normalization(id).defaults?.eps === undefined ? { eps } : {}) };
			const start = normalization(id).uses.includes("cells") ? (layout?.cells ?? cells) : cells;
			const options = Object.fromEntries(
				Object.entries({ ...kept, cells: start }).filter(([, value]) => value !== undefined),
			);
			return { ...choices, norm: id, options };
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
	const formula = createNormOptions(store, choose);
	const inputs = createNormInputs(store, choose);
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
			axis.setLabel(AXIS_LABELS[normalization(id).axisIs ?? "channel"]);
			axis.setChoices(shape.map((size, a) => ({ value: String(a), label: `${letters[a]} (axis ${a}, ${size})` })));
			axis.set(String(options.axis < 0 ? options.axis + shape.length : options.axis));
			show(groups.element, uses.includes("groups"));
			const channels = groupedSize(id, shape, options.axis);
			const fitting = divisors(Math.max(1, channels));
			groups.setChoices(
				(fitting.includes(options.groups) ? fitting : [...fitting, options.groups]).map((count) => ({
					value: String(count),
					label: channels % count === 0 ? `${count} of ${channels / count}` : `${count} (does not divide ${channels})`,
				})),
			);
			groups.set(String(options.groups));
			setText(problem, chosen.problem?.message ?? "");
			show(problem, chosen.problem !== undefined);
			groups.setInvalid(chosen.problem?.code === "bad-layout" && uses.includes("groups"));
			axis.setInvalid(chosen.problem?.code === "bad-option" && /axis/i.test(chosen.problem.message));
		},
	);
	return el(
		"div",
		{ class: "norm-form" },
		el("div", { class: "fields" }, ...convention.fields, norm.element, axis.element, groups.element, ...formula.fields),
		formula.rare,
		inputs,
		convention.reason,
		problem,
	);
}
