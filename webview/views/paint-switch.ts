import { formatNumber } from "../../src/core/format";
import { type DataRange, dataGradient, dataRange } from "../../src/drawing/picture/data-colours";
import { el, setText, show } from "../dom";
import type { State, Store } from "../store";

const PAINTS = { sets: "Sets", values: "Values" } as const satisfies Record<State["paint"], string>;

/** The range that the tensor's values are painted in; unknown while no numbers are there. */
export function paintRange({ inspection }: State): DataRange | undefined {
	return inspection && inspection.whole.count > 0 ? dataRange(inspection.whole) : undefined;
}

/** What the picture is painted with, and the bar of the values' colours. */
export function createPaintSwitch(store: Store): HTMLElement {
	const radios = (Object.keys(PAINTS) as State["paint"][]).map((paint) => {
		const input = el("input", { type: "radio", name: "paint", value: paint });
		input.addEventListener("change", () => store.update({ paint }));
		return { input, label: el("label", { class: "radio" }, input, PAINTS[paint]) };
	});
	const [low, high] = [el("span"), el("span")];
	const colours = el("span", { class: "colour-bar-colours" });
	const bar = el("span", { class: "colour-bar" }, low, colours, high);
	store.watch(
		(state) => [state.paint, state.inspection],
		(state) => {
			for (const { input } of radios) input.checked = input.value === state.paint;
			const range = paintRange(state);
			const whole = state.inspection?.whole;
			show(bar, state.paint === "values" && range !== undefined);
			if (!range || !whole) return;
			setText(low, `${Number(whole.min) < range.low ? "≤ " : ""}${formatNumber(range.low, 3)}`);
			setText(high, `${Number(whole.max) > range.high ? "≥ " : ""}${formatNumber(range.high, 3)}`);
			colours.style.backgroundImage = dataGradient(range);
		},
	);
	const group = el(
		"span",
		{ class: "paint-radios", role: "radiogroup", "aria-label": "The picture shows" },
		...radios.map(({ label }) => label),
	);
	return el("div", { class: "paint" }, el("span", { class: "quiet" }, "The picture shows"), group, bar);
}
