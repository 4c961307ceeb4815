import { el } from "../dom";

/** One thing that a menu offers. */
export interface Offer {
	readonly label: string;
	readonly run: () => void;
}

let next = 1;

/** A quiet button that opens a list of what can be saved; Escape, Tab and a click elsewhere close it. */
export function createExportMenu(label: string, offers: readonly Offer[], name = "Export…"): HTMLElement {
	const id = `export-${next++}`;
	const menu = el("div", { class: "export-menu", id, popover: "auto", role: "menu", "aria-label": label });
	const items = offers.map(({ label: text, run }) => {
		const item = el("button", { type: "button", role: "menuitem", tabindex: -1 }, text);
		item.addEventListener("click", () => {
			menu.hidePopover();
			run();
		});
		return item;
	});
	menu.append(...items);
	const button = el(
		"button",
		{
			type: "button",
			class: "export-button",
			popovertarget: id,
			"aria-haspopup": "menu",
			"aria-expanded": "false",
			"aria-label": label,
		},
		name,
	);
	menu.addEventListener("toggle", ({ newState }) => {
		const open = newState === "open";
		button.setAttribute("aria-expanded", String(open));
		if (!open) return;
		place(menu, button);
		items[0]?.focus();
	});
	menu.addEventListener("keydown", (event) => {
		const at = items.indexOf(document.activeElement as HTMLButtonElement);
		const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
		if (event.key === "Tab") menu.hidePopover();
		if (to === undefined) return;
		event.preventDefault();
		items.at(to % items.length)?.focus();
	});
	return el("div", { class: "export" }, button, menu);
}

/** Under its button, with its right edge at that of the button, and inside of the window. */
function place(menu: HTMLElement, button: HTMLElement): void {
	const { left, right, top, bottom } = button.getBoundingClientRect();
	const { width, height } = menu.getBoundingClientRect();
	const below = bottom + height + 6 < innerHeight;
	const wanted = right - width < 4 ? left : right - width;
	menu.style.left = `${Math.max(4, Math.min(wanted, innerWidth - width - 4))}px`;
	menu.style.top = `${below ? bottom + 2 : Math.max(4, top - height - 2)}px`;
}
