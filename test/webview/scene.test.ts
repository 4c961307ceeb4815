import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { cellOfIndex, divisors, type Layout, sizeOf } from "../../src/core/layout";
import { layoutOf, NORMALIZATIONS, type NormId, normOptions } from "../../src/core/normalizations";
import { placeAxes, placedAxes, shownIndices } from "../../src/drawing/picture/placement";
import { composeScene, faceAt, type Scene } from "../../src/drawing/picture/scene";

/** A layout of up to six axes, each averaged, kept or cut into groups, and an element of it. */
const layouts = fc
	.array(
		fc.integer({ min: 1, max: 24 }).chain((size) =>
			fc.record({
				size: fc.constant(size),
				parts: fc.constantFrom(...divisors(size)),
				index: fc.integer({ min: 0, max: size - 1 }),
			}),
		),
		{ maxLength: 6 },
	)
	.map((axes) => ({
		layout: { shape: axes.map(({ size }) => size), cells: axes.map(({ parts }) => parts) },
		lit: axes.map(({ index }) => index),
	}));

function sceneOf(layout: Layout, lit: readonly number[], channelAxis = 1, shown?: Scene["shown"]): Scene {
	const letters = layout.shape.map((_, axis) => String.fromCharCode(65 + axis));
	return composeScene({ layout, letters, channelAxis, lit, most: { cells: 6, books: 3 }, shown });
}

function sameSet(layout: Layout, a: readonly number[], b: readonly number[]): boolean {
	return layout.shape.every(
		(size, axis) =>
			cellOfIndex(a[axis] as number, size, layout.cells[axis] as number) ===
			cellOfIndex(b[axis] as number, size, layout.cells[axis] as number),
	);
}

describe("the picture of a layout", () => {
	it("lights up exactly the drawn elements that are in the lit element's set, for any layout and element", () => {
		fc.assert(
			fc.property(layouts, fc.integer({ min: 0, max: 3 }), ({ layout, lit }, channel) => {
				const scene = sceneOf(layout, lit, Math.min(channel, Math.max(0, lit.length - 1)));
				for (const face of scene.faces) assert.equal(face.lit, sameSet(layout, face.element, lit));
			}),
		);
	});

	it("always draws the lit element, and points at no other", () => {
		fc.assert(
			fc.property(layouts, ({ layout, lit }) => {
				const pointed = sceneOf(layout, lit).pointed;
				assert.ok(pointed.length > 0, "the lit element has no face");
				for (const face of pointed) assert.deepEqual(face.element, lit);
			}),
		);
		const inside = sceneOf({ shape: [1, 5, 5, 5], cells: [1, 1, 1, 1] }, [0, 2, 2, 2]);
		assert.equal(inside.pointed.length, 3);
	});

	it("shows every element of a small tensor that is not inside its cube, and no element twice on a side", () => {
		const layout = { shape: [2, 3, 3, 3], cells: [1, 3, 1, 1] };
		const { faces } = sceneOf(layout, [0, 0, 0, 0]);
		const unlit = faces.filter((face) => !face.lit);
		assert.equal(new Set(faces.map(({ element, side }) => `${element} ${side}`)).size, faces.length);
		assert.ok(unlit.every(({ element: [, c, h, w] }) => c === 1 || h === 0 || w === 2 || c === 2));
		const seen = new Set(faces.map(({ element }) => element.join()));
		for (const [c, h, w] of [
			[0, 0, 0],
			[0, 2, 0],
			[2, 0, 0],
			[2, 2, 2],
			[0, 1, 1],
		]) {
			assert.ok(seen.has([0, c, h, w].join()) && seen.has([1, c, h, w].join()));
		}
	});

	it("finds each lit element under the middle of its last drawn face", () => {
		fc.assert(
			fc.property(layouts, ({ layout, lit }) => {
				const scene = sceneOf(layout, lit);
				const face = scene.faces.at(-1);
				assert.ok(face);
				const [a, , c] = face.corners;
				assert.deepEqual(faceAt(scene, [(a[0] + c[0]) / 2, (a[1] + c[1]) / 2])?.element, face.element);
			}),
		);
	});

	it("does not move while the lit element is among those drawn", () => {
		const layout = { shape: [32, 64, 56, 56], cells: [1, 64, 1, 1] };
		const before = sceneOf(layout, [0, 0, 0, 0]);
		const after = sceneOf(layout, [31, 63, 55, 1], 1, before.shown);
		assert.deepEqual(after.shown, before.shown);
		const moved = sceneOf(layout, [31, 30, 55, 1], 1, before.shown);
		assert.ok(moved.shown[1]?.includes(30));
		assert.deepEqual(moved.shown[0], before.shown[0]);
	});

	it("writes the true length of a shortened axis at its edge", () => {
		const texts = sceneOf({ shape: [32, 64, 56, 57], cells: [1, 64, 1, 1] }, [0, 0, 0, 0]).labels.map(
			({ text }) => text,
		);
		for (const text of ["B 64", "C 56", "D 57", "A 0", "A 31"]) assert.ok(texts.includes(text), text);
	});

	it("marks a break wherever drawn indices are no neighbours", () => {
		const { breaks, shown } = sceneOf({ shape: [1, 64, 4, 4], cells: [1, 64, 1, 1] }, [0, 0, 0, 0]);
		assert.deepEqual(shown[1], [0, 1, 2, 3, 4, 63]);
		assert.equal(breaks.length, 1);
	});

	it("has strong lines exactly between different sets", () => {
		const { faces } = sceneOf({ shape: [4, 4], cells: [2, 1] }, [0, 0]);
		for (const {
			element: [row = 0, column = 0],
			borders,
		} of faces) {
			assert.deepEqual(borders, [row % 2 === 0, column === 3, row % 2 === 1, column === 0]);
		}
	});

	it("has nothing to draw for an empty tensor, and one cell for a scalar", () => {
		assert.equal(sceneOf({ shape: [0, 3], cells: [0, 1] }, [0, 0]).faces.length, 0);
		assert.equal(sceneOf({ shape: [], cells: [] }, []).faces.length, 1);
	});

	for (const id of Object.keys(NORMALIZATIONS) as NormId[]) {
		it(`lights up the share of a small tensor that one set of ${id} has`, () => {
			const shape = [2, 4, 3, 3];
			const norm = { id, options: normOptions(shape, { axis: 1, groups: 2, cells: [1, 2, 3, 1] }) };
			const layout = layoutOf(norm, shape);
			const { faces } = sceneOf(layout, [1, 2, 1, 1]);
			const lit = new Set(faces.filter((face) => face.lit).map(({ element }) => element.join()));
			// Lit cells hide in their own set only: with a cube this small that is at most its core.
			assert.ok(lit.size > 0 && lit.size <= sizeOf(shape) / sizeOf(layout.cells));
		});
	}
});

describe("the axes of the picture", () => {
	it("has room for each axis once, and for six of them at most", () => {
		for (let rank = 0; rank <= 9; rank++) {
			for (let channel = 0; channel < Math.max(1, rank); channel++) {
				const placed = placedAxes(placeAxes(rank, channel));
				assert.equal(new Set(placed).size, placed.length);
				assert.equal(placed.length, Math.min(rank, 6));
			}
		}
	});

	it("turns channels to pages in either order of a four-axis tensor", () => {
		assert.deepEqual(placeAxes(4, 1), { books: 0, pages: 1, lines: 2, characters: 3 });
		assert.deepEqual(placeAxes(4, 3), { books: 0, pages: 3, lines: 1, characters: 2 });
	});

	it("shows the border between groups of a long axis", () => {
		assert.deepEqual(shownIndices({ shape: [64], cells: [8] }, 0, 0, 6), [0, 1, 2, 7, 8, 63]);
		assert.deepEqual(shownIndices({ shape: [64], cells: [8] }, 0, 63, 6), [0, 1, 55, 56, 62, 63]);
	});
});
