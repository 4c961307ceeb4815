import {
	type Button,
	type Checkbox,
	type Dropdown,
	provideVSCodeDesignSystem,
	type TextField,
	vsCodeButton,
	vsCodeCheckbox,
	vsCodeDropdown,
	vsCodeOption,
	vsCodeTextField,
} from "@vscode/webview-ui-toolkit";
import { el, setAttribute, setText } from "../dom";

// At the top of the bundle: elements that are registered after the window's load event never get the theme's colours.
provideVSCodeDesignSystem().register(
	vsCodeButton(),
	vsCodeCheckbox(),
	vsCodeDropdown(),
	vsCodeOption(),
	vsCodeTextField(),
);

/** A button; secondary ones are the quieter half of a pair. */
export function button(label: string, onClick: () => void, appearance: "primary" | "secondary" = "secondary"): Button {
	const element = document.createElement("vscode-button") as Button;
	element.setAttribute("appearance", appearance);
	element.append(label);
	element.addEventListener("click", () => {
		if (!element.disabled) onClick();
	});
	return element;
}

/** A checkbox with its label. */
export interface CheckboxField {
	readonly element: HTMLElement;
	readonly set: (checked: boolean) => void;
	readonly setLabel: (label: string) => void;
}

/** A checkbox; only what a user does to it is told. */
export function checkbox(label: string, onChange: (checked: boolean) => void): CheckboxField {
	const element = document.createElement("vscode-checkbox") as Checkbox;
	const name = el("span", {}, label);
	element.append(name);
	let known = false;
	// The element fires the event for its own new value too.
	element.addEventListener("change", () => {
		if (element.checked === known) return;
		known = element.checked;
		onChange(known);
	});
	return {
		element,
		set(checked) {
			known = checked;
			element.checked = checked;
		},
		setLabel: (text) => setText(name, text),
	};
}

/** One entry of a dropdown. */
export interface Choice {
	readonly value: string;
	readonly label: string;
	readonly disabled?: boolean;
}

/** A control with its label above it. */
export interface Field<Value> {
	readonly element: HTMLElement;
	readonly set: (value: Value) => void;
	/** Marks what was chosen as not fitting. */
	readonly setInvalid: (invalid: boolean) => void;
}

/** A dropdown whose entries can change. */
export interface DropdownField extends Field<string> {
	readonly setChoices: (choices: readonly Choice[]) => void;
	readonly setLabel: (label: string) => void;
}

let nextId = 1;

/** Milliseconds after which a dropdown gets all of its entries, however busy the page is. */
const FILL_MS = 500;

/** A labelled dropdown. */
export function dropdown(label: string, onChange: (value: string) => void): DropdownField {
	const id = `dropdown-${nextId++}`;
	const element = document.createElement("vscode-dropdown") as Dropdown;
	element.id = id;
	element.setAttribute("aria-label", label);
	let choices: readonly Choice[] = [];
	let [shown, wanted] = ["", ""];
	/** Whether all entries are in the document: each takes a while to make, so the first numbers come before all but one. */
	let isFilled = false;
	const apply = () => {
		if (element.value !== wanted) element.value = wanted;
	};
	const render = () => {
		const entries = isFilled ? choices : choices.filter(({ value }) => value === wanted);
		const key = JSON.stringify(entries);
		if (key === shown) return;
		shown = key;
		element.replaceChildren(
			...entries.map(({ value, label, disabled }) => {
				const option = document.createElement("vscode-option");
				option.setAttribute("value", value);
				setAttribute(option, "disabled", disabled);
				option.append(label);
				return option;
			}),
		);
		// The element learns of its new options a moment later; a value set before that is forgotten.
		requestAnimationFrame(apply);
	};
	const fill = () => {
		isFilled = true;
		render();
	};
	for (const type of ["pointerenter", "focusin"]) element.addEventListener(type, fill, { once: true });
	requestIdleCallback(fill, { timeout: FILL_MS });
	element.addEventListener("change", () => {
		if (element.value === wanted) return;
		wanted = element.value;
		onChange(wanted);
	});
	const name = el("label", { for: id }, label);
	return {
		element: el("div", { class: "field" }, name, element),
		setLabel(text) {
			setText(name, text);
			element.setAttribute("aria-label", text);
		},
		setChoices(next) {
			choices = next;
			render();
		},
		set(value) {
			if (value === wanted && element.value === wanted) return;
			wanted = value;
			render();
			apply();
			requestAnimationFrame(apply);
		},
		setInvalid: (invalid) => setAttribute(element, "aria-invalid", invalid && "true"),
	};
}

/** What a text field is for. */
export interface TextFieldOptions {
	readonly placeholder?: string;
	/** Called while typing, not only when leaving the field. */
	readonly live?: boolean;
	readonly size?: number;
}

/** A labelled text field. */
export function textField(
	label: string,
	onChange: (value: string) => void,
	options: TextFieldOptions = {},
): Field<string> & { readonly input: TextField } {
	const input = document.createElement("vscode-text-field") as TextField;
	// The element takes its accessible name from its text, and from nowhere else.
	input.append(label);
	setAttribute(input, "placeholder", options.placeholder);
	setAttribute(input, "size", options.size);
	input.addEventListener(options.live ? "input" : "change", () => onChange(input.value));
	return {
		input,
		element: el("div", { class: "field" }, input),
		set(value) {
			if (input.value !== value) input.value = value;
		},
		setInvalid: (invalid) => setAttribute(input, "aria-invalid", invalid && "true"),
	};
}
