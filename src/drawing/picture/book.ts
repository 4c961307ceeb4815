import { cellOfIndex, type Layout } from "../../core/layout";
import { GAP, gapsOf, type Line } from "./placement";

/** A point of the picture, in cells; y goes down. */
export type Point = readonly [x: number, y: number];

/** One visible side of one cell. */
export interface Face {
	/** The element drawn, one index per axis. */
	readonly element: readonly number[];
	readonly side: "front" | "right" | "top";
	readonly corners: readonly [Point, Point, Point, Point];
	/** Whether the element is in the set of the lit one. */
	readonly lit: boolean;
	/** Sets of odd and even place, to tell neighbours apart. */
	readonly odd: boolean;
	/** For each edge, corner k to k + 1: whether another set, or nothing, lies beyond it. */
	readonly borders: readonly [boolean, boolean, boolean, boolean];
}

/** One cube of a shelf. */
export interface Book {
	readonly layout: Layout;
	/** The lit element. */
	readonly lit: readonly number[];
	/** The element of the book's first cell; its other axes are filled in here. */
	readonly element: number[];
	readonly pages: Line;
	readonly lines: Line;
	readonly characters: Line;
	readonly project: (character: number, line: number, page: number) => Point;
	readonly flat: boolean;
}

/** What a picture is drawn from; `pointed` are the visible sides of the lit element, however deep it lies in its set. */
export interface Drawn {
	readonly faces: Face[];
	readonly pointed: Face[];
	readonly breaks: (readonly [Point, Point])[];
}

/** Adds the faces of one cube: surface cells as glass, cells of the lit set as solids inside it. */
export function addBook({ faces, pointed, breaks }: Drawn, book: Book): void {
	const { layout, lit, element, pages, lines, characters, project, flat } = book;
	const part = (axis: number, index: number) => cellOfIndex(index, layout.shape[axis] ?? 1, layout.cells[axis] ?? 1);
	const partOn = ({ axis, indices }: Line, k: number) => (axis === undefined ? 0 : part(axis, indices[k] as number));
	const litOn = (l: Line, k: number) => l.axis === undefined || partOn(l, k) === part(l.axis, lit[l.axis] ?? 0);
	const placed = [pages.axis, lines.axis, characters.axis];
	const outside = element.every(
		(index, axis) => placed.includes(axis) || part(axis, index) === part(axis, lit[axis] ?? 0),
	);
	const outerParity = element.reduce((sum, index, axis) => (placed.includes(axis) ? sum : sum + part(axis, index)), 0);
	/** Whether the neighbour `step` further is drawn right beside cell k, and whether it is of the same set. */
	const beside = (l: Line, k: number, step: -1 | 1) =>
		l.indices[k + step] !== undefined && Math.abs((l.indices[k + step] as number) - (l.indices[k] as number)) === 1;
	const border = (l: Line, k: number, step: -1 | 1) => !beside(l, k, step) || partOn(l, k) !== partOn(l, k + step);

	for (let p = pages.indices.length - 1; p >= 0; p--) {
		// In front of all that is as deep, none covering another; so do a column's tops, and then its right sides.
		const fronts: Face[] = [];
		for (let c = 0; c < characters.indices.length; c++) {
			const [tops, rights]: [Face[], Face[]] = [[], []];
			for (let r = lines.indices.length - 1; r >= 0; r--) {
				if (pages.axis !== undefined) element[pages.axis] = pages.indices[p] as number;
				if (lines.axis !== undefined) element[lines.axis] = lines.indices[r] as number;
				if (characters.axis !== undefined) element[characters.axis] = characters.indices[c] as number;
				const isLit = outside && litOn(pages, p) && litOn(lines, r) && litOn(characters, c);
				const isPointed = element.every((index, axis) => index === (lit[axis] ?? 0));
				const covered = (l: Line, k: number, step: -1 | 1) => beside(l, k, step) && (!isLit || litOn(l, k + step));
				const common = {
					element: [...element],
					lit: isLit,
					odd: (outerParity + partOn(pages, p) + partOn(lines, r) + partOn(characters, c)) % 2 === 1,
				};
				const add = (list: Face[], isCovered: boolean, face: Pick<Face, "side" | "corners" | "borders">) => {
					if (!isCovered) list.push({ ...common, ...face });
					if (isPointed) pointed.push({ ...common, ...face });
				};
				const [x, y, z] = [characters.at[c] as number, lines.at[r] as number, pages.at[p] as number];
				const [up, downwards, leftwards, rightwards, near, far] = [
					border(lines, r, -1),
					border(lines, r, 1),
					border(characters, c, -1),
					border(characters, c, 1),
					border(pages, p, -1),
					border(pages, p, 1),
				];
				if (!flat) {
					add(tops, covered(lines, r, -1), {
						side: "top",
						corners: [project(x, y, z), project(x + 1, y, z), project(x + 1, y, z + 1), project(x, y, z + 1)],
						borders: [near, rightwards, far, leftwards],
					});
					add(rights, covered(characters, c, 1), {
						side: "right",
						corners: [
							project(x + 1, y, z),
							project(x + 1, y, z + 1),
							project(x + 1, y + 1, z + 1),
							project(x + 1, y + 1, z),
						],
						borders: [up, far, downwards, near],
					});
				}
				add(fronts, !flat && covered(pages, p, -1), {
					side: "front",
					corners: [project(x, y, z), project(x + 1, y, z), project(x + 1, y + 1, z), project(x, y + 1, z)],
					borders: [up, rightwards, downwards, leftwards],
				});
			}
			faces.push(...tops, ...rights);
		}
		faces.push(...fronts);
	}
	const [w, h] = [characters.length, lines.length];
	for (const gap of gapsOf(characters)) breaks.push([project(gap, h, 0), project(gap + GAP, h, 0)]);
	for (const gap of gapsOf(lines)) breaks.push([project(0, gap, 0), project(0, gap + GAP, 0)]);
	for (const gap of gapsOf(pages)) breaks.push([project(w, h, gap), project(w, h, gap + GAP)]);
}
