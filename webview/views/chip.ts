import { MAX_AXIS_NAME } from "../../src/core/axis-choice";
import type { Chosen } from "../../src/core/chosen";
import { divisors, roleOf } from "../../src/core/layout";
import { el, setAttribute, setText, show } from "../dom";
import { chooseParts } from "../presets";
import type { Choose } from "./axes";

/** What can become of an axis, with the words for it. */
const ROLES = {
	averaged: { label: "averaged", title: "All indices go into the same average" },
	kept: { label: "kept", title: "Every index has an average of its own" },
	grouped: { label: "split", title: "Groups of neighbouring indices share an average" },
} as const;

type RoleId = keyof typeof ROLES;

/** One axis: its name to be edited, its length, and what becomes of it. */
export function createChip(axis: number, choose: Choose): HTMLElement {
	const letter = el("input", { type: "text", class: "chip-letter", maxlength: MAX_AXIS_NAME, spellcheck: "false" });
	letter.addEventListener("input", () => {
		const name = letter.value.trim();
		if (name === "") return;
		choose((choices, { letters }) => {
			const own = letters.map((old, a) => (a === axis ? name : old));
			return { ...choices, convention: "own", letters: own };
		});
	});
	const groups = el("select", { class: "chip-groups" });
	groups.addEventListener("change", () =>
		choose((choices, chosen) => chooseParts(chosen, choices, axis, Number(groups.value))),
	);
	const roles = (Object.keys(ROLES) as RoleId[]).map((role) => {
		const input = el("input", { type: "radio", name: `role-${axis}`, value: role });
		input.addEventListener("change", () =>
			choose((choices, chosen) => chooseParts(chosen, choices, axis, partsFor(role, chosen.shape[axis] ?? 1))),
		);
		return el("label", { title: ROLES[role].title }, input, el("span", {}, ROLES[role].label));
	});
	return el(
		"div",
		{ class: "chip", role: "group" },
		el("div", { class: "chip-head" }, letter, el("span", { class: "chip-length" })),
		el("div", { class: "chip-roles", role: "radiogroup" }, ...roles),
		el("div", { class: "chip-foot" }, groups, el("span", { class: "chip-words" })),
	);
}

/** Parts that an axis is cut into when it takes a role: groups start with the smallest that the paper's 32 leaves room for. */
function partsFor(role: RoleId, size: number): number {
	if (role === "averaged") return Math.min(1, size);
	if (role === "kept") return size;
	return groupsOf(size).findLast((count) => count <= 32) ?? size;
}

/** Numbers of groups that an axis can be split into. */
function groupsOf(size: number): number[] {
	return divisors(Math.max(1, size)).filter((count) => count > 1 && count < size);
}

/** Shows an axis as it is chosen. */
export function updateChip(chip: HTMLElement, { shape, parts, letters }: Chosen, axis: number): void {
	const [size, count, name] = [shape[axis] ?? 1, parts[axis] ?? 1, letters[axis] ?? ""];
	const fits = size === 0 || (Number.isInteger(count) && count >= 1 && size % count === 0);
	const role = size === 1 ? "kept" : fits ? roleOf({ shape, cells: parts }, axis) : "grouped";
	const possible = groupsOf(size);
	chip.dataset.role = fits ? role : "misfit";

	const letter = chip.querySelector<HTMLInputElement>(".chip-letter");
	const groups = chip.querySelector("select");
	if (!letter || !groups) return;
	if (document.activeElement !== letter && letter.value !== name) letter.value = name;
	letter.setAttribute("aria-label", `Name of axis ${axis}`);
	setText(chip.querySelector(".chip-length") as Element, String(size));

	for (const input of chip.querySelectorAll<HTMLInputElement>("input[type=radio]")) {
		input.checked = input.value === role;
		input.disabled = size <= 1 || (input.value === "grouped" && possible.length === 0 && fits);
	}
	const split = role === "grouped";
	if (split) {
		const offered = possible.includes(count) ? possible : [...possible, count];
		const key = `${size}:${offered.join()}`;
		if (groups.dataset.key !== key) {
			groups.dataset.key = key;
			groups.replaceChildren(
				...offered.map((n) =>
					el("option", { value: n }, size % n === 0 ? `${n} groups of ${size / n}` : `${n} groups?`),
				),
			);
		}
		groups.value = String(count);
		groups.setAttribute("aria-label", `Groups of axis ${axis}`);
		setAttribute(groups, "aria-invalid", !fits && "true");
	}
	show(groups, split);
	const words = size === 1 ? "one index" : role === "averaged" ? "all together" : `${size} apart`;
	const text = chip.querySelector<HTMLElement>(".chip-words");
	if (text) {
		setText(text, words);
		show(text, !split);
	}
	const told = split ? (fits ? `${count} groups of ${size / count}` : `${count} groups do not fit`) : role;
	chip.setAttribute("aria-label", `Axis ${axis}, ${name}, length ${size}: ${size === 1 ? "one index" : told}`);
	chip.querySelector("[role=radiogroup]")?.setAttribute("aria-label", `What becomes of axis ${axis}`);
}
