import { formatCount, formatNumber } from "../../../src/core/format";
import { unravel } from "../../../src/core/inspection";
import type { MaskEffect } from "../../../src/core/mask";
import type { TensorInfo } from "../../../src/core/tensor";
import type { MaskChoice } from "../../../src/protocol";
import { checkbox, dropdown } from "../../controls/controls";
import { el, show } from "../../dom";
import { type Session, selectedTensor } from "../../session";
import type { State, Store } from "../../store";
import { createLens, needsPlain, numbersTable } from "./frame";

/** Statistics over the valid elements of padded sequences, and what ignoring the padding does. */
export function createMaskLens(store: Store, { host }: Session): HTMLElement {
	let choice: MaskChoice = { kind: "mask", tensor: "", inverted: false, timeAxis: 1 };
	const change = (patch: Partial<MaskChoice>) => {
		choice = { ...choice, ...patch };
		arrange();
		lens.again();
	};
	const tensor = dropdown("Told by", (value) => change({ tensor: value }));
	const kind = dropdown("which is", (value) => change({ kind: value === "lengths" ? "lengths" : "mask" }));
	const time = dropdown("along", (value) => change({ timeAxis: Number(value) }));
	const inverted = checkbox("1 is padding", (checked) => change({ inverted: checked }));
	kind.setChoices([
		{ value: "mask", label: "a mask (0 is padding)" },
		{ value: "lengths", label: "lengths" },
	]);
	const controls = el("div", { class: "lens-controls" }, tensor.element, kind.element, time.element, inverted.element);
	const arrange = () => {
		show(time.element, choice.kind === "lengths");
		show(inverted.element, choice.kind === "mask");
		tensor.set(choice.tensor);
		kind.set(choice.kind);
		time.set(String(choice.timeAxis));
	};

	const lens = createLens<MaskEffect>(store, {
		title: "Padding",
		about:
			"Statistics over the valid elements of padded sequences only, beside what ignoring the padding makes of them.",
		controls,
		absent: ({ state, chosen }) => {
			if (!chosen.layout) return "The norm does not fit this tensor; see above.";
			const reason = needsPlain(chosen);
			if (reason) return reason;
			if (maskCandidates(state).length === 0) {
				return "No other tensor of this file could be a mask or lengths; in the terminal, lens mask takes one of another file.";
			}
			return choice.tensor === "" ? "Choose the tensor that says which elements are valid." : undefined;
		},
		key: ({ chosen }) => JSON.stringify([chosen.norm, choice]),
		ask: ({ tensor: { name }, chosen }, options) =>
			host.call("maskEffect", { tensor: name, norm: chosen.norm, mask: choice }, options),
		draw: (found, { chosen }) => drawEffect(found, chosen.layout?.cells ?? []),
	});

	store.watch(
		(state) => [state.opened, state.tensor],
		(state) => {
			const candidates = maskCandidates(state);
			show(controls, candidates.length > 0);
			tensor.setChoices([
				{ value: "", label: "(no padding)" },
				...candidates.map(({ name, shape }) => ({ value: name, label: `${name} [${shape.join(", ")}]` })),
			]);
			const rank = selectedTensor(state)?.shape.length ?? 0;
			time.setChoices(Array.from({ length: rank }, (_, axis) => ({ value: String(axis), label: `axis ${axis}` })));
			if (!candidates.some(({ name }) => name === choice.tensor)) choice = { ...choice, tensor: "" };
			arrange();
		},
	);
	return lens.element;
}

/** Tensors of the file that are no larger than the selected one, and have no axis that it lacks. */
function maskCandidates(state: State): readonly TensorInfo[] {
	const selected = selectedTensor(state);
	if (!selected || !state.opened?.ok) return [];
	return state.opened.description.tensors.filter(
		({ name, shape, problem }) =>
			name !== selected.name &&
			!problem &&
			shape.length > 0 &&
			shape.length <= selected.shape.length &&
			shape.every((length) => length === 1 || selected.shape.includes(length)),
	);
}

function drawEffect({ sets, empty, valid, all, rms, worst }: MaskEffect, cells: readonly number[]): HTMLElement[] {
	const percent = formatNumber((100 * valid) / Math.max(1, all), 3);
	const number = (value: number) => formatNumber(value, 4);
	const none = empty > 0 ? ` ${formatCount(empty)} of ${formatCount(sets)} sets have none.` : "";
	return [
		el(
			"p",
			{},
			`${formatCount(valid)} of ${formatCount(all)} values are valid (${percent} %).${none} `,
			el("strong", {}, `Ignoring the padding puts their output off by ${number(rms)}`),
			" (root mean square).",
		),
		numbersTable(
			"What ignoring padding does",
			["Set", "Valid", "Mean", "ignoring", "Std", "ignoring", "Output error"],
			worst
				.slice(0, 64)
				.map((each) => [
					unravel(each.set, cells).join(", "),
					`${formatCount(each.valid)} of ${formatCount(each.all)}`,
					...[each.mean, each.allMean, each.std, each.allStd, each.rms].map(number),
				]),
		),
	];
}
