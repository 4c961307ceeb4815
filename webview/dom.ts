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
	else element.setAttribute(name, value === true ? "" : String(value));
}

/** Sets the text of an element, touching the document only when it differs. */
export function setText(element: Element, text: string): void {
	if (element.textContent !== text) element.textContent = text;
}

/** Shows or hides an element. */
export function show(element: HTMLElement, visible: boolean): void {
	if (element.hidden === visible) element.hidden = !visible;
}

/** Runs a task once before the next frame, however often it is asked for. */
export function oncePerFrame(task: () => void): () => void {
	let asked = false;
	return () => {
		if (asked) return;
		asked = true;
		requestAnimationFrame(() => {
			asked = false;
			task();
		});
	};
}
