import { partsOf } from "../../src/core/dtype";
import { describeError } from "../../src/core/errors";
import { formatBytes, formatCount, formatDType, formatNumber, formatShape } from "../../src/core/format";
import type { Inspection } from "../../src/core/inspection";
import { sizeOf } from "../../src/core/layout";
import { button } from "../controls/controls";
import { el, setText, show } from "../dom";
import { type Session, selectedTensor } from "../session";
import type { Store } from "../store";
import { createCoverage } from "./coverage";

/** The selected tensor: name, dtype, shape, size, its real or imaginary part, and its numbers as a whole. */
export function createTensorTitle(store: Store, session: Session): HTMLElement {
	const name = el("h2", { class: "tensor-title" });
	const facts = el("p", { class: "tensor-summary" });
	const note = el("p", { class: "quiet" });
	const part = createPartSwitch(store, session);
	const error = el("div", { class: "error-view", role: "alert", hidden: true });
	const retry = button("Compute", session.inspect);
	const stoppedText = el("span");
	const stopped = el("div", { class: "banner", hidden: true }, stoppedText, retry);
	const coverage = createCoverage();
	const whole = el("dl", { class: "whole" });
	const badges = el("ul", { class: "badges" });
	const nothingOdd = el("p", { class: "quiet nothing-odd" });
	const element = el(
		"section",
		{ class: "section tensor-head" },
		el("div", { class: "tensor-line" }, name, facts),
		note,
		part,
		error,
		stopped,
		whole,
		el("div", { class: "tensor-remarks" }, coverage.element, badges, nothingOdd),
	);

	store.watch(
		(state) => [state.opened, state.tensor],
		(state) => {
			const tensor = selectedTensor(state);
			show(element, tensor !== undefined);
			if (!tensor) return;
			// A nameless tensor is its file, which the toolbar names.
			setText(name, tensor.name);
			show(name, tensor.name !== "");
			const count = sizeOf(tensor.shape);
			facts.replaceChildren(
				el("span", { class: "tag" }, formatDType(tensor.dtype)),
				el("span", { class: "shape" }, formatShape(tensor.shape)),
				el(
					"span",
					{ class: "quiet" },
					`${formatCount(count)} ${count === 1 ? "value" : "values"} · ${formatBytes(tensor.bytes)}`,
				),
			);
			setText(note, tensor.note ?? "");
			show(note, tensor.note !== undefined);
			show(part, typeof tensor.dtype === "string" && partsOf(tensor.dtype) === 2);
		},
	);
	store.watch(
		(state) => [state.opened, state.tensor, state.work, state.inspection],
		(state) => {
			const tensor = selectedTensor(state);
			const problem = tensor?.problem ?? (state.work.state === "failed" ? state.work.error : undefined);
			show(error, problem !== undefined);
			if (problem) {
				error.replaceChildren(
					el("h3", {}, tensor?.problem ? "This tensor cannot be read" : "The numbers could not be computed"),
					el("p", { class: "sentence" }, describeError(problem)),
					el("p", { class: "quiet" }, `Code: ${problem.code}`),
				);
			}
			show(stopped, state.work.state === "cancelled");
			const { inspection } = state;
			setText(
				stoppedText,
				inspection && !inspection.exact
					? "Cancelled before the exact numbers were there; these are of a sample."
					: "Cancelled before the numbers were there.",
			);
			coverage.show(inspection, state.work.state === "running");
			show(coverage.element, !problem);
			whole.setAttribute("aria-busy", String(!inspection && state.work.state === "running"));
			show(whole, !problem);
			whole.replaceChildren(
				...wholeNumbers(inspection).flatMap(([term, value]) => [
					el("div", {}, el("dt", {}, term), el("dd", {}, value)),
				]),
			);
			badges.replaceChildren(...badgesOf(inspection).map((badge) => el("li", {}, badge)));
			const odd = badges.childElementCount > 0;
			show(badges, odd);
			// A line of the same height in any case, so that nothing moves when exact numbers replace a sample's.
			setText(nothingOdd, inspection ? `No NaN, no infinity${inspection.exact ? "" : " in the sample"}.` : "…");
			show(nothingOdd, !odd && !problem);
		},
	);
	return element;
}

function wholeNumbers(inspection: Inspection | undefined): [string, string][] {
	const whole = inspection?.whole;
	const number = (value: number | bigint | undefined) =>
		value === undefined ? "…" : whole?.count === 0 ? "–" : formatNumber(value, 6);
	const seen = inspection && !inspection.exact ? " seen" : "";
	return [
		[`Finite values${seen}`, whole ? formatCount(whole.count) : "…"],
		["Mean", number(whole?.mean)],
		["Standard deviation", number(whole?.std)],
		[`Minimum${seen}`, number(whole?.min)],
		[`Maximum${seen}`, number(whole?.max)],
		[`Zeros${seen}`, whole ? formatCount(whole.zeros) : "…"],
	];
}

/** What stands out, with where it comes first. */
function badgesOf(inspection: Inspection | undefined): string[] {
	if (!inspection) return [];
	const { whole, first, exact } = inspection;
	return (["nan", "posInf", "negInf"] as const).flatMap((kind) => {
		if (whole[kind] === 0) return [];
		const place = first[kind];
		const words = { nan: "NaN", posInf: "+Inf", negInf: "−Inf" }[kind];
		const where = exact ? (place ? `, first at [${place.join(", ")}]` : "") : " in the sample";
		return [`${formatCount(whole[kind])} ${words}${where}`];
	});
}

function createPartSwitch(store: Store, session: Session): HTMLElement {
	const radios = (["Real part", "Imaginary part"] as const).map((label, part) => {
		const input = el("input", { type: "radio", name: "part", value: part });
		input.addEventListener("change", () => {
			store.update({ part: part === 0 ? 0 : 1, inspection: undefined });
			session.inspect();
		});
		return { input, element: el("label", { class: "radio" }, input, label) };
	});
	store.watch(
		(state) => [state.part],
		({ part }) => {
			radios.forEach(({ input }, k) => {
				input.checked = k === part;
			});
		},
	);
	return el(
		"div",
		{ class: "part-switch", role: "radiogroup", "aria-label": "Part of the complex values" },
		...radios.map(({ element }) => element),
	);
}
