import { type Coverage, coverageInWords } from "../../src/core/sampling";
import { el, setText } from "../dom";

/** A line that says which values some numbers are of; a sample stands out. It takes the same room in every case. */
export interface CoverageLine {
	readonly element: HTMLElement;
	/** `coming` where exact numbers are being computed; `remark` goes behind. */
	readonly show: (coverage: Coverage | undefined, coming: boolean, remark?: string) => void;
}

/** Makes such a line. */
export function createCoverage(): CoverageLine {
	const text = el("span");
	const element = el("p", { class: "coverage" }, text);
	return {
		element,
		show(coverage, coming, remark = "") {
			const sampled = coverage !== undefined && !coverage.exact;
			element.dataset.sampled = String(sampled);
			const next = sampled && coming ? "; exact numbers are being computed" : "";
			setText(text, coverage ? `From ${coverageInWords(coverage)}${remark}${next}.` : coming ? "Computing…" : "…");
		},
	};
}
