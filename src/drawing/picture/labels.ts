import type { Layout } from "../../core/layout";
import type { Book, Point } from "./book";
import type { Placement } from "./placement";

/** Words at a place of the picture. */
export interface Label {
	readonly text: string;
	readonly at: Point;
	readonly align: "left" | "center" | "right";
	/** Side of the point that the text stands on. */
	readonly baseline: "top" | "middle" | "bottom";
	readonly strong: boolean;
}

/** The letter and true length of an axis, at its edge of the first cube. */
export function edgeLabels(
	{ shape }: Layout,
	letters: readonly string[],
	book: Pick<Book, "lines" | "characters" | "pages" | "project"> & { readonly placement: Placement },
): Label[] {
	const { placement, lines, characters, pages, project } = book;
	const name = (axis: number) => `${letters[axis]} ${shape[axis]}`;
	const [w, h, d] = [characters.length, lines.length, pages.length];
	const labels: Label[] = [];
	if (placement.lines !== undefined)
		labels.push(label(name(placement.lines), project(0, h / 2, 0), "right", "middle", true, [-0.45, 0]));
	if (placement.characters !== undefined) {
		const shift: Point = placement.books === undefined ? [0, 0.35] : [-0.35, 0.3];
		labels.push(
			label(
				name(placement.characters),
				project(w / (placement.books === undefined ? 2 : 4), h, 0),
				placement.books === undefined ? "center" : "right",
				"top",
				true,
				shift,
			),
		);
	}
	if (placement.pages !== undefined)
		labels.push(label(name(placement.pages), project(0, 0, d / 2), "right", "bottom", true, [-0.35, -0.1]));
	return labels;
}

/** Words beside a point. */
export function label(
	text: string,
	[x, y]: Point,
	align: Label["align"],
	baseline: Label["baseline"],
	strong: boolean,
	[dx, dy]: Point,
): Label {
	return { text, at: [x + dx, y + dy], align, baseline, strong };
}
