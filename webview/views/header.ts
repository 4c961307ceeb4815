import { describeError } from "../../src/core/errors";
import { formatBytes, formatCount } from "../../src/core/format";
import { button } from "../controls/controls";
import { el, setText, show } from "../dom";
import { createExportMenu } from "../export/menu";
import { chosenOf, type Session } from "../session";
import type { Store } from "../store";
import { createHazards } from "./hazards";

/** The file and what can be done with the selected tensor; stays in sight. */
export function createToolbar(store: Store, session: Session): HTMLElement {
	const name = el("h1", { class: "file-name" });
	const facts = el("span", { class: "quiet" });
	const save = button("Normalize and save…", () => void session.normalize(), "primary");
	const copy = button("Copy statistics as JSON", () => void session.copyStatistics());
	const exports = createExportMenu("Export the tensor", [
		{ label: "Report as HTML", run: () => void session.exportTensor("html") },
		{ label: "Statistics as CSV", run: () => void session.exportTensor("csv") },
		{ label: "Statistics as JSON", run: () => void session.exportTensor("json") },
	]);
	const heard = el("p", { class: "heard", role: "status", "aria-live": "polite" });
	const notice = el("p", { class: "notice", role: "status", "aria-live": "polite" });
	const bar = el("progress", { class: "work-bar", "aria-label": "Computing statistics" });
	const percent = el("span", { class: "work-percent" });
	const cancel = button("Cancel", session.cancel);
	const work = el("div", { class: "work", hidden: true }, bar, percent, cancel);
	let appear: ReturnType<typeof setTimeout> | undefined;

	store.watch(
		(state) => [state.opened],
		({ opened }) => {
			setText(name, opened ? (opened.ok ? opened.description.file : opened.name) : "Opening…");
			if (!opened?.ok) return setText(facts, "");
			const { formatLabel, size, tensors } = opened.description;
			const many = tensors.length === 1 ? "" : ` · ${formatCount(tensors.length)} tensors`;
			setText(facts, `${formatLabel} · ${formatBytes(size)}${many}`);
		},
	);
	store.watch(
		(state) => [state.opened, state.tensor, state.choices],
		(state) => {
			const tensor = state.opened?.ok && state.opened.description.tensors.find(({ name }) => name === state.tensor);
			const readable = Boolean(tensor && !tensor.problem);
			save.disabled = !readable || !chosenOf(state)?.layout;
			copy.disabled = !readable;
			show(exports, readable);
		},
	);
	store.watch(
		(state) => [state.work],
		({ work: { state, ...now } }) => {
			if (state !== "running") {
				clearTimeout(appear);
				appear = undefined;
				show(work, false);
				return;
			}
			// Work that is done in a moment shows no bar: it would only flicker.
			appear ??= setTimeout(() => show(work, true), 200);
			const progress = "progress" in now ? now.progress : undefined;
			if (!progress || progress.total === 0) {
				bar.removeAttribute("value");
				setText(percent, "");
			} else {
				bar.max = progress.total;
				bar.value = progress.done;
				setText(percent, `${Math.floor((100 * progress.done) / progress.total)} %`);
			}
		},
	);
	store.watch(
		(state) => [state.announcement, state.notice],
		(state) => {
			setText(heard, state.announcement);
			setText(notice, state.notice);
		},
	);
	return el(
		"header",
		{ class: "toolbar" },
		el("div", { class: "toolbar-file" }, name, facts),
		el("div", { class: "toolbar-actions" }, work, save, copy, exports),
		createHazards(store),
		notice,
		heard,
	);
}

/** What the file says about itself: notes, metadata; and that it has changed, or why it could not be opened. */
export function createFileNotes(store: Store, session: Session): HTMLElement {
	const changed = el(
		"div",
		{ class: "banner", hidden: true },
		el("span", {}, "The file changed on disk; the numbers below are those of the old one."),
		button("Read again", () => void session.open()),
	);
	const error = el("div", { class: "error-view", role: "alert", hidden: true });
	const notes = el("ul", { class: "notes" });
	const entries = el("dl", { class: "metadata" });
	const summary = el("summary");
	const metadata = el("details", { class: "metadata-box" }, summary, entries);

	store.watch(
		(state) => [state.changed],
		(state) => show(changed, state.changed),
	);
	store.watch(
		(state) => [state.opened],
		({ opened }) => {
			show(error, opened?.ok === false);
			if (opened?.ok === false) {
				error.replaceChildren(
					el("h2", {}, "This file cannot be opened"),
					el("p", { class: "sentence" }, describeError(opened.error)),
					el("p", { class: "quiet" }, `Code: ${opened.error.code}`),
				);
			}
			const description = opened?.ok ? opened.description : undefined;
			notes.replaceChildren(...(description?.notes ?? []).map((note) => el("li", {}, note)));
			show(notes, notes.childElementCount > 0);
			const pairs = Object.entries(description?.metadata ?? {});
			show(metadata, pairs.length > 0);
			setText(summary, `Metadata (${pairs.length})`);
			entries.replaceChildren(...pairs.flatMap(([key, value]) => [el("dt", {}, key), el("dd", {}, longText(value))]));
		},
	);
	return el("div", { class: "file-notes" }, changed, error, notes, metadata);
}

/** A text whose rest, past a few lines, shows on demand. */
function longText(text: string, most = 300): Node {
	if (text.length <= most) return document.createTextNode(text);
	return el(
		"details",
		{ class: "long-text" },
		el("summary", {}, `${text.slice(0, most)}… (${formatCount(text.length)} characters)`),
		el("p", {}, text),
	);
}
