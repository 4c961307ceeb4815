import type { AxisProfile } from "../../src/core/inspection";
import { type FlagWords, flagWords } from "../../src/drawing/flag-words";
import { el, show } from "../dom";

/** What is wrong along an axis: every flag with its indices, which `pick` gets when pressed, and its rule. */
export function createProfileFlags(pick: (bin: number) => void): {
	readonly element: HTMLElement;
	readonly show: (profile: AxisProfile, letter: string, sampled: boolean) => void;
} {
	const element = el("ul", { class: "profile-flags", "aria-label": "Flagged" });
	return {
		element,
		show(profile, letter, sampled) {
			const rows = flagWords(profile, letter).map((words) => flagRow(words, letter, pick, sampled));
			element.replaceChildren(...rows);
			show(element, rows.length > 0);
		},
	};
}

/** A flag in words, its indices as buttons. */
export function flagRow(
	{ label, counted, named, more, rule }: FlagWords,
	letter: string,
	pick: (bin: number) => void,
	sampled: boolean,
): HTMLElement {
	const buttons = named.flatMap(({ bin, name }) => {
		const button = el("button", { type: "button", "aria-label": `${letter} ${name}, ${label}` }, name);
		button.addEventListener("click", () => pick(bin));
		return [button, " "];
	});
	const seen = sampled ? " in the sample" : "";
	return el(
		"li",
		{},
		`${counted}${seen}: `,
		...buttons,
		more && `${more} `,
		el("span", { class: "quiet" }, `(${rule})`),
	);
}
