// What a kernel leaves for each run or column, in f64: mean, rest of the mean, deviation, least, greatest, zeros, trouble.

/** Magnitudes from here on, or below its inverse, are left to the exact reference: their squares leave float64's range. */
const SAFE: f64 = 3.1217485503159922e144; // 2^480
const TINY: f64 = 3.872591914849318e-121; // 2^-400

/**
 * Turns sums about a pivot (deviations at out + 8, squares given) into mean, rest and deviation. Answers false where
 * the pivot was so far off that the squares cancel: the mean, as found, is then the pivot to try again with.
 */
export function finish(out: usize, count: i32, pivot: f64, squares: f64, last: bool = false): bool {
	const sum = load<f64>(out, 8);
	const least = load<f64>(out, 24);
	const greatest = load<f64>(out, 32);
	const largest = max(-least, greatest);
	const trouble = !(squares < Infinity) || !(largest < SAFE) || (largest < TINY && largest != 0);
	store<f64>(out, <f64>i32(trouble), 48);
	if (trouble) return true;
	const n = <f64>count;
	const shift = sum / n;
	const mean = pivot + shift;
	// Knuth's two-sum: what rounding took from the mean.
	const part = mean - pivot;
	store<f64>(out, mean);
	const central = squares - sum * shift;
	if (least == greatest) {
		store<f64>(out, least);
		store<f64>(out, 0, 8);
		store<f64>(out, 0, 16);
		return true;
	}
	if (!last && central * 16 < squares) return false;
	store<f64>(out, pivot - (mean - part) + (shift - part), 8);
	store<f64>(out, Math.sqrt(max(0, central) / n), 16);
	return true;
}
