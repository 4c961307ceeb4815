/**
 * @typedef {import("./contenders.mjs").ContenderId} ContenderId
 *
 * @typedef {object} Times Of one contender in one row, in milliseconds.
 * @property {number} median
 * @property {number} iqr Between the quartiles.
 * @property {number} runs
 *
 * @typedef {object} Measured
 * @property {import("./rows.mjs").Row} row
 * @property {number} bytes Size of the row's file.
 * @property {Times} ours
 * @property {number} [room] Threads whose work the machine did at once before and after the row, the lower of both.
 * @property {number | undefined} peakMb Largest resident memory of the engine's process; unknown on some systems.
 * @property {readonly { readonly id: ContenderId, readonly times?: Times, readonly skipped?: string }[]} theirs
 *
 * @typedef {object} Contender
 * @property {ContenderId | "ours"} id
 * @property {() => Promise<number>} run Answers with its milliseconds.
 */

/**
 * The number below which a fraction of the values lies, between neighbours by a straight line.
 * @param {readonly number[]} sorted
 * @param {number} fraction
 */
function quantile(sorted, fraction) {
	const place = (sorted.length - 1) * fraction;
	const below = sorted[Math.floor(place)] ?? NaN;
	const above = sorted[Math.ceil(place)] ?? NaN;
	return below + (above - below) * (place - Math.floor(place));
}

/**
 * @param {readonly number[]} times
 * @returns {Times}
 */
export function summarize(times) {
	const sorted = times.toSorted((a, b) => a - b);
	const iqr = quantile(sorted, 0.75) - quantile(sorted, 0.25);
	return { median: quantile(sorted, 0.5), iqr, runs: times.length };
}

/**
 * Runs all contenders once after another, many times, each time in another order: what disturbs the machine disturbs
 * all of them. They were warmed up before.
 * @param {readonly Contender[]} contenders
 * @param {number} runs
 * @returns {Promise<Map<Contender["id"], Times>>}
 */
export async function interleave(contenders, runs) {
	/** @type {Map<Contender["id"], number[]>} */
	const times = new Map(contenders.map(({ id }) => [id, []]));
	for (let run = 0; run < runs; run++) {
		const first = run % contenders.length;
		for (const { id, run: once } of [...contenders.slice(first), ...contenders.slice(0, first)]) {
			times.get(id)?.push(await once());
		}
	}
	return new Map([...times].map(([id, all]) => [id, summarize(all)]));
}
