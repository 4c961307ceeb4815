import type { Box, Shape } from "../core/layout";

/** Boxes of a sample at most: a power of two, and as many as a profile has bins. */
export const SAMPLE_BOXES = 2 ** 11;

/** Bytes of one box of a sample: a page of memory, as less costs the same. */
export const SAMPLE_BOX_BYTES = 2 ** 12;

/** Odd, and one whose powers spread the points of every two axes well (found by trying all of them). */
const GENERATOR = 859;

/**
 * Boxes spread evenly over a tensor, each of the shape `block` that its source reads at once (smaller at the far ends).
 * Their places are a lattice (Korobov 1959): along every axis alone they are strata of equal width, so every index is
 * met where an axis has no more blocks than there are boxes, and every one of as many parts otherwise. In the order
 * given (bits of the number reversed) so is every leading part of them, for a reading that has to stop early.
 */
export function* sampleBoxes(shape: Shape, block: Shape, boxes = SAMPLE_BOXES): Generator<Box> {
	const axes = stratified(shape, block, boxes);
	const given = new Set<string>();
	for (let k = 0; k < boxes; k++) {
		const number = reversedBits(k, boxes);
		const origin = shape.map(() => 0);
		for (const { axis, size, length, blocks, step } of axes) {
			const stratum = (number * step) % boxes;
			// With strata wider than a block its place in them is left to chance, or it would march in step with the values.
			const at =
				blocks <= boxes
					? Math.floor(((stratum + 0.5) * blocks) / boxes)
					: Math.floor(Math.floor(((stratum + chance(number, axis)) * size) / boxes) / length);
			origin[axis] = at * length;
		}
		const place = origin.join();
		if (given.has(place)) continue;
		given.add(place);
		yield {
			origin,
			shape: shape.map((size, axis) => Math.min(block[axis] as number, size - (origin[axis] as number))),
		};
	}
}

/** The axes that have several blocks, each with how far it moves on from one box to the next, in strata. */
function stratified(shape: Shape, block: Shape, boxes: number) {
	let step = 1;
	const axes = [];
	for (const [axis, size] of shape.entries()) {
		const length = Math.max(1, block[axis] as number);
		const blocks = Math.ceil(size / length);
		if (blocks <= 1) continue;
		axes.push({ axis, size, length, blocks, step });
		step = (step * GENERATOR) % boxes;
	}
	return axes;
}

/** A number below a power of two with its bits in reverse. */
function reversedBits(number: number, power: number): number {
	let reversed = 0;
	for (let bit = 1; bit < power; bit *= 2) reversed = 2 * reversed + (Math.floor(number / bit) % 2);
	return reversed;
}

/** A number from 0 up to 1 that looks random, the same in every run (a step of splitmix32). */
function chance(number: number, axis: number): number {
	let state = Math.imul(number + 1, 0x9e3779b9) ^ Math.imul(axis + 1, 0x85ebca6b);
	state = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
	state = Math.imul(state ^ (state >>> 15), 0x735a2d97);
	return ((state ^ (state >>> 15)) >>> 0) / 2 ** 32;
}
