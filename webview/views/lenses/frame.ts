import type { Chosen } from "../../../src/core/chosen";
import { describeError, TensorError } from "../../../src/core/errors";
import { formatCount } from "../../../src/core/format";
import { sizeOf } from "../../../src/core/layout";
import { isPlain, normalization } from "../../../src/core/normalizations";
import type { TensorInfo } from "../../../src/core/tensor";
import type { Progress } from "../../../src/rpc";
import { button } from "../../controls/controls";
import { el, setText, show } from "../../dom";
import { chosenOf, selectedTensor } from "../../session";
import type { State, Store } from "../../store";

/** What a lens looks at. */
export interface Subject {
	readonly tensor: TensorInfo;
	readonly chosen: Chosen;
	readonly state: State;
}

/** A question of the panel about what a norm does to a tensor. */
export interface LensView<Answer> {
	readonly title: string;
	/** Id of the view that it is a section of. */
	readonly view?: string;
	/** One sentence: what is asked. */
	readonly about: string;
	/** Controls of its own, above the answer. */
	readonly controls?: HTMLElement;
	/** Why there is nothing to ask, or undefined where there is. */
	readonly absent: (subject: Subject) => string | undefined;
	/** What the answer depends on beside file and tensor: another value asks anew. */
	readonly key: (subject: Subject) => string;
	readonly ask: (
		subject: Subject,
		options: { readonly signal: AbortSignal; readonly onProgress: (progress: Progress) => void },
	) => Promise<Answer>;
	readonly draw: (answer: Answer, subject: Subject) => readonly HTMLElement[];
}

/** Why a lens has nothing to take apart: the norm is more than the statistics of each set. */
export function needsPlain({ norm }: Chosen): string | undefined {
	return isPlain(norm)
		? undefined
		: `${normalization(norm.id).label} is more than the mean and deviation of each set, which is what is taken apart here.`;
}

/** Bytes of a tensor past which a lens reads it only when told to. */
const READ_AT_ONCE = 2 ** 24;

/** A lens as a section of the view; `again` asks anew after one of its controls changed. */
export function createLens<Answer>(
	store: Store,
	lens: LensView<Answer>,
): { readonly element: HTMLElement; readonly again: () => void } {
	const status = el("p", { class: "quiet", role: "status" });
	const body = el("div", { class: "lens-body" });
	const start = button("", () => void run());
	const stop = button("Cancel", () => running?.abort());
	const element = el(
		"section",
		{ class: "section lens" },
		el("h2", {}, lens.title),
		el("p", { class: "quiet" }, lens.about),
		lens.controls,
		el("div", { class: "lens-work" }, status, start, stop),
		body,
	);
	let running: AbortController | undefined;
	let shown = "";

	const subjectOf = (state: State): Subject | undefined => {
		const tensor = selectedTensor(state);
		const chosen = chosenOf(state);
		return tensor && chosen && !tensor.problem ? { tensor, chosen, state } : undefined;
	};
	const idle = (sentence: string) => {
		setText(status, sentence);
		show(status, sentence !== "");
		show(stop, false);
	};

	const run = async () => {
		const subject = subjectOf(store.get());
		if (!subject) return;
		running?.abort();
		const abort = new AbortController();
		running = abort;
		show(start, false);
		show(stop, true);
		show(status, true);
		setText(status, "Reading…");
		element.setAttribute("aria-busy", "true");
		const onProgress = ({ done, total }: Progress) => {
			if (running === abort) setText(status, `Reading… ${Math.floor((100 * done) / Math.max(1, total))} %`);
		};
		try {
			const answer = await lens.ask(subject, { signal: abort.signal, onProgress });
			if (running !== abort) return;
			idle("");
			body.replaceChildren(...lens.draw(answer, subject));
		} catch (thrown) {
			if (running !== abort) return;
			const error = TensorError.from(thrown).toData();
			idle(error.code === "cancelled" ? "Cancelled." : describeError(error));
			show(start, error.code === "cancelled");
		} finally {
			if (running === abort) element.setAttribute("aria-busy", "false");
		}
	};

	const refresh = (state: State, anew: boolean) => {
		if (state.view !== (lens.view ?? "lenses")) return;
		const subject = subjectOf(state);
		const key = subject ? JSON.stringify([subject.tensor.name, state.changed, lens.key(subject)]) : "";
		if (key === shown && !anew) return;
		shown = key;
		running?.abort();
		running = undefined;
		body.replaceChildren();
		const reason = subject ? lens.absent(subject) : "";
		idle(reason ?? "");
		show(start, false);
		if (!subject || reason !== undefined) return;
		if (subject.tensor.bytes <= READ_AT_ONCE) return void run();
		start.textContent = `Read all ${formatCount(sizeOf(subject.tensor.shape))} values`;
		show(start, true);
	};
	store.watch(
		(state) => [state.opened, state.tensor, state.choices, state.view],
		(state) => refresh(state, false),
	);
	return { element, again: () => refresh(store.get(), true) };
}

/** Whether a cell is a sentence, which is set to the left and breaks. */
function isWords(cell: string | HTMLElement | undefined): boolean {
	return typeof cell === "string" && cell.length > 40;
}

/** A table of numbers under headings; the first column names the row. */
export function numbersTable(
	label: string,
	headings: readonly string[],
	rows: readonly (readonly (string | HTMLElement)[])[],
): HTMLElement {
	const row = ([name, ...cells]: readonly (string | HTMLElement)[]) =>
		el(
			"tr",
			{},
			el("th", { scope: "row" }, name),
			...cells.map((cell) => el("td", { class: isWords(cell) ? "words" : undefined }, cell)),
		);
	const heading = (text: string, column: number) =>
		el("th", { scope: "col", class: rows.some((cells) => isWords(cells[column])) ? "words" : undefined }, text);
	const table = el(
		"table",
		{ class: "numbers", "aria-label": label },
		el("thead", {}, el("tr", {}, ...headings.map(heading))),
		el("tbody", {}, ...rows.map(row)),
	);
	return el("div", { class: "lens-table", tabindex: 0, role: "region", "aria-label": label }, table);
}
