import type { Chosen } from "../../src/core/chosen";
import { formatCount, formatNumber } from "../../src/core/format";
import { setSize, sizeOf } from "../../src/core/layout";
import { el, setText } from "../dom";
import { clampedLit, numbersOfLitSet } from "../lit-set";
import type { State } from "../store";

/** The lit element's set in words, with its numbers where they are known. */
export function describeLit(state: State, chosen: Chosen, value: number | undefined): string {
	const { layout, shape, letters } = chosen;
	if (!layout) return "";
	const name = clampedLit(state.lit, shape)
		.map((index, axis) => `${letters[axis]} ${index}`)
		.join(", ");
	const sets = sizeOf(layout.cells);
	const one = setSize(layout);
	const shared =
		one === 1
			? "is a set of its own"
			: `shares its mean and deviation with ${formatCount(one - 1)} other${one === 2 ? "" : "s"}`;
	const place = `${sets === 1 ? "the only set" : `one of ${formatCount(sets)} sets of ${formatCount(one)} values`}`;
	const numbers = numbersOfLitSet(state, chosen);
	const values = numbers
		? `${numbers.exact ? "; mean" : "; in the sample mean"} ${formatNumber(numbers.mean)}, std ${formatNumber(numbers.std)}`
		: "";
	const own = value === undefined ? "" : ` Its value is ${formatNumber(value)}.`;
	return `${name ? `Element ${name}` : "The scalar"} ${shared}: ${place}${values}.${own}`;
}

/** One number field per axis: the picture without a pointer, and any element of a long axis. */
export function updateInputs(
	inputs: HTMLElement,
	{ shape, letters }: Chosen,
	lit: readonly number[],
	lightUp: (index: number[]) => void,
): void {
	if (inputs.childElementCount !== shape.length) {
		inputs.replaceChildren(
			...shape.map((_, axis) => {
				const input = el("input", { type: "number", min: 0, step: 1, class: "number" });
				input.addEventListener("input", () => {
					const values = [...inputs.querySelectorAll("input")].map((field) => Number(field.value));
					if (input.value !== "" && Number.isInteger(values[axis])) lightUp(values);
				});
				return el("label", { class: "element-input" }, el("span"), input);
			}),
		);
	}
	shape.forEach((size, axis) => {
		const field = inputs.children[axis];
		const input = field?.querySelector("input");
		if (!field?.firstElementChild || !input) return;
		setText(field.firstElementChild, letters[axis] ?? "");
		input.max = String(size - 1);
		input.setAttribute("aria-label", `Index of the lit element on axis ${axis} (${letters[axis]})`);
		if (document.activeElement !== input || input.value !== "") {
			if (input.value !== String(lit[axis])) input.value = String(lit[axis]);
		}
	});
}
