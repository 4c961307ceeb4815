import { formatBytes, formatCount, formatDType, formatShape } from "../../src/core/format";
import type { TensorInfo } from "../../src/core/tensor";
import { textField } from "../controls/controls";
import { el, setText, show } from "../dom";
import type { Session } from "../session";
import type { Store } from "../store";
import { createRows } from "./rows";

/** The tensors of a file with many, with a filter on name, dtype and shape. */
export function createTensorList(store: Store, session: Session): HTMLElement {
	const filter = textField("Filter", (text) => store.update({ filter: text }), {
		live: true,
		placeholder: "name, dtype or shape",
	});
	const count = el("p", { class: "quiet list-count", role: "status", "aria-live": "polite" });
	const list = el("div", { class: "tensor-list", role: "listbox", tabindex: 0, "aria-label": "Tensors" });
	const current = el("span", { class: "current-tensor" });
	const summary = el("summary", {}, "Tensors", current);
	const element = el("details", { class: "tensor-panel", open: true }, summary, filter.element, count, list);
	let matching: readonly TensorInfo[] = [];

	const rows = createRows({
		scroller: list,
		holder: list,
		rowHeight: 42,
		spacer: () => el("div", { "aria-hidden": "true" }),
		render: (row) => renderRow(matching[row] as TensorInfo, row, store.get().tensor, matching.length),
	});

	const move = (to: (row: number) => number) => {
		const row = matching.findIndex(({ name }) => name === store.get().tensor);
		const next = matching[Math.max(0, Math.min(matching.length - 1, to(row)))];
		if (next) session.select(next.name);
	};
	const onKey = (event: KeyboardEvent) => {
		const page = Math.max(1, Math.floor(list.clientHeight / 42) - 1);
		const moves: Readonly<Record<string, (row: number) => number>> = {
			ArrowDown: (row) => row + 1,
			ArrowUp: (row) => row - 1,
			PageDown: (row) => row + page,
			PageUp: (row) => row - page,
			...(event.currentTarget === list ? { Home: () => 0, End: () => matching.length - 1 } : {}),
		};
		const to = moves[event.key];
		if (!to) return;
		event.preventDefault();
		move(to);
	};
	list.addEventListener("keydown", onKey);
	filter.input.addEventListener("keydown", onKey);
	list.addEventListener("click", (event) => {
		const row = (event.target as Element).closest<HTMLElement>("[data-row]");
		const tensor = matching[Number(row?.dataset.row)];
		if (tensor) session.select(tensor.name);
	});

	store.watch(
		(state) => [state.opened, state.filter],
		({ opened, filter: text, tensor }) => {
			const all = opened?.ok ? opened.description.tensors : [];
			show(element, all.length > 1);
			filter.set(text);
			matching = all.filter(matches(text));
			setText(count, text === "" ? "" : `${formatCount(matching.length)} of ${formatCount(all.length)}`);
			list.scrollTop = 0;
			rows.setCount(matching.length);
			const row = matching.findIndex(({ name }) => name === tensor);
			if (row >= 0) rows.reveal(row);
		},
	);
	store.watch(
		(state) => [state.tensor],
		({ tensor }) => {
			setText(current, tensor ?? "");
			const row = matching.findIndex(({ name }) => name === tensor);
			if (row >= 0) rows.reveal(row);
			rows.refresh();
			const selected = list.querySelector("[aria-selected=true]");
			if (selected) list.setAttribute("aria-activedescendant", selected.id);
			else list.removeAttribute("aria-activedescendant");
		},
	);

	// Beside the rest there is room for the list; above it, it folds away.
	const narrow = matchMedia("(max-width: 760px)");
	const fold = () => {
		element.open = !narrow.matches;
	};
	narrow.addEventListener("change", fold);
	fold();
	return element;
}

/** Whether a tensor has every word of the filter in its name, dtype or shape. */
function matches(filter: string): (tensor: TensorInfo) => boolean {
	const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
	return (tensor) => {
		const text = words.length > 0 ? textOf(tensor) : "";
		return words.every((word) => text.includes(word));
	};
}

/** What filters look at, put together once for each tensor and not at each key that is typed. */
const texts = new WeakMap<TensorInfo, string>();

function textOf(tensor: TensorInfo): string {
	const known = texts.get(tensor);
	if (known !== undefined) return known;
	const { name, dtype, shape } = tensor;
	const text =
		`${name} ${formatDType(dtype)} ${formatShape(shape)} [${shape.join(",")}] ${shape.join("x")}`.toLowerCase();
	texts.set(tensor, text);
	return text;
}

function renderRow(
	{ name, dtype, shape, bytes, problem }: TensorInfo,
	row: number,
	selected: string | undefined,
	of: number,
): HTMLElement {
	// The end of a long name tells it from its neighbours.
	const cut = Math.max(0, name.length - 16);
	return el(
		"div",
		{
			class: "tensor-row",
			role: "option",
			id: `tensor-${row}`,
			"data-row": row,
			"aria-selected": String(name === selected),
			"aria-posinset": row + 1,
			"aria-setsize": of,
			title: problem ? `${name}\n${problem.message}` : name,
		},
		el(
			"div",
			{ class: "tensor-name" },
			el("span", { class: "name-head" }, name.slice(0, cut)),
			el("span", {}, name.slice(cut) || "(no name)"),
		),
		el(
			"div",
			{ class: "tensor-facts" },
			problem ? el("span", { class: "problem-mark" }, "⚠ cannot be read") : undefined,
			el("span", { class: "tag" }, formatDType(dtype)),
			el("span", {}, formatShape(shape)),
			el("span", { class: "tensor-bytes" }, formatBytes(bytes)),
		),
	);
}
