import type { Norm } from "../../src/core/normalizations";
import { el, setText } from "../dom";
import { type Preset, presetsOf } from "../presets";
import { chosenOf } from "../session";
import type { Store } from "../store";
import { createGlyph } from "./glyph";

/** The named layouts of the tensor side by side, each with its picture: choosing one sets the chips. */
export function createPresets(store: Store, choose: (norm: Norm) => void): HTMLElement {
	const element = el("div", { class: "presets", role: "group", "aria-label": "Named layouts" });
	let shown: readonly Preset[] = [];
	const create = (at: number) => {
		const glyph = createGlyph();
		const button = el(
			"button",
			{ type: "button", class: "preset" },
			glyph.element,
			el("span", { class: "preset-name" }),
			el("span", { class: "preset-also quiet" }),
		);
		button.addEventListener("click", () => {
			const preset = shown[at];
			if (preset) choose(preset.norm);
		});
		return { button, glyph };
	};
	let buttons: ReturnType<typeof create>[] = [];

	store.watch(
		(state) => [state.opened, state.tensor, state.choices],
		(state) => {
			const chosen = chosenOf(state);
			if (!chosen) return;
			shown = presetsOf(chosen);
			if (buttons.length !== shown.length) {
				buttons = shown.map((_, at) => create(at));
				element.replaceChildren(...buttons.map(({ button }) => button));
			}
			shown.forEach(({ names: [name = "", ...also], layout }, at) => {
				const { button, glyph } = buttons[at] as (typeof buttons)[number];
				glyph.show(layout, chosen.channelAxis);
				setText(button.querySelector(".preset-name") as Element, name);
				setText(
					button.querySelector(".preset-also") as Element,
					also.length > 0 ? `= ${also.slice(0, 2).join(" = ")}` : "",
				);
				const same = chosen.layout?.cells.every((parts, axis) => parts === layout.cells[axis]) ?? false;
				button.setAttribute("aria-pressed", String(same));
			});
		},
	);
	return element;
}
