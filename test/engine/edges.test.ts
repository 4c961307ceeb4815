import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type Shape, sizeOf } from "../../src/core/layout";
import type { NormOptions } from "../../src/core/norm-options";
import {
	coefficientLayout,
	layoutOf,
	layoutsOf,
	NORMALIZATIONS,
	type Norm,
	type NormId,
	normalization,
	normOptions,
} from "../../src/core/normalizations";
import type { InputRefs } from "../../src/engine/norm-inputs";
import { type Exact, exactly, placesOf } from "../accuracy/decimal";
import { exactOf, inputsOf, normOf } from "../accuracy/definitions";
import { writeInputs } from "../accuracy/measure";
import { at, f64, noise, withEngine, writeTensors } from "./files";

const MAX = Number.MAX_VALUE;

/** Finite values that are hard on a normalization, by their place. */
const DATA: Readonly<Record<string, (flat: number) => number>> = {
	zeros: () => 0,
	"minus zeros": () => -0,
	"a constant": () => 3.25,
	"a constant that is no short binary number": () => 0.1,
	"a large constant": () => 1e300,
	"the largest number": () => MAX,
	"the largest numbers of both signs": (flat) => (flat % 2 === 0 ? MAX : -MAX),
	"numbers up to 2e300": (flat) => 1e300 * (1 + Math.sin(flat)),
	"numbers up to 1e-300": (flat) => 1e-300 * Math.sin(flat + 1),
	"numbers up to 1e-309": (flat) => 1e-309 * Math.sin(flat + 1),
	"the smallest numbers": (flat) => 5e-324 * (flat % 3),
	"one smallest number among zeros": (flat) => (flat === 5 ? 5e-324 : 0),
	"numbers of all sizes": (flat) => (flat % 2 === 0 ? 1 : -1) * 10 ** (((flat * 37) % 600) - 300),
	"one huge number among small ones": (flat) => (flat === 3 ? 1e308 : 1e-3 * Math.cos(flat)),
	"neighbours around 1e16": (flat) => 1e16 + 2 * (flat % 5),
};

/** Data whose exact results are compared, too. */
const ENDS = /largest numbers of both signs|up to 1e-3/;

/** Several values in a set, one of each channel, one of all, and ranks from 1 to 5. */
const SHAPES: readonly Shape[] = [
	[2, 4, 3, 2],
	[2, 4, 1, 1],
	[1, 1, 1, 1],
	[3, 4],
	[4, 4, 5],
	[2, 4, 2, 1, 2],
	[6],
	[1],
];

/** All choices of an entry's options that make a layout on a shape. */
function normsOf(id: NormId, shape: Shape): Norm[] {
	const choices: Record<string, readonly Partial<NormOptions>[]> = {
		axis: shape.map((_, axis) => ({ axis })),
		groups: [1, 2, 4].map((groups) => ({ groups })),
		cells: [shape.map(() => 1), shape, shape.map((size, axis) => (axis === 0 ? 1 : size))].map((cells) => ({ cells })),
		eps: (shape === SHAPES[0] ? [0, 1e-5, 1e300] : [0]).map((eps) => ({ eps })),
		epsPlace: (["inside", "outside", "max"] as const).map((epsPlace) => ({ epsPlace })),
		ddof: ([0, 1] as const).map((ddof) => ({ ddof })),
		p: (["1", "2", "max"] as const).map((p) => ({ p })),
		size: [1, 2, 5].map((size) => ({ size })),
		evenWindow: (["before", "after"] as const).map((evenWindow) => ({ evenWindow })),
	};
	// Whatever chooses sets; on the first shape with every eps, and every other option with every eps too, but one at a time.
	const { uses } = normalization(id);
	const choicesOf = (use: string) => choices[use] ?? [{}];
	const crossed = (lists: readonly (readonly Partial<NormOptions>[])[]) =>
		lists.reduce<readonly Partial<NormOptions>[]>(
			(made, list) => made.flatMap((one) => list.map((other) => ({ ...one, ...other }))),
			[{}],
		);
	const layouts = uses.filter((use) => ["axis", "groups", "cells", "eps"].includes(use)).map(choicesOf);
	const others = shape === SHAPES[0] ? uses.filter((use) => !["axis", "groups", "cells", "eps"].includes(use)) : [];
	const all = [
		...crossed(layouts),
		...others.flatMap((use) => crossed([choicesOf(use), uses.includes("eps") ? choicesOf("eps") : [{}]])),
	];
	return all
		.map((options) => ({ id, options: normOptions(shape, options, id) }))
		.filter((norm) => {
			try {
				layoutOf(norm, shape);
				return true;
			} catch {
				return false;
			}
		});
}

describe("every normalization, with all choices of its options", function () {
	this.timeout(300_000);
	const { engine, file } = withEngine(1);

	interface Question {
		readonly norm: Norm;
		readonly values: ArrayLike<number>;
	}

	/** What the engine makes of tensors of one shape, each with its norm. */
	const resultsOf = async (shape: Shape, asked: readonly Question[]): Promise<Float64Array[]> => {
		const name = (k: number) => `tensor ${k}`;
		const tensors = asked.map(({ values }, k) => f64(name(k), shape, Array.from(values)));
		const input = writeTensors(file("edges.safetensors"), tensors);
		const output = file("edges-out.safetensors");
		const inputs = new Map<string, InputRefs>();
		const inputsFor = (norm: Norm) => {
			const key = `${norm.id}-${norm.options.axis}`;
			const refs = inputs.get(key) ?? writeInputs(file(`edges-${key}.safetensors`), inputsOf(norm, shape));
			inputs.set(key, refs);
			return refs;
		};
		const parts = asked.map(({ norm }, k) => ({ tensor: name(k), norm, ...inputsFor(norm) }));
		await engine().normalizeAll({ file: at(input).file, tensors: parts, output, overwrite: true });
		// Dense and in the order asked for.
		const { buffer, byteOffset } = readFileSync(output);
		const start = byteOffset + 8 + Number(new DataView(buffer).getBigUint64(byteOffset, true));
		const count = sizeOf(shape);
		const bytes = (k: number) => buffer.slice(start + 8 * count * k, start + 8 * count * (k + 1));
		return asked.map((_, k) => new Float64Array(bytes(k)));
	};

	const dataOf = (shape: Shape) =>
		Object.entries(DATA).map(([what, valueAt]) => ({
			what,
			values: Array.from({ length: sizeOf(shape) }, (_, flat) => valueAt(flat)),
		}));

	for (const id of Object.keys(NORMALIZATIONS) as NormId[]) {
		it(`${id} is exact to rounding at both ends of float64`, async () => {
			const shape = SHAPES[0] as Shape;
			const asked = dataOf(shape)
				.filter(({ what }) => ENDS.test(what))
				.flatMap((data) =>
					[0, 1e-5].map((eps) => ({ ...data, norm: { id, options: { ...normOf(id, shape).options, eps } } })),
				);
			assert.equal(asked.length, 6);
			const found = await resultsOf(shape, asked);
			asked.forEach(({ norm, values, what }, k) => {
				const exact = exactOf(norm, shape, values.map(exactly), inputsOf(norm, shape));
				const largest = Math.max(1e-300, ...exact.map((value) => value.abs().toNumber()));
				const allowed = 1e-13 * Math.min(MAX, largest);
				exact.forEach((precise, i) => {
					const result = found[k]?.[i] as number;
					// Past the type's range there is only infinity.
					const isPast = precise.abs().gt(exactly(MAX)) && Math.abs(result) === Infinity;
					const wanted = isPast ? exactly(Math.sign(result)).times(precise.abs()) : precise;
					if (isPast && wanted.eq(precise)) return;
					const told = `${what}, eps ${norm.options.eps}, ${i}: ${result}, and ${wanted.toNumber()} is exact`;
					assert.ok(exactly(result).minus(wanted).abs().toNumber() <= allowed, told);
				});
			});
		});

		it(`${id} makes finite numbers of finite numbers`, async () => {
			let compared = 0;
			const all = SHAPES.flatMap((shape) => normsOf(id, shape).map((norm) => ({ shape, norm })));
			for (const { shape, norm } of all) {
				const asked = dataOf(shape).map((data) => ({ ...data, norm }));
				const found = await resultsOf(shape, asked);
				asked.forEach(({ values, what }, k) => {
					const results = found[k] as Float64Array;
					const bad = results.findIndex((value) => !Number.isFinite(value));
					if (bad < 0) return;
					// An infinity is right where the exact result is past the largest number.
					const exact = exactOf(norm, shape, values.map(exactly), inputsOf(norm, shape));
					const wrong = results.findIndex(
						(value, i) =>
							Number.isNaN(value) || (!Number.isFinite(value) && (exact[i] as Exact).abs().lt(exactly(MAX))),
					);
					const told = `${what}, [${shape}], ${JSON.stringify(norm.options)}: ${results[wrong]} of ${values[wrong]} at ${wrong}`;
					assert.equal(wrong, -1, told);
				});
				compared += asked.length;
			}
			assert.ok(compared > 100, `${compared} were compared`);
		});

		it(`${id} keeps NaN and infinities to their places, and to their sets where these propagate`, async () => {
			const shape = SHAPES[0] as Shape;
			const { spectral, window, uses } = normalization(id);
			if (spectral || window) return;
			const asked = normsOf(id, shape).flatMap((norm) => {
				const values = noise(sizeOf(shape));
				const place = placesOf(coefficientLayout(norm, shape)).at(-1)?.slice(0, 3) ?? [];
				for (const [k, at] of place.entries()) values[at] = [NaN, Infinity, -Infinity][k % 3] as number;
				const isSpoiled = (set: readonly number[]) => set.some((at) => !Number.isFinite(values[at]));
				const spoiled = layoutsOf(norm, shape).flatMap((layout) => placesOf(layout).filter(isSpoiled).flat());
				const propagating: Norm = { id, options: { ...norm.options, nonFinite: "propagate" } };
				return [norm, ...(uses.includes("nonFinite") ? [propagating] : [])].map((each) => ({
					norm: each,
					values,
					spoiled,
				}));
			});
			const found = await resultsOf(shape, asked);
			// Tanh has a limit, and tau is one: infinities become numbers.
			const bounded = id === "dynamicTanh" || id === "filterResponseNorm";
			asked.forEach(({ norm, values, spoiled }, k) => {
				const apart = norm.options.nonFinite === "apart";
				values.forEach((value, i) => {
					const result = found[k]?.[i] as number;
					const told = `${JSON.stringify(norm.options)}, ${i}: ${result} of ${value}`;
					if (!apart) assert.equal(Number.isNaN(result), spoiled.includes(i), told);
					else if (!bounded || Number.isNaN(value) || Number.isFinite(value))
						assert.equal(Number.isFinite(result), Number.isFinite(value), told);
				});
			});
		});
	}
});
