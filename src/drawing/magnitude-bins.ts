import type { Distribution } from "../core/distribution";
import { formatNumber } from "../core/format";
import { MAGNITUDE_BINS, MAGNITUDES_A_SIDE } from "../core/magnitudes";
import { type Bins, rangeInWords } from "./histogram-bins";

/** Room of zero's bin on the axis, in bins: its bar is in the middle, apart from both sides. */
const ZERO_ROOM = 3;

/** Pixels that a name on the axis takes. */
const LABEL_ROOM = 48;

/**
 * Bins between powers of two, those of negative values on the left, zero's between both sides. The end next to zero belongs
 * to a bin.
 */
export function magnitudeBins({ magnitudes, min, max }: Distribution, cell: number): Bins {
	const { zeroBelow } = magnitudes;
	const [octaves, exponent] = [magnitudes.octaves[cell] as number, magnitudes.exponent[cell] as number];
	const all = magnitudes.counts.subarray(cell * MAGNITUDE_BINS, (cell + 1) * MAGNITUDE_BINS);
	const steps = stepsInUse(all);
	const left = (min[cell] as number) < 0 ? steps : 0;
	const right = (max[cell] as number) > 0 ? steps : 0;
	const counts = all.subarray(MAGNITUDES_A_SIDE - left, MAGNITUDES_A_SIDE + right + 1);
	const room = left + ZERO_ROOM + right;
	const zeroPlace = (left + ZERO_ROOM / 2) / room;
	// Powers of two past both ends of float64 are 0 and Infinity.
	const edge = (step: number) =>
		Math.min(Number.MAX_VALUE, Math.max(Number.MIN_VALUE, 2 ** (exponent + step * octaves)));
	const placeOf = (value: number) => {
		const magnitude = Math.abs(value);
		if (magnitude < Math.max(zeroBelow, edge(0))) return zeroPlace;
		const step = (Math.log2(magnitude) - exponent) / octaves;
		return (value < 0 ? left - step : left + ZERO_ROOM + step) / room;
	};
	const boundsOf = (bin: number): readonly [number, number] => {
		const step = bin - left;
		if (step === 0) return [0 - zeroBelow, zeroBelow];
		return step < 0 ? [-edge(-step), -edge(-step - 1)] : [edge(step - 1), edge(step)];
	};
	const factor = octaves > 10 ? `2^${octaves}` : String(2 ** octaves);
	const nearZero = zeroBelow === 0 ? "" : `, with what is nearer to 0 than ${formatNumber(zeroBelow, 3)}`;
	return {
		counts,
		boundsOf,
		nameOf: (bin) => (bin === left ? `0${nearZero}` : rangeInWords(boundsOf(bin))),
		rule: `Each bin is from a power of two to ${factor} times it; ${left > 0 && right > 0 ? "negative values on the left, zeros in the middle" : "zeros apart"}${nearZero}.`,
		spanOf(bin) {
			const before = bin < left ? 0 : bin === left ? (ZERO_ROOM - 1) / 2 : ZERO_ROOM - 1;
			return [(bin + before) / room, (bin + before + 1) / room];
		},
		binAt(share) {
			const at = Math.floor(share * room);
			const bin = at < left ? at : Math.max(left, at - ZERO_ROOM + 1);
			return Math.max(0, Math.min(counts.length - 1, bin));
		},
		placeOf,
		stretches: [
			...(left > 0 ? [[0, left / room] as const] : []),
			[(left + 1) / room, (left + ZERO_ROOM - 1) / room],
			...(right > 0 ? [[(left + ZERO_ROOM) / room, 1] as const] : []),
		],
		labels(width) {
			const edges = Array.from({ length: steps === 0 ? 0 : steps + 1 }, (_, step) => edge(step));
			const named = width / room >= LABEL_ROOM ? edges : powersOfTen(edges, width / room / octaves);
			const signed = [...(left > 0 ? named.map((tick) => -tick) : []), ...(right > 0 ? named : [])];
			return [
				{ position: zeroPlace, text: "0" },
				...signed
					.map((tick) => ({ position: placeOf(tick), text: shortly(tick) }))
					.filter(({ position }) => Math.abs(position - zeroPlace) * width >= LABEL_ROOM / 2 + 6),
			];
		},
	};
}

/** A number in few characters: "0.25", "1e5", "-9.77e-4". */
function shortly(value: number): string {
	const magnitude = Math.abs(value);
	if (magnitude >= 0.001 && magnitude < 10_000) return formatNumber(value, 3);
	return Number(value.toPrecision(3)).toExponential().replace("+", "");
}

/** Bins up to the last one on either side that counts something. */
function stepsInUse(counts: Float64Array): number {
	for (let steps = MAGNITUDES_A_SIDE; steps > 0; steps--) {
		if (counts[MAGNITUDES_A_SIDE - steps] !== 0 || counts[MAGNITUDES_A_SIDE + steps] !== 0) return steps;
	}
	return 0;
}

/** Powers of ten between the first and the last edge, as many as there is room for. */
function powersOfTen(edges: readonly number[], pixelsPerOctave: number): number[] {
	const [first = 1, last = 0] = [edges[0], edges.at(-1)];
	const decade = Math.log2(10) * pixelsPerOctave;
	const every = [1, 2, 5, 10, 20, 50, 100, 200].find((decades) => decades * decade >= LABEL_ROOM) ?? 500;
	const powers: number[] = [];
	const from = Math.ceil(Math.log10(first) / every) * every;
	for (let power = from; 10 ** power <= last; power += every) powers.push(Number(`1e${power}`));
	return powers;
}
