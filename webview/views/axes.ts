import { divisors, roleOf } from "../../src/core/layout";
import { type Choices, type Chosen, chooseParts, namesOf } from "../chosen";
import { el, setAttribute, setText, show } from "../dom";
import { chosenOf, type Session } from "../session";
import type { Store } from "../store";

/** Changes the choices for the selected tensor's rank and asks for its numbers. */
export type Choose = (change: (choices: Choices, chosen: Chosen) => Choices) => void;

/** How the views change what is chosen. */
export function chooser(store: Store, session: Session): Choose {
	return (change) => {
		const { choices } = store.get();
		const chosen = chosenOf(store.get());
		if (!chosen) return;
		const rank = chosen.shape.length;
		store.update({ choices: { ...choices, [rank]: change(choices[rank] ?? {}, chosen) } });
		session.inspect();
	};
}

/** The axes in file order: what each is called, how long it is, and what becomes of it. */
export function createAxes(store: Store, choose: Choose): HTMLElement {
	const chips = el("div", { class: "chips", role: "group", "aria-label": "Axes in file order" });
	const names = el("p", { class: "same-as" });
	store.watch(
		(state) => [state.opened, state.tensor, state.choices],
		(state) => {
			const chosen = chosenOf(state);
			if (!chosen) return;
			updateChips(chips, chosen, choose);
			const same = namesOf(chosen);
			setText(names, same.length === 0 ? "" : `The same sets as ${same.join(", and as ")}.`);
			show(names, same.length > 0);
		},
	);
	return el("div", { class: "axes" }, chips, names);
}

function updateChips(chips: HTMLElement, chosen: Chosen, choose: Choose): void {
	const { shape } = chosen;
	if (chips.childElementCount !== shape.length)
		chips.replaceChildren(...shape.map((_, axis) => createChip(axis, choose)));
	shape.forEach((_, axis) => {
		updateChip(chips.children[axis] as HTMLElement, chosen, axis);
	});
}

function createChip(axis: number, choose: Choose): HTMLElement {
	const parts = el("input", { type: "number", class: "number chip-parts", min: 1, step: 1 });
	const toggle = el(
		"button",
		{ type: "button", class: "chip-toggle" },
		el("span", { class: "chip-head" }, el("span", { class: "chip-letter" }), el("span", { class: "chip-length" })),
		el("span", { class: "chip-role" }),
	);
	toggle.addEventListener("click", () =>
		choose((choices, chosen) => {
			const size = chosen.shape[axis] ?? 1;
			return chooseParts(chosen, choices, axis, chosen.parts[axis] === 1 ? size : Math.min(1, size));
		}),
	);
	parts.addEventListener("input", () => {
		const value = parts.valueAsNumber;
		if (Number.isFinite(value)) choose((choices, chosen) => chooseParts(chosen, choices, axis, value));
	});
	return el(
		"div",
		{ class: "chip" },
		toggle,
		el("label", { class: "chip-split" }, el("span", {}, "in"), parts, el("span", { class: "chip-unit" })),
	);
}

function updateChip(chip: HTMLElement, { shape, parts: all, letters }: Chosen, axis: number): void {
	const [toggle, parts] = [chip.querySelector("button"), chip.querySelector("input")];
	if (!toggle || !parts) return;
	const [size, count] = [shape[axis] ?? 1, all[axis] ?? 1];
	const fits = size === 0 || (Number.isInteger(count) && count >= 1 && size % count === 0);
	const role = fits ? roleOf({ shape, cells: all }, axis) : undefined;
	const words =
		size === 1 ? "one index" : role === "grouped" ? `${count} groups of ${size / count}` : (role ?? "does not fit");
	chip.dataset.role = size === 1 ? "kept" : (role ?? "misfit");
	setText(chip.querySelector(".chip-letter") as Element, letters[axis] ?? "");
	setText(chip.querySelector(".chip-length") as Element, String(size));
	setText(chip.querySelector(".chip-role") as Element, words);
	setText(chip.querySelector(".chip-unit") as Element, count === 1 ? "part" : "parts");
	toggle.title = role === "averaged" ? `Keep every index of ${letters[axis]}` : `Average over ${letters[axis]}`;
	toggle.setAttribute("aria-label", `Axis ${axis}, ${letters[axis]}, length ${size}: ${words}`);
	toggle.setAttribute("aria-pressed", String(role === "averaged"));
	toggle.disabled = size <= 1;
	parts.max = String(size);
	parts.disabled = size <= 1;
	parts.setAttribute("aria-label", `Parts that axis ${letters[axis]} is cut into`);
	parts.title = `1 averages the axis, ${size} keeps it; between: ${divisors(Math.max(1, size)).slice(1, -1).slice(0, 12).join(", ") || "no groups"}`;
	setAttribute(parts, "aria-invalid", !fits && "true");
	if (document.activeElement !== parts && parts.value !== String(count)) parts.value = String(count);
}
