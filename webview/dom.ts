type Attribute = string | number | boolean | undefined;
type Child = Node | string | undefined;

/**
 * An element with attributes and children. Text from files only ever becomes text nodes and attribute values; styles are
 * set through the element, since the content security policy refuses style attributes.
 */
export function el<Tag extends keyof HTMLElementTagNameMap>(
	tag: Tag,
	attributes: Readonly<Record<string, Attribute>> = {},
	...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
	const element = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
	element.append(...children.filter((child) => child !== undefined));
	return element;
}

/** Sets an attribute, empty for true; removes it for false and undefined. */
export function setAttribute(element: Element, name: string, value: Attribute): void {
	if (value === undefined || value === false) element.removeAttribute(name);
	else {
		const text = value === true ? "" : String(value);
		if (element.getAttribute(name) !== text) element.setAttribute(name, text);
	}
}

/** Sets the text of an element, touching the document only when it differs. */
export function setText(element: Element, text: string): void {
	if (element.textContent !== text) element.textContent = text;
}

/** Shows or hides an element. */
export function show(element: HTMLElement, visible: boolean): void {
	if (element.hidden === visible) element.hidden = !visible;
}

/** Brings what a fold holds up to date when asked to, or when it is next opened. */
export function whileOpen(fold: HTMLDetailsElement, update: () => void): () => void {
	let isLate = true;
	fold.addEventListener("toggle", () => {
		if (!fold.open || !isLate) return;
		isLate = false;
		update();
	});
	return () => {
		isLate = !fold.open;
		if (fold.open) update();
	};
}

/** Runs a task once before the next frame, however often it is asked for. */
export function oncePerFrame(task: () => void): () => void {
	return onceWhen(task, () => 0);
}

/** The same for a task that may take a good part of a frame: then it rests four times as long, so that others have their time. */
export function oncePerFrameWithRests(task: () => void): () => void {
	return onceWhen(task, (tookMs) => (tookMs > LONG_MS ? 4 * tookMs : 0));
}

function onceWhen(task: () => void, restMs: (tookMs: number) => number): () => void {
	let asked = false;
	let notBefore = 0;
	const run = () => {
		const start = performance.now();
		if (start < notBefore) {
			requestAnimationFrame(run);
			return;
		}
		asked = false;
		task();
		const end = performance.now();
		const rest = restMs(end - start);
		notBefore = rest > 0 ? end + rest : 0;
	};
	return () => {
		if (asked) return;
		asked = true;
		requestAnimationFrame(run);
	};
}

/** Milliseconds of a long task. */
const LONG_MS = 4;
