// Merges what was found of runs or columns into the statistics of their cells (Chan, Golub & LeVeque 1979).

/** Deviations and differences between these can be squared within float64's range. */
const SAFE: f64 = 3.1217485503159922e144; // 2^480
const SMALL: f64 = 3.2033329522929615e-145; // 2^-480

/**
 * Merges results of `runs` runs, RESULT_BYTES each. Run k is of `count` values, or of those that the table says where that
 * is 0, and belongs to cell `cells[k]` of `total`. The cells' statistics lie field by field at `sums`: count, mean, rest,
 * std, min, max, zeros. What cannot be merged here is listed in `flagged`: 2·k where nothing of run k was merged, 2·k + 1
 * where only its zeros were not; these are merged only of cells that have some, and only if `ascending`. Answers how many.
 */
export function mergeRuns(
	results: usize,
	table: usize,
	count: i32,
	cells: usize,
	runs: i32,
	sums: usize,
	total: i32,
	ascending: bool,
	flagged: usize,
): i32 {
	const field = (<usize>total) << 3;
	let flags = 0;
	for (let k = 0; k < runs; k++, results += 64, table += 8, cells += 4) {
		const at = sums + ((<usize>load<i32>(cells)) << 3);
		if (load<f64>(results, 48) != 0) {
			store<i32>(flagged + ((<usize>flags) << 2), k << 1);
			flags++;
			continue;
		}
		const n = <f64>(count == 0 ? <i32>load<u32>(table, 4) : count);
		const mean = load<f64>(results);
		const rest = load<f64>(results, 8);
		const std = load<f64>(results, 16);
		const before = load<f64>(at);
		if (before == 0) {
			setMean(at + field, field, mean, rest);
			store<f64>(at + 3 * field, std);
			store<f64>(at, n);
		} else {
			const oldMean = load<f64>(at + field);
			const oldRest = load<f64>(at + 2 * field);
			const oldStd = load<f64>(at + 3 * field);
			const all = before + n;
			const old = before / all;
			const added = n / all;
			const delta = mean - oldMean + (rest - oldRest);
			const largest = max(max(oldStd, std), abs(delta));
			if (!(largest < SAFE) || (largest <= SMALL && largest != 0)) {
				store<i32>(flagged + ((<usize>flags) << 2), k << 1);
				flags++;
				continue;
			}
			store<f64>(
				at + 3 * field,
				Math.sqrt(old * oldStd * oldStd + added * std * std + delta * (delta * (old * added))),
			);
			setMean(at + field, field, oldMean, oldRest + delta * added);
			store<f64>(at, all);
		}
		const least = load<f64>(results, 24);
		const greatest = load<f64>(results, 32);
		if (least < load<f64>(at + 4 * field)) store<f64>(at + 4 * field, least);
		if (greatest > load<f64>(at + 5 * field)) store<f64>(at + 5 * field, greatest);
		const zeros = load<f64>(results, 40);
		if (zeros == 0) continue;
		const known = load<f64>(at + 6 * field);
		if (ascending && known != 0) {
			store<f64>(at + 6 * field, known + zeros);
			continue;
		}
		store<i32>(flagged + ((<usize>flags) << 2), (k << 1) | 1);
		flags++;
	}
	return flags;
}

/** Stores a mean as its rounded value and what the rounding took (Knuth's two-sum). */
function setMean(at: usize, field: usize, mean: f64, rest: f64): void {
	const rounded = mean + rest;
	const part = rounded - mean;
	const lost = mean - (rounded - part) + (rest - part);
	store<f64>(at, rounded);
	store<f64>(at + field, lost - lost == 0 ? lost : 0);
}
