import { Decimal } from "decimal.js";
import { unravel } from "../../src/core/inspection";
import { cellOfIndex, denseStrides, type Layout, sizeOf } from "../../src/core/layout";

/** Decimals of 60 digits: more than 196 bits. */
export const Exact = Decimal.clone({ precision: 60, minE: -9e15, maxE: 9e15 });
export type Exact = Decimal;

const view = new DataView(new ArrayBuffer(8));
const powers = new Map<number, Exact>();

/** A float64 to 60 digits, from its bits; a Decimal of the number itself would be of its shortest name. */
export function exactly(value: number): Exact {
	view.setFloat64(0, value);
	const bits = view.getBigUint64(0);
	const exponent = Number((bits >> 52n) & 0x7ffn);
	const fraction = Number(bits & ((1n << 52n) - 1n));
	const whole = new Exact(exponent === 0 ? fraction : fraction + 2 ** 52);
	const power = Math.max(1, exponent) - 1075;
	const scale = powers.get(power) ?? new Exact(2).pow(power);
	powers.set(power, scale);
	return (value < 0 ? whole.neg() : whole).times(scale);
}

/** The sum of numbers. */
export function sum(values: readonly Exact[]): Exact {
	return values.reduce((total, value) => total.plus(value), new Exact(0));
}

/** Their mean. */
export function mean(values: readonly Exact[]): Exact {
	return sum(values).div(values.length);
}

/** Their variance, divided by their number. */
export function variance(values: readonly Exact[]): Exact {
	const centre = mean(values);
	return mean(values.map((value) => value.minus(centre).pow(2)));
}

/** The places of the elements of every set of a layout, in C order. */
export function placesOf({ shape, cells }: Layout): readonly (readonly number[])[] {
	const steps = denseStrides(cells);
	const sets = Array.from({ length: sizeOf(cells) }, (): number[] => []);
	for (let flat = 0; flat < sizeOf(shape); flat++) {
		const set = unravel(flat, shape).reduce(
			(at, i, a) => at + cellOfIndex(i, shape[a] as number, cells[a] as number) * (steps[a] as number),
			0,
		);
		sets[set]?.push(flat);
	}
	return sets;
}

/** Does something to every set of values that a layout makes. */
export function bySets(
	values: readonly Exact[],
	layout: Layout,
	change: (set: readonly Exact[]) => readonly Exact[],
): readonly Exact[] {
	const out: Exact[] = Array.from(values);
	for (const places of placesOf(layout)) {
		change(places.map((place) => values[place] as Exact)).forEach((value, k) => {
			out[places[k] as number] = value;
		});
	}
	return out;
}

const FRACTION_BITS = { f64: 52, f32: 23 } as const;
const LEAST_EXPONENT = { f64: -1022, f32: -126 } as const;

/** How far a result is from the exact one, in units in the last place of the exact one in the dtype. */
export function ulps(found: number, exact: Exact, dtype: "f64" | "f32"): number {
	if (!Number.isFinite(found)) return Infinity;
	const size = exact.abs().toNumber();
	const exponent = size === 0 ? -Infinity : Math.floor(Math.log2(size));
	const unit = new Exact(2).pow(Math.max(exponent, LEAST_EXPONENT[dtype]) - FRACTION_BITS[dtype]);
	return exactly(found).minus(exact).abs().div(unit).toNumber();
}
