/** Something that a user does, a step in every frame. */
export interface Interaction {
	readonly name: string;
	/** A file of 2,000 tensors, or one tensor of [64, 256, 56, 56]. */
	readonly file: "list" | "tensor";
	/** What the panel remembers from before. */
	readonly state: object;
	/** Selector of the element that the step gets. */
	readonly target: string;
	/** Runs in the page: it can use nothing from here. */
	readonly step: (target: Element, k: number) => void;
}

/** There and back again along a line of the page, a tenth of its width in a step. */
function point(target: Element, k: number): void {
	const { left, top, width, height } = target.getBoundingClientRect();
	const turn = k % 16;
	const [clientX, clientY] = [left + width * (0.1 + 0.05 * Math.min(turn, 16 - turn) * 2), top + height / 2];
	target.dispatchEvent(new PointerEvent("pointermove", { clientX, clientY, bubbles: true }));
}

function press(target: Element, k: number): void {
	const key = k % 20 < 10 ? "ArrowRight" : "ArrowLeft";
	target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
}

function slide(target: Element, k: number): void {
	(target as HTMLInputElement).value = String(k % 64);
	target.dispatchEvent(new Event("input"));
}

/** Every part of the panel that answers while something moves. */
export const INTERACTIONS: readonly Interaction[] = [
	{
		name: "list: scrolling",
		file: "list",
		state: {},
		target: "[role=listbox]",
		step: (target) => {
			target.scrollTop += 90;
		},
	},
	{
		name: "list: typing a filter",
		file: "list",
		state: {},
		target: ".tensor-panel vscode-text-field",
		step: (target, k) => {
			const text = "layers.12 mlp.down";
			(target as HTMLInputElement).value = text.slice(0, k % (text.length + 1));
			target.dispatchEvent(new Event("input"));
		},
	},
	{
		name: "list: another tensor by arrow key",
		file: "list",
		state: {},
		target: "[role=listbox]",
		step: (target) => {
			target.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true, cancelable: true }));
		},
	},
	{
		name: "layout: another role of an axis",
		file: "tensor",
		state: { view: "layout" },
		target: ".chip:nth-child(2)",
		step: (target, k) => {
			const roles = target.querySelectorAll<HTMLInputElement>("input[type=radio]");
			roles[k % roles.length]?.click();
		},
	},
	{
		name: "layout: another named layout",
		file: "tensor",
		state: { view: "layout" },
		target: ".presets",
		step: (target, k) => {
			const presets = target.querySelectorAll<HTMLButtonElement>("button");
			presets[k % presets.length]?.click();
		},
	},
	{ name: "picture: arrow keys", file: "tensor", state: { view: "layout" }, target: ".picture-canvas", step: press },
	{ name: "picture: pointing", file: "tensor", state: { view: "layout" }, target: ".picture-canvas", step: point },
	{
		name: "picture of values: arrow keys",
		file: "tensor",
		state: { view: "layout", paint: "values" },
		target: ".picture-canvas",
		step: press,
	},
	{ name: "along axes: pointing", file: "tensor", state: { view: "axes" }, target: ".profile-canvas", step: point },
	{
		name: "slice: slider",
		file: "tensor",
		state: { view: "slice" },
		target: ".slice-slider-row:not([hidden]) .slice-slider",
		step: slide,
	},
	{ name: "slice: arrow keys", file: "tensor", state: { view: "slice" }, target: ".slice-canvas", step: press },
	{ name: "slice: pointing", file: "tensor", state: { view: "slice" }, target: ".slice-canvas", step: point },
	{
		name: "slice before, after, difference: slider",
		file: "tensor",
		state: { view: "slice", slices: { 4: { effect: true } } },
		target: ".slice-slider-row:not([hidden]) .slice-slider",
		step: slide,
	},
];
