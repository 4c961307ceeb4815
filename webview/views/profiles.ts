import { formatCount, formatNumber } from "../../src/core/format";
import { type AxisProfile, isUnseen } from "../../src/core/inspection";
import { roleOf, sizeOf } from "../../src/core/layout";
import { rangeOf } from "../../src/drawing/profile-bins";
import { binAt, drawProfile, frameOf } from "../../src/drawing/profile-chart";
import type { Chosen } from "../chosen";
import { checkbox } from "../controls/controls";
import { el, oncePerFrame, setText, show } from "../dom";
import { chosenOf } from "../session";
import type { Store } from "../store";
import { prepareCanvas, themeOf, whenShownAnew } from "./canvas";
import { createCoverage } from "./coverage";
import { createProfileFlags } from "./profile-flags";
import { windowedTable } from "./rows";

const HEADINGS = ["Index", "Count", "Mean", "Std", "Min", "Max", "NaN", "+Inf", "−Inf", "Zeros"] as const;
const SAMPLED_HEADINGS = HEADINGS.map((heading) => (heading === "Index" ? heading : `${heading} seen`));
const CHART_HEIGHT = 168;

/** Statistics along every axis, all others averaged: a chart and its table for each. */
export function createProfiles(store: Store): HTMLElement {
	const extremes = checkbox("Minimum and maximum", (checked) => store.update({ extremes: checked }));
	const cards = el("div", { class: "profiles" });
	const legend = el(
		"p",
		{ class: "legend quiet" },
		el("span", { class: "key key-mean" }),
		"mean",
		el("span", { class: "key key-std" }),
		"± one standard deviation",
		el("span", { class: "key key-range" }),
		"minimum to maximum",
		el("span", { class: "key key-nan" }, "×"),
		"NaN",
		el("span", { class: "key key-nan" }, "▲"),
		"±Inf",
	);
	const coverage = createCoverage();
	const element = el(
		"section",
		{ class: "section" },
		el("div", { class: "section-head" }, el("h2", {}, "Along each axis"), extremes.element),
		coverage.element,
		legend,
		cards,
	);
	let shown: ProfileCard[] = [];

	store.watch(
		(state) => [state.extremes],
		(state) => {
			extremes.set(state.extremes);
			for (const card of shown) card.redraw();
		},
	);
	store.watch(
		(state) => [state.inspection, state.work],
		({ inspection, work }) => coverage.show(inspection, work.state === "running"),
	);
	store.watch(
		(state) => [state.inspection, state.choices, state.opened, state.tensor],
		(state) => {
			const chosen = chosenOf(state);
			const some = chosen !== undefined && sizeOf(chosen.shape) > 0;
			const profiles = some && state.inspection ? state.inspection.profiles : [];
			show(element, profiles.length > 0);
			if (shown.length !== profiles.length) {
				shown = profiles.map(() => createCard(store));
				cards.replaceChildren(...shown.map((card) => card.element));
			}
			profiles.forEach((profile, k) => {
				if (chosen) shown[k]?.show(profile, chosen, state.inspection?.exact ?? true);
			});
		},
	);
	return element;
}

interface ProfileCard {
	readonly element: HTMLElement;
	readonly show: (profile: AxisProfile, chosen: Chosen, exact: boolean) => void;
	readonly redraw: () => void;
}

function createCard(store: Store): ProfileCard {
	const title = el("h3");
	const canvas = el("canvas", {
		class: "profile-canvas",
		tabindex: 0,
		role: "slider",
		"aria-orientation": "horizontal",
	});
	const readout = el("p", { class: "readout" });
	const table = windowedTable("Statistics by index", HEADINGS);
	const details = el("details", { class: "profile-table" }, el("summary", {}, "Table"), table.element);
	const flags = createProfileFlags((bin) => {
		cursor = bin;
		canvas.focus();
		point(bin);
	});
	const element = el("article", { class: "profile" }, title, flags.element, canvas, readout, details);
	let profile: AxisProfile | undefined;
	let letter = "";
	let sampled = false;
	let cursor: number | undefined;

	const draw = () => {
		const width = canvas.clientWidth;
		if (!profile || width === 0) return;
		const { extremes } = store.get();
		const frame = frameOf(profile, extremes, width, CHART_HEIGHT);
		const context = prepareCanvas(canvas, width, CHART_HEIGHT);
		if (context) drawProfile(context, profile, frame, extremes, themeOf(canvas), cursor);
	};
	const redraw = oncePerFrame(draw);
	const point = (bin: number | undefined) => {
		cursor = bin;
		if (profile) describe(profile);
		redraw();
	};
	const describe = (now: AxisProfile) => {
		const bin = cursor ?? 0;
		const words = `${letter} ${rangeOf(now, bin)}: ${valuesOf(now, bin, sampled)}`;
		setText(readout, cursor === undefined ? summaryOf(now, letter, sampled) : words);
		canvas.setAttribute("aria-valuenow", String(bin));
		canvas.setAttribute("aria-valuetext", words);
	};
	const fillTable = () => {
		const now = profile;
		if (!now || !details.open) return;
		table.head(sampled ? SAMPLED_HEADINGS : HEADINGS);
		table.show(now.bins, (bin) => rowOf(now, bin, sampled));
	};

	canvas.addEventListener("pointermove", (event) => {
		if (profile)
			point(binAt(profile, frameOf(profile, store.get().extremes, canvas.clientWidth, CHART_HEIGHT), event.offsetX));
	});
	canvas.addEventListener("pointerleave", () => point(document.activeElement === canvas ? cursor : undefined));
	canvas.addEventListener("keydown", (event) => {
		if (!profile) return;
		const last = profile.bins - 1;
		const at = cursor ?? 0;
		const page = Math.max(1, Math.round(last / 10));
		const to = {
			ArrowLeft: at - 1,
			ArrowDown: at - 1,
			ArrowRight: at + 1,
			ArrowUp: at + 1,
			PageDown: at - page,
			PageUp: at + page,
			Home: 0,
			End: last,
		}[event.key];
		if (to === undefined) return;
		event.preventDefault();
		point(Math.max(0, Math.min(last, to)));
	});
	canvas.addEventListener("focus", () => point(cursor ?? 0));
	canvas.addEventListener("blur", () => point(undefined));
	details.addEventListener("toggle", fillTable);
	new ResizeObserver(redraw).observe(canvas);
	whenShownAnew(redraw);

	return {
		element,
		redraw,
		show(next, { letters, layout }, exact) {
			const fresh = next !== profile || letter !== letters[next.axis];
			profile = next;
			sampled = !exact;
			letter = letters[next.axis] ?? "";
			const role = layout ? roleOf(layout, next.axis) : undefined;
			title.replaceChildren(
				el("span", { class: "axis-letter" }, letter),
				` axis ${next.axis} · ${formatCount(next.size)} ${next.size === 1 ? "index" : "indices"}`,
				el("span", { class: "quiet" }, role && next.size > 1 ? ` · ${role}` : ""),
				el("span", { class: "quiet" }, next.bins < next.size ? ` · shown in ${formatCount(next.bins)} bins` : ""),
			);
			canvas.setAttribute("aria-label", `Statistics along axis ${next.axis}, ${letter}`);
			canvas.setAttribute("aria-valuemin", "0");
			canvas.setAttribute("aria-valuemax", String(Math.max(0, next.bins - 1)));
			if (!fresh) return;
			if (cursor !== undefined) cursor = Math.min(cursor, next.bins - 1);
			describe(next);
			flags.show(next, letter, sampled);
			fillTable();
			show(details, next.bins > 0);
			redraw();
		},
	};
}

/** Where the means are lowest and highest. */
function summaryOf(profile: AxisProfile, letter: string, sampled: boolean): string {
	let [lowest, highest] = [-1, -1];
	for (let bin = 0; bin < profile.bins; bin++) {
		if (!profile.count[bin]) continue;
		const mean = profile.mean[bin] as number;
		if (lowest < 0 || mean < (profile.mean[lowest] as number)) lowest = bin;
		if (highest < 0 || mean > (profile.mean[highest] as number)) highest = bin;
	}
	if (lowest < 0) return profile.bins === 0 ? "No index." : "No finite value.";
	const at = (bin: number) => `${formatNumber(profile.mean[bin] as number)} at ${letter} ${rangeOf(profile, bin)}`;
	const from = sampled ? " in the sample" : "";
	return lowest === highest ? `Mean${from} ${at(lowest)}.` : `Means${from} from ${at(lowest)} to ${at(highest)}.`;
}

function valuesOf(profile: AxisProfile, bin: number, sampled: boolean): string {
	if (sampled && isUnseen(profile, bin)) return "unknown, as no value of it is in the sample";
	const seen = sampled ? " seen" : "";
	const number = (values: AxisProfile["min"]) => formatNumber(values[bin] ?? NaN);
	const counted = (
		[
			["NaN", profile.nan],
			["+Inf", profile.posInf],
			["−Inf", profile.negInf],
		] as const
	).flatMap(([name, counts]) => (counts[bin] ? [`${formatCount(counts[bin])} ${name}`] : []));
	const finite = profile.count[bin]
		? [
				`mean ${number(profile.mean)}`,
				`std ${number(profile.std)}`,
				`min${seen} ${number(profile.min)}`,
				`max${seen} ${number(profile.max)}`,
			]
		: ["no finite value"];
	return [...(sampled ? ["in the sample"] : []), ...finite, ...counted].join(", ");
}

function rowOf(profile: AxisProfile, bin: number, sampled: boolean): string[] {
	if (sampled && isUnseen(profile, bin)) return [rangeOf(profile, bin), "unknown", ...HEADINGS.slice(2).map(() => "–")];
	const some = Boolean(profile.count[bin]);
	const number = (values: AxisProfile["min"]) => (some ? formatNumber(values[bin] ?? NaN) : "–");
	const count = (counts: Float64Array) => formatCount(counts[bin] ?? 0);
	return [
		rangeOf(profile, bin),
		count(profile.count),
		number(profile.mean),
		number(profile.std),
		number(profile.min),
		number(profile.max),
		count(profile.nan),
		count(profile.posInf),
		count(profile.negInf),
		count(profile.zeros),
	];
}
