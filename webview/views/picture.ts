import { formatCount, formatNumber } from "../../src/core/format";
import { isUnseenCell } from "../../src/core/inspection";
import { setSize, sizeOf } from "../../src/core/layout";
import { type Chosen, setOf } from "../chosen";
import { el, oncePerFrame, setText, show } from "../dom";
import { drawScene, fitScene, type View } from "../picture/draw";
import { placeAxes, placedAxes } from "../picture/placement";
import { composeScene, faceAt, type Scene } from "../picture/scene";
import { chosenOf } from "../session";
import type { State, Store } from "../store";
import { prepareCanvas, themeOf, whenShownAnew } from "./canvas";

/** Fired on the canvas after drawing, with what was drawn and where. */
export interface PictureDrawn {
	readonly scene: Scene;
	readonly view: View;
}

const HINT = "Arrow keys move along lines and characters, Page Up and Page Down along pages, with Shift along books.";

/** The reduction layout as a picture: one element and its whole set lit up. */
export function createPicture(store: Store): HTMLElement {
	const readout = el("p", { class: "picture-readout", id: "picture-readout" });
	const canvas = el("canvas", {
		class: "picture-canvas",
		tabindex: 0,
		role: "application",
		"aria-label": "Picture of the sets",
		"aria-roledescription": "picture that arrow keys move in",
		"aria-describedby": "picture-hint picture-readout",
	});
	const inputs = el("div", { class: "element-inputs" });
	const hint = el("p", { class: "quiet picture-hint", id: "picture-hint" }, HINT);
	const unseen = el("p", { class: "quiet" });
	const element = el(
		"div",
		{ class: "picture" },
		canvas,
		el("div", { class: "picture-foot" }, readout, inputs),
		unseen,
		hint,
	);
	let scene: Scene | undefined;
	let view: View | undefined;
	let scenery = "";

	const lightUp = (index: readonly number[]) => {
		const chosen = chosenOf(store.get());
		if (chosen) store.update({ lit: clamp(index, chosen.shape) });
	};

	const draw = () => {
		const state = store.get();
		const chosen = chosenOf(state);
		const layout = chosen?.layout;
		const width = element.clientWidth;
		if (!chosen || !layout || width === 0 || sizeOf(chosen.shape) === 0) return;
		const lit = clamp(state.lit, chosen.shape);
		const most = width < 480 ? { cells: 6, books: 2 } : { cells: 6, books: 3 };
		const key = JSON.stringify([chosen.shape, layout.cells, most]);
		scene = composeScene({
			layout,
			letters: chosen.letters,
			channelAxis: chosen.channelAxis,
			lit,
			most,
			shown: key === scenery ? scene?.shown : undefined,
		});
		scenery = key;
		const theme = themeOf(canvas);
		const fitted = fitScene(scene, width, { left: 56, right: 12, top: 22, bottom: 30 });
		view = fitted;
		const context = prepareCanvas(canvas, width, fitted.height);
		if (context) drawScene(context, scene, fitted, theme, `${theme.fontSize}px ${theme.fontFamily}`);
		canvas.dispatchEvent(new CustomEvent<PictureDrawn>("picture-drawn", { detail: { scene, view: fitted } }));
	};
	const redraw = oncePerFrame(draw);

	canvas.addEventListener("pointermove", (event) => {
		if (!scene || !view) return;
		const face = faceAt(scene, [(event.offsetX - view.left) / view.unit, (event.offsetY - view.top) / view.unit]);
		if (face) lightUp(face.element);
	});
	canvas.addEventListener("keydown", (event) => {
		const move = scene && moveOf(event, scene);
		if (!move) return;
		event.preventDefault();
		const chosen = chosenOf(store.get());
		const lit = clamp(store.get().lit, chosen?.shape ?? []);
		lightUp(lit.map((index, axis) => (axis === move.axis ? index + move.by : index)));
	});
	new ResizeObserver(redraw).observe(element);
	whenShownAnew(redraw);

	store.watch(
		(state) => [state.opened, state.tensor, state.choices, state.lit, state.inspection],
		(state) => {
			const chosen = chosenOf(state);
			const drawable = chosen?.layout !== undefined && sizeOf(chosen.shape) > 0;
			show(element, drawable);
			if (!chosen || !drawable) return;
			setText(readout, describeLit(state, chosen));
			updateInputs(inputs, chosen, clamp(state.lit, chosen.shape), lightUp);
			redraw();
			const hiddenAxes = hiddenLetters(chosen);
			setText(
				unseen,
				hiddenAxes && `Drawn at the lit element’s index of ${hiddenAxes}; its set may reach further along them.`,
			);
			show(unseen, hiddenAxes !== "");
		},
	);
	return element;
}

function hiddenLetters({ shape, channelAxis, letters }: Chosen): string {
	const seen = placedAxes(placeAxes(shape.length, channelAxis));
	return letters.filter((_, axis) => !seen.includes(axis)).join(", ");
}

function clamp(index: readonly number[], shape: readonly number[]): number[] {
	return shape.map((size, axis) => Math.max(0, Math.min(size - 1, Math.trunc(index[axis] ?? 0))));
}

/** What a key does to the lit element. */
function moveOf(event: KeyboardEvent, { placement }: Scene): { axis: number; by: number } | undefined {
	const pages = event.shiftKey ? placement.books : (placement.pages ?? placement.books);
	const [axis, by] = {
		ArrowLeft: [placement.characters, -1],
		ArrowRight: [placement.characters, 1],
		ArrowUp: [placement.lines, -1],
		ArrowDown: [placement.lines, 1],
		PageUp: [pages, -1],
		PageDown: [pages, 1],
	}[event.key] ?? [undefined, 0];
	return axis === undefined ? undefined : { axis, by: by as number };
}

/** The lit element's set in words, with its numbers where they are known. */
function describeLit({ lit, inspection }: State, chosen: Chosen): string {
	const { layout, shape, letters } = chosen;
	if (!layout) return "";
	const element = clamp(lit, shape);
	const name = element.map((index, axis) => `${letters[axis]} ${index}`).join(", ");
	const sets = sizeOf(layout.cells);
	const one = setSize(layout);
	const shared =
		one === 1
			? "is a set of its own"
			: `shares its mean and deviation with ${formatCount(one - 1)} other${one === 2 ? "" : "s"}`;
	const place = `${sets === 1 ? "the only set" : `one of ${formatCount(sets)} sets of ${formatCount(one)}`}`;
	const summary = inspection?.norm;
	const same = summary?.layout.cells.every((parts, axis) => parts === layout.cells[axis]);
	const set = setOf(layout, element);
	const numbers = same
		? summary?.first.find(({ cell }) => cell.every((part, axis) => part === set[axis]))?.before
		: undefined;
	const known = numbers && (summary?.exact || !isUnseenCell(numbers));
	const source = summary?.exact ? " Mean" : " In the sample: mean";
	const values = known
		? `${source} ${formatNumber(numbers.mean)}, standard deviation ${formatNumber(numbers.std)}.`
		: "";
	return `${name ? `Element ${name}` : "The scalar"} ${shared}: ${place}.${values}`;
}

/** One number field per axis: the picture without a pointer, and any element of a long axis. */
function updateInputs(
	inputs: HTMLElement,
	{ shape, letters }: Chosen,
	lit: readonly number[],
	lightUp: (index: number[]) => void,
): void {
	if (inputs.childElementCount !== shape.length) {
		inputs.replaceChildren(
			...shape.map((_, axis) => {
				const input = el("input", { type: "number", min: 0, step: 1, class: "number" });
				input.addEventListener("input", () => {
					const values = [...inputs.querySelectorAll("input")].map((field) => Number(field.value));
					if (input.value !== "" && Number.isInteger(values[axis])) lightUp(values);
				});
				return el("label", { class: "element-input" }, el("span"), input);
			}),
		);
	}
	shape.forEach((size, axis) => {
		const field = inputs.children[axis];
		const input = field?.querySelector("input");
		if (!field?.firstElementChild || !input) return;
		setText(field.firstElementChild, letters[axis] ?? "");
		input.max = String(size - 1);
		input.setAttribute("aria-label", `Index of the lit element on axis ${axis} (${letters[axis]})`);
		if (document.activeElement !== input || input.value !== "") {
			if (input.value !== String(lit[axis])) input.value = String(lit[axis]);
		}
	});
}
