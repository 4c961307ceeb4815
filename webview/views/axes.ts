import type { Choices, Chosen } from "../../src/core/chosen";
import { normalization } from "../../src/core/normalizations";
import { el, setText, show } from "../dom";
import { chooseNorm, namesOf } from "../presets";
import { chosenOf, type Session } from "../session";
import type { Store } from "../store";
import { createChip, updateChip } from "./chip";
import { createPresets } from "./presets";

/** Changes the choices for the selected tensor's rank and asks for its numbers. */
export type Choose = (change: (choices: Choices, chosen: Chosen) => Choices) => void;

/** How the views change what is chosen. */
export function chooser(store: Store, session: Session): Choose {
	return (change) => {
		const { choices } = store.get();
		const chosen = chosenOf(store.get());
		if (!chosen) return;
		const rank = chosen.shape.length;
		const before = choices[rank] ?? {};
		const after = change(before, chosen);
		store.update({ choices: { ...choices, [rank]: after } });
		if (after.convention !== before.convention || after.letters !== before.letters) session.rememberAxes();
		session.inspect();
	};
}

/** The layout: named ones to choose from, the axes in file order with what becomes of each, and the name reached. */
export function createAxes(store: Store, choose: Choose): HTMLElement {
	const chips = el("div", { class: "chips", role: "group", "aria-label": "Axes in file order" });
	const name = el("p", { class: "layout-name", "aria-live": "polite" });
	const differ = el("p", { class: "quiet layout-differ" });
	const presets = createPresets(store, (norm) => choose((choices) => chooseNorm(choices, norm)));
	const element = el("div", { class: "axes" }, presets, chips, el("div", {}, name, differ));
	store.watch(
		(state) => [state.opened, state.tensor, state.choices],
		(state) => {
			const chosen = chosenOf(state);
			show(element, chosen !== undefined && chosen.shape.length > 0);
			if (!chosen) return;
			const { shape } = chosen;
			if (chips.childElementCount !== shape.length)
				chips.replaceChildren(...shape.map((_, axis) => createChip(axis, choose)));
			shape.forEach((_, axis) => {
				updateChip(chips.children[axis] as HTMLElement, chosen, axis);
			});
			setText(name, nameOf(chosen));
			show(name, chosen.layout !== undefined);
			const difference = differenceOf(chosen);
			setText(differ, difference);
			show(differ, difference !== "");
		},
	);
	return element;
}

/** The name that the chips have reached. */
function nameOf(chosen: Chosen): string {
	const names = namesOf(chosen);
	const { label, uses } = normalization(chosen.norm.id);
	// A norm that is none of those that the layout's names stand for has the sets of one of them.
	const isNamed = uses.includes("cells") || names.some((name) => name.startsWith(label));
	if (!isNamed) return names[0] ? `${label}: the sets of ${names[0]}` : label;
	return names.join(" = ") || "Not a named norm";
}

/** What still tells norms of the same sets apart. */
function differenceOf(chosen: Chosen): string {
	const { shape, letters, channelAxis } = chosen;
	const names = namesOf(chosen);
	const layer = names.find((name) => name.startsWith("LayerNorm over"));
	const other = names.find((name) => /^(GroupNorm|InstanceNorm|BatchNorm)/.test(name));
	const over = layer?.slice("LayerNorm over ".length);
	if (!nameOf(chosen).includes(" = ") || !layer || !other || over === letters[channelAxis]) return "";
	const averaged = over?.split(", ") ?? [];
	const sizes = letters.flatMap((letter, axis) => (averaged.includes(letter) ? [shape[axis]] : []));
	return `The same sets, but not the same layer: PyTorch’s ${layer} has a gamma and beta for each of ${over} (${sizes.join(" × ")}), ${other} one for each ${letters[channelAxis]} (${shape[channelAxis]}).`;
}
