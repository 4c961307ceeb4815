/** Bins of either side of zero that a histogram by magnitude has at most. */
export const MAGNITUDES_A_SIDE = 32;

/** Bins of a histogram by magnitude: those of both sides, and zero's between them. */
export const MAGNITUDE_BINS = 2 * MAGNITUDES_A_SIDE + 1;

/**
 * Finite elements of every cell by magnitude, in bins between powers of two, which are the same on both sides of zero. As the
 * buckets of a sketch do not cross a power of two, the counts are exact; 64-bit integers past 2^53 are taken as the nearest float64.
 */
export interface Magnitudes {
	/**
	 * `MAGNITUDE_BINS` counts a cell, ascending as the values do: negative elements, those of the largest magnitudes first,
	 * zeros, positive elements. Bin k from zero on either side is of 2^(exponent + k · octaves) ≤ |x| < 2^(exponent + (k + 1) · octaves).
	 */
	readonly counts: Float64Array;
	/** Octaves, from a power of two to its double, in a bin of each cell: as few as cover all of its magnitudes; 1 where there are none. */
	readonly octaves: Float64Array;
	/** The power that the bins of each cell begin with: a multiple of `octaves`, so that 1 is between two bins. */
	readonly exponent: Float64Array;
	/** What is nearer to 0 than this may be counted as zero; 0 where only zeros are. */
	readonly zeroBelow: number;
}

/** Takes values of one cell after the other, with how many there are, and bins them. */
export interface MagnitudeCounter {
	readonly add: (value: number, count: number) => void;
	/** Bins what was added since the last cell was ended. */
	readonly endCell: (cell: number) => void;
	readonly found: (zeroBelow: number) => Magnitudes;
}

/** Octaves of float64 from its smallest number, 2^-1074, to its largest ones, 2^1023 and more. */
const [LEAST, GREATEST] = [-1074, 1023] as const;

/** Counts magnitudes of so many cells. */
export function countMagnitudes(cells: number): MagnitudeCounter {
	const counts = new Float64Array(cells * MAGNITUDE_BINS);
	const octaves = new Float64Array(cells).fill(1);
	const exponent = new Float64Array(cells);
	const [negative, positive] = [0, 1].map(() => new Float64Array(GREATEST - LEAST + 1)) as [Float64Array, Float64Array];
	let zeros = 0;
	let [lowest, highest] = [Infinity, -Infinity];
	return {
		add(value, count) {
			if (value === 0) {
				zeros += count;
				return;
			}
			const octave = octaveOf(Math.abs(value));
			lowest = Math.min(lowest, octave);
			highest = Math.max(highest, octave);
			const side = value < 0 ? negative : positive;
			side[octave - LEAST] = (side[octave - LEAST] as number) + count;
		},
		endCell(cell) {
			const zero = cell * MAGNITUDE_BINS + MAGNITUDES_A_SIDE;
			counts[zero] = zeros;
			if (lowest <= highest) {
				const wide = octavesFor(lowest, highest);
				const first = Math.floor(lowest / wide);
				octaves[cell] = wide;
				exponent[cell] = first * wide;
				for (let octave = lowest; octave <= highest; octave++) {
					const step = 1 + Math.floor(octave / wide) - first;
					counts[zero - step] = (counts[zero - step] as number) + (negative[octave - LEAST] as number);
					counts[zero + step] = (counts[zero + step] as number) + (positive[octave - LEAST] as number);
				}
				for (const side of [negative, positive]) side.fill(0, lowest - LEAST, highest - LEAST + 1);
			}
			zeros = 0;
			[lowest, highest] = [Infinity, -Infinity];
		},
		found: (zeroBelow) => ({ counts, octaves, exponent, zeroBelow }),
	};
}

/** The fewest octaves a bin that make enough bins, where bins begin at multiples of them. */
function octavesFor(lowest: number, highest: number): number {
	let wide = Math.ceil((highest - lowest + 1) / MAGNITUDES_A_SIDE);
	while (Math.floor(highest / wide) - Math.floor(lowest / wide) >= MAGNITUDES_A_SIDE) wide++;
	return wide;
}

const number = new DataView(new ArrayBuffer(8));

/** The power of two that a positive number is at least, and less than twice of. */
function octaveOf(magnitude: number): number {
	// Subnormal numbers have no exponent of their own.
	if (magnitude < 2 ** -1022) return octaveOf(magnitude * 2 ** 64) - 64;
	number.setFloat64(0, magnitude);
	return (number.getUint16(0) >> 4) - 1023;
}
