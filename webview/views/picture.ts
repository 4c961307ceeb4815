import { type Chosen, setOf } from "../../src/core/chosen";
import { sizeOf } from "../../src/core/layout";
import { drawPointed, drawSets, fitScene } from "../../src/drawing/picture/draw";
import type { View } from "../../src/drawing/picture/faces";
import { placeAxes, placedAxes } from "../../src/drawing/picture/placement";
import { composeScene, faceAt, type Scene } from "../../src/drawing/picture/scene";
import { picturePlot } from "../../src/export/figures";
import { el, oncePerFrameWithRests, setText, show } from "../dom";
import { createPlotMenu } from "../export/plot-menu";
import { clampedLit } from "../lit-set";
import { chosenOf, type Session, selectedTensor, titleOf } from "../session";
import type { Store } from "../store";
import { createStillLayer, prepareCanvas, themeOf, whenShownAnew } from "./canvas";
import { createDrawnValues } from "./drawn-values";
import { describeLit, updateInputs } from "./lit-element";
import { createPaintSwitch, paintRange } from "./paint-switch";

/** Fired on the canvas after drawing, with what was drawn and where. */
export interface PictureDrawn {
	readonly scene: Scene;
	readonly view: View;
}

const HINT = "Arrow keys move along lines and characters, Page Up and Page Down along pages, with Shift along books.";

/** The reduction layout as a picture: one element and its whole set lit up. */
export function createPicture(store: Store, session: Session): HTMLElement {
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
	const menu = createPlotMenu(session, "the picture", () => {
		const state = store.get();
		const [chosen, tensor] = [chosenOf(state), selectedTensor(state)];
		if (!chosen || !tensor) return undefined;
		const range = state.paint === "values" ? paintRange(state) : undefined;
		const lit = clampedLit(state.lit, chosen.shape);
		const shown = scene ? { shown: scene.shown } : {};
		const paint = range ? { paint: { of: values.of, range } } : {};
		return picturePlot({ ...chosen, title: titleOf(state, tensor), lit, of: values.of, ...shown, ...paint });
	});
	const element = el(
		"div",
		{ class: "picture" },
		el("div", { class: "plot-head" }, createPaintSwitch(store), menu),
		canvas,
		el("div", { class: "picture-foot" }, readout, inputs),
		unseen,
		hint,
	);
	let scene: Scene | undefined;
	let view: View | undefined;
	let scenery = "";
	const still = createStillLayer();

	const lightUp = (index: readonly number[]) => {
		const chosen = chosenOf(store.get());
		if (chosen) store.update({ lit: clampedLit(index, chosen.shape) });
	};

	const draw = () => {
		const state = store.get();
		const chosen = chosenOf(state);
		const layout = chosen?.layout;
		const width = element.clientWidth;
		if (!chosen || !layout || width === 0 || sizeOf(chosen.shape) === 0) return;
		const lit = clampedLit(state.lit, chosen.shape);
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
		values.want(scene.shown);
		const range = state.paint === "values" ? paintRange(state) : undefined;
		const theme = themeOf(canvas);
		const fitted = fitScene(scene, width, { left: 56, right: 12, top: 22, bottom: 30 });
		view = fitted;
		const paint = range && { of: values.of, range };
		const style = { theme, font: `${theme.fontSize}px ${theme.fontFamily}`, paint };
		const context = prepareCanvas(canvas, width, fitted.height);
		if (context) {
			// Elements of one set have the same picture but for themselves.
			const set = JSON.stringify([key, setOf(layout, lit), scene.shown, chosen.channelAxis]);
			const painted = range ? [values.there(), range.low, range.high] : [];
			still(context, [set, theme, width, ...painted], (image) => drawSets(image, scene as Scene, fitted, style));
			drawPointed(context, scene, fitted, style);
		}
		canvas.dispatchEvent(new CustomEvent<PictureDrawn>("picture-drawn", { detail: { scene, view: fitted } }));
	};
	const redraw = oncePerFrameWithRests(draw);
	const describe = () => {
		const state = store.get();
		const chosen = chosenOf(state);
		if (chosen?.layout) setText(readout, describeLit(state, chosen, values.of(clampedLit(state.lit, chosen.shape))));
	};
	const values = createDrawnValues(store, session, () => {
		describe();
		redraw();
	});

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
		const lit = clampedLit(store.get().lit, chosen?.shape ?? []);
		lightUp(lit.map((index, axis) => (axis === move.axis ? index + move.by : index)));
	});
	new ResizeObserver(redraw).observe(element);
	whenShownAnew(canvas, redraw);

	store.watch(
		(state) => [state.opened, state.tensor, state.choices, state.lit, state.inspection, state.litSet, state.paint],
		(state) => {
			const chosen = chosenOf(state);
			const drawable = chosen?.layout !== undefined && sizeOf(chosen.shape) > 0;
			show(element, drawable);
			if (!chosen || !drawable) return;
			describe();
			updateInputs(inputs, chosen, clampedLit(state.lit, chosen.shape), lightUp);
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
