import { cellOfIndex, type Layout } from "../../src/core/layout";
import { type Placement, placeAxes, placedAxes, positionsOf, shownIndices } from "./placement";

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
	/** Whether it is the lit element itself. */
	readonly pointed: boolean;
	/** Sets of odd and even place, to tell neighbours apart. */
	readonly odd: boolean;
	/** For each edge, corner k to k + 1: whether another set, or nothing, lies beyond it. */
	readonly borders: readonly [boolean, boolean, boolean, boolean];
}

/** Words at a place of the picture. */
export interface Label {
	readonly text: string;
	readonly at: Point;
	readonly align: "left" | "center" | "right";
	/** Side of the point that the text stands on. */
	readonly baseline: "top" | "middle" | "bottom";
	readonly strong: boolean;
}

/** The picture of a layout, without pixels: faces from back to front, labels, and the dots that stand for what is left out. */
export interface Scene {
	readonly faces: readonly Face[];
	readonly labels: readonly Label[];
	readonly breaks: readonly (readonly [Point, Point])[];
	/** Box around the faces. */
	readonly bounds: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };
	/** The indices drawn of every axis. */
	readonly shown: readonly (readonly number[])[];
	readonly placement: Placement;
}

/** What a picture is made from. */
export interface SceneInput {
	readonly layout: Layout;
	readonly letters: readonly string[];
	readonly channelAxis: number;
	/** The lit element. */
	readonly lit: readonly number[];
	/** Indices drawn of a long axis, and cubes side by side. */
	readonly most: { readonly cells: number; readonly books: number };
	/** The indices drawn so far; kept while the lit element is among them, so that pointing does not move the picture. */
	readonly shown?: readonly (readonly number[])[] | undefined;
}

/** Where one cell along the characters, a line down, and a page back go. */
interface Projection {
	readonly right: Point;
	readonly back: Point;
	readonly thickness: number;
}

const GAP = 0.4;
const FLAT: Projection = { right: [1, 0], back: [0, 0], thickness: 0 };
const SHEET: Projection = { right: [0.9, 0.24], back: [0.5, -0.26], thickness: 0.45 };
const CUBE: Projection = { right: [0.82, 0.3], back: [0.66, -0.3], thickness: 1 };

interface Line {
	readonly axis: number | undefined;
	readonly indices: readonly number[];
	readonly at: readonly number[];
	readonly length: number;
}

/** Composes the picture of a layout around its lit element. An axis of length 0 leaves nothing to draw. */
export function composeScene(input: SceneInput): Scene {
	const { layout, letters, lit, most } = input;
	const rank = layout.shape.length;
	const placement = placeAxes(rank, input.channelAxis);
	const multiples = placement.shelvesDown !== undefined;
	const shown = layout.shape.map((_, axis) => {
		if (!placedAxes(placement).includes(axis)) return [lit[axis] ?? 0];
		const limit = axis === placement.books && rank > 2 ? most.books : multiples ? Math.min(5, most.cells) : most.cells;
		const few = axis === placement.shelvesDown || axis === placement.shelvesAcross ? 2 : limit;
		const flat = rank <= 2 ? most.cells * 2 : few;
		const old = input.shown?.[axis];
		return old?.includes(lit[axis] ?? 0) ? old : shownIndices(layout, axis, lit[axis] ?? 0, flat);
	});
	const line = (axis: number | undefined): Line => {
		const indices = axis === undefined ? [0] : (shown[axis] as readonly number[]);
		return { axis, indices, ...positionsOf(indices, GAP) };
	};
	const projection = rank <= 2 ? FLAT : rank === 3 ? SHEET : CUBE;
	const books = line(placement.books);
	const pages = line(placement.pages);
	const lines = line(placement.lines);
	const characters = line(placement.characters);
	const { right, back, thickness } = projection;
	const depth = pages.length * thickness;
	const bookWidth = characters.length * right[0] + depth * back[0] + (rank <= 2 ? 0 : 1.3);
	const rise = -depth * back[1];
	const bookHeight = lines.length + characters.length * right[1] + rise;
	const down = line(placement.shelvesDown);
	const across = line(placement.shelvesAcross);
	const shelfWidth = books.length * bookWidth + 1.6;
	const shelfHeight = bookHeight + 3;
	const shelfMiddle = (books.length * bookWidth - 1.3) / 2;

	const faces: Face[] = [];
	const labels: Label[] = [];
	const breaks: (readonly [Point, Point])[] = [];
	const element = layout.shape.map((_, axis) => lit[axis] ?? 0);
	const place = (l: Line, k: number) => {
		if (l.axis !== undefined) element[l.axis] = l.indices[k] as number;
	};
	down.indices.forEach((_, i) => {
		across.indices.forEach((_, j) => {
			place(down, i);
			place(across, j);
			const left = (across.at[j] as number) * shelfWidth;
			const top = (down.at[i] as number) * shelfHeight;
			books.indices.forEach((index, b) => {
				place(books, b);
				const x = left + (books.at[b] as number) * bookWidth;
				const project = (c: number, r: number, p: number): Point => [
					x + c * right[0] + p * thickness * back[0],
					top + rise + r + c * right[1] + p * thickness * back[1],
				];
				addBook(faces, breaks, { ...input, element, pages, lines, characters, project, flat: rank <= 2 });
				const name = (axis: number | undefined) => (axis === undefined ? "" : letters[axis]);
				if (placement.books !== undefined) {
					labels.push(
						label(
							`${name(placement.books)} ${index}`,
							project(characters.length / 2, lines.length, 0),
							"center",
							"top",
							index === lit[placement.books],
							[-0.1, 0.5 + 0.5 * characters.length * right[1]],
						),
					);
					const next = books.indices[b + 1];
					if (next !== undefined && next !== index + 1) {
						const gap = x + bookWidth * (1 + GAP / 2) - 0.65;
						breaks.push([
							[gap - 0.3, top + bookHeight / 2],
							[gap + 0.3, top + bookHeight / 2],
						]);
					}
				}
				if (b > 0) return;
				const shelf = [placement.shelvesDown, placement.shelvesAcross]
					.filter((axis) => axis !== undefined)
					.map((axis) => `${name(axis)} ${element[axis]}`);
				if (shelf.length > 0)
					labels.push(label(shelf.join(", "), [left + shelfMiddle, top], "center", "bottom", true, [0, -0.15]));
				if (i > 0 || j > 0) return;
				labels.push(...edgeLabels(layout, letters, { placement, lines, characters, pages, project }));
			});
		});
	});
	return { faces, labels, breaks, bounds: boundsOf(faces), shown, placement };
}

interface Book extends SceneInput {
	/** The element of the book's first cell; its other axes are filled in here. */
	readonly element: number[];
	readonly pages: Line;
	readonly lines: Line;
	readonly characters: Line;
	readonly project: (character: number, line: number, page: number) => Point;
	readonly flat: boolean;
}

/** Adds the faces of one cube: surface cells as glass, cells of the lit set as solids inside it. */
function addBook(faces: Face[], breaks: (readonly [Point, Point])[], book: Book): void {
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
		for (let c = 0; c < characters.indices.length; c++) {
			for (let r = lines.indices.length - 1; r >= 0; r--) {
				if (pages.axis !== undefined) element[pages.axis] = pages.indices[p] as number;
				if (lines.axis !== undefined) element[lines.axis] = lines.indices[r] as number;
				if (characters.axis !== undefined) element[characters.axis] = characters.indices[c] as number;
				const isLit = outside && litOn(pages, p) && litOn(lines, r) && litOn(characters, c);
				const covered = (l: Line, k: number, step: -1 | 1) => beside(l, k, step) && (!isLit || litOn(l, k + step));
				const [x, y, z] = [characters.at[c] as number, lines.at[r] as number, pages.at[p] as number];
				const common = {
					element: [...element],
					lit: isLit,
					pointed: element.every((index, axis) => index === (lit[axis] ?? 0)),
					odd: (outerParity + partOn(pages, p) + partOn(lines, r) + partOn(characters, c)) % 2 === 1,
				};
				const [up, downwards, leftwards, rightwards, near, far] = [
					border(lines, r, -1),
					border(lines, r, 1),
					border(characters, c, -1),
					border(characters, c, 1),
					border(pages, p, -1),
					border(pages, p, 1),
				];
				if (!flat && !covered(lines, r, -1)) {
					faces.push({
						...common,
						side: "top",
						corners: [project(x, y, z), project(x + 1, y, z), project(x + 1, y, z + 1), project(x, y, z + 1)],
						borders: [near, rightwards, far, leftwards],
					});
				}
				if (!flat && !covered(characters, c, 1)) {
					faces.push({
						...common,
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
				if (flat || !covered(pages, p, -1)) {
					faces.push({
						...common,
						side: "front",
						corners: [project(x, y, z), project(x + 1, y, z), project(x + 1, y + 1, z), project(x, y + 1, z)],
						borders: [up, rightwards, downwards, leftwards],
					});
				}
			}
		}
	}
	const [w, h] = [characters.length, lines.length];
	for (const gap of gapsOf(characters)) breaks.push([project(gap, h, 0), project(gap + GAP, h, 0)]);
	for (const gap of gapsOf(lines)) breaks.push([project(0, gap, 0), project(0, gap + GAP, 0)]);
	for (const gap of gapsOf(pages)) breaks.push([project(w, h, gap), project(w, h, gap + GAP)]);
}

/** Where the breaks of a line begin. */
function gapsOf({ indices, at }: Line): number[] {
	return at
		.filter((_, k) => indices[k + 1] !== undefined && indices[k + 1] !== (indices[k] as number) + 1)
		.map((start) => start + 1);
}

/** The letter and true length of an axis, at its edge of the first cube. */
function edgeLabels(
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

function label(
	text: string,
	[x, y]: Point,
	align: Label["align"],
	baseline: Label["baseline"],
	strong: boolean,
	[dx, dy]: Point,
): Label {
	return { text, at: [x + dx, y + dy], align, baseline, strong };
}

function boundsOf(faces: readonly Face[]): Scene["bounds"] {
	let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
	for (const { corners } of faces) {
		for (const [x, y] of corners) {
			[left, right] = [Math.min(left, x), Math.max(right, x)];
			[top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
		}
	}
	return faces.length === 0 ? { left: 0, top: 0, right: 1, bottom: 1 } : { left, top, right, bottom };
}

/** The face under a point: the last one drawn there. */
export function faceAt(scene: Scene, [x, y]: Point): Face | undefined {
	return scene.faces.findLast(({ corners: [origin, a, , b] }) => {
		const [ux, uy] = [a[0] - origin[0], a[1] - origin[1]];
		const [vx, vy] = [b[0] - origin[0], b[1] - origin[1]];
		const area = ux * vy - uy * vx;
		const s = ((x - origin[0]) * vy - (y - origin[1]) * vx) / area;
		const t = (ux * (y - origin[1]) - uy * (x - origin[0])) / area;
		return s >= 0 && s <= 1 && t >= 0 && t <= 1;
	});
}
