import { type Layout, sizeOf } from "../../core/layout";
import { addBook, type Face, type Point } from "./book";
import { edgeLabels, type Label, label } from "./labels";
import {
	GAP,
	gapsOf,
	isBreak,
	type Line,
	lineOf,
	type Placement,
	placeAxes,
	placedAxes,
	shownIndices,
} from "./placement";

/** The picture of a layout, without pixels: faces from back to front, labels, and the dots that stand for what is left out. */
export interface Scene {
	readonly faces: readonly Face[];
	/** The visible sides of the lit element, which shows through all others. */
	readonly pointed: readonly Face[];
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

const FLAT: Projection = { right: [1, 0], back: [0, 0], thickness: 0 };
const SHEET: Projection = { right: [0.9, 0.24], back: [0.5, -0.26], thickness: 0.45 };
const CUBE: Projection = { right: [0.82, 0.3], back: [0.66, -0.3], thickness: 1 };

/** Composes the picture of a layout around its lit element. An axis of length 0 leaves nothing to draw. */
export function composeScene(input: SceneInput): Scene {
	const { layout, letters, lit } = input;
	const rank = layout.shape.length;
	const placement = placeAxes(rank, input.channelAxis);
	const shown = chooseShown(input, placement);
	const shelf = measure(placement, shown, rank);
	const [faces, pointed]: [Face[], Face[]] = [[], []];
	const labels: Label[] = [];
	const breaks: (readonly [Point, Point])[] = [];
	const scene = { faces, pointed, labels, breaks, shown, placement };
	if (sizeOf(layout.shape) === 0) return { ...scene, bounds: boundsOf(faces) };

	const { books, pages, lines, characters, down, across, project } = shelf;
	const element = layout.shape.map((_, axis) => lit[axis] ?? 0);
	const place = ({ axis, indices }: Line, k: number) => {
		if (axis !== undefined) element[axis] = indices[k] as number;
	};
	down.indices.forEach((_, i) => {
		across.indices.forEach((_, j) => {
			place(down, i);
			place(across, j);
			const corner: Point = [(across.at[j] as number) * shelf.width, (down.at[i] as number) * shelf.height];
			books.indices.forEach((index, b) => {
				place(books, b);
				const at: Point = [corner[0] + (books.at[b] as number) * shelf.bookWidth, corner[1]];
				const cube = { pages, lines, characters, project: project(at) };
				addBook({ faces, pointed, breaks }, { layout, lit, element, ...cube, flat: rank <= 2 });
				if (b === 0 && i === 0 && j === 0) labels.push(...edgeLabels(layout, letters, { placement, ...cube }));
				if (books.axis === undefined) return;
				const below = cube.project(characters.length / 2, lines.length, 0);
				labels.push(
					label(`${letters[books.axis]} ${index}`, below, "center", "top", index === lit[books.axis], [
						-0.1,
						0.5 + 0.5 * characters.length * shelf.slope,
					]),
				);
				if (!isBreak(books.indices, b)) return;
				const [x, y] = [at[0] + shelf.bookWidth * (1 + GAP / 2) - BETWEEN / 2, at[1] + shelf.bookHeight / 2];
				breaks.push([
					[x - 0.3, y],
					[x + 0.3, y],
				]);
			});
			const multiple = [down, across].flatMap(({ axis }) =>
				axis === undefined ? [] : [`${letters[axis]} ${element[axis]}`],
			);
			if (multiple.length === 0) return;
			const middle: Point = [corner[0] + (books.length * shelf.bookWidth - BETWEEN) / 2, corner[1]];
			labels.push(label(multiple.join(", "), middle, "center", "bottom", true, [0, -0.15]));
		});
	});
	for (const gap of gapsOf(down)) {
		const [x, y] = [(books.length * shelf.bookWidth - BETWEEN) / 2, (gap + GAP / 2) * shelf.height - 2.4];
		breaks.push([
			[x, y - 0.3],
			[x, y + 0.3],
		]);
	}
	return { ...scene, bounds: boundsOf(faces) };
}

/** The indices drawn of every axis: those drawn before while the lit element is among them. */
function chooseShown({ layout, lit, most, shown }: SceneInput, placement: Placement): (readonly number[])[] {
	const rank = layout.shape.length;
	const { books, shelvesDown, shelvesAcross } = placement;
	return layout.shape.map((_, axis) => {
		const index = lit[axis] ?? 0;
		const old = shown?.[axis];
		if (!placedAxes(placement).includes(axis)) return [index];
		if (old?.includes(index)) return old;
		if (axis === shelvesDown || axis === shelvesAcross) return shownIndices(layout, axis, index, 2);
		if (axis === books) return shownIndices(layout, axis, index, most.books);
		const cells = rank <= 2 ? most.cells * 2 : shelvesDown === undefined ? most.cells : Math.min(5, most.cells);
		return shownIndices(layout, axis, index, cells);
	});
}

/** Room between two cubes, in cells. */
const BETWEEN = 1.3;

/** Sizes of a cube and a shelf in cells, and the way from cells to points of the picture. */
function measure(placement: Placement, shown: readonly (readonly number[])[], rank: number) {
	const line = (axis: number | undefined) =>
		lineOf(axis, axis === undefined ? [0] : (shown[axis] as readonly number[]));
	const { right, back, thickness } = rank <= 2 ? FLAT : rank === 3 ? SHEET : CUBE;
	const [books, pages, lines, characters] = [
		line(placement.books),
		line(placement.pages),
		line(placement.lines),
		line(placement.characters),
	];
	const depth = pages.length * thickness;
	const rise = -depth * back[1];
	const bookWidth = characters.length * right[0] + depth * back[0] + (rank <= 2 ? 0 : BETWEEN);
	const bookHeight = lines.length + characters.length * right[1] + rise;
	const project =
		([x, y]: Point) =>
		(character: number, line: number, page: number): Point => [
			x + character * right[0] + page * thickness * back[0],
			y + rise + line + character * right[1] + page * thickness * back[1],
		];
	return {
		books,
		pages,
		lines,
		characters,
		down: line(placement.shelvesDown),
		across: line(placement.shelvesAcross),
		project,
		bookWidth,
		bookHeight,
		/** How far a line goes down with each character. */
		slope: right[1],
		width: books.length * bookWidth + 1.6,
		height: bookHeight + 3,
	};
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
