import type { ShownProfile } from "../../src/drawing/shown-profile";
import { el, show } from "../dom";
import { profileHeadings, rowOf } from "./profile-words";
import { windowedTable } from "./rows";

/** The table of an axis, position by position; a pressed row is picked. */
export function createProfileTable(pick: (position: number) => void): {
	readonly element: HTMLElement;
	readonly show: (profile: ShownProfile, sampled: boolean) => void;
} {
	const table = windowedTable("Statistics by index", profileHeadings(false));
	const element = el("details", { class: "profile-table" }, el("summary", {}, "Table"), table.element);
	let now: ShownProfile | undefined;
	let sampled = false;
	const fill = () => {
		const shown = now;
		if (!shown || !element.open) return;
		table.head(profileHeadings(sampled));
		table.show(shown.profile.bins, (position) => rowOf(shown, position, sampled));
	};
	element.addEventListener("toggle", fill);
	table.element.addEventListener("click", (event) => {
		const row = (event.target as Element).closest("tbody tr[aria-rowindex]");
		// The heading is row 1.
		if (row) pick(Number(row.getAttribute("aria-rowindex")) - 2);
	});
	return {
		element,
		show(profile, isSample) {
			now = profile;
			sampled = isSample;
			fill();
			show(element, profile.profile.bins > 0);
		},
	};
}
