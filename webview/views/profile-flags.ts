import { formatCount } from "../../src/core/format";
import type { AxisProfile } from "../../src/core/inspection";
import { flagsOf, PROFILE_FLAGS } from "../../src/core/profile-flags";
import { rangeOf } from "../../src/drawing/profile-bins";
import { el, show } from "../dom";

/** Indices that are named one by one; of more their number is told. */
const NAMED = 16;

/** What is wrong along an axis: every flag with its indices, which `pick` gets when pressed, and its rule. */
export function createProfileFlags(pick: (bin: number) => void): {
	readonly element: HTMLElement;
	readonly show: (profile: AxisProfile, letter: string, sampled: boolean) => void;
} {
	const element = el("ul", { class: "profile-flags", "aria-label": "Flagged" });
	return {
		element,
		show(profile, letter, sampled) {
			const rows = flagsOf(profile).map(({ flag, bins }) => {
				const { label, rule } = PROFILE_FLAGS[flag];
				const unit = profile.bins < profile.size ? "bins" : letter;
				const buttons = bins.slice(0, NAMED).flatMap((bin) => {
					const index = rangeOf(profile, bin);
					const button = el("button", { type: "button", "aria-label": `${letter} ${index}, ${label}` }, index);
					button.addEventListener("click", () => pick(bin));
					return [button, " "];
				});
				const more = bins.length > NAMED ? `and ${formatCount(bins.length - NAMED)} more ` : "";
				const seen = sampled ? " in the sample" : "";
				return el(
					"li",
					{},
					`${formatCount(bins.length)} of ${formatCount(profile.bins)} ${unit} ${label}${seen}: `,
					...buttons,
					more,
					el("span", { class: "quiet" }, `(${rule})`),
				);
			});
			element.replaceChildren(...rows);
			show(element, rows.length > 0);
		},
	};
}
