/** The words most like a mistyped one, best first, at most `limit`; none where nothing is alike. */
export function nearest(word: string, words: Iterable<string>, limit = 3): string[] {
	const wanted = word.toLowerCase();
	const allowed = Math.max(2, Math.floor(wanted.length / 4));
	const alike: { word: string; distance: number }[] = [];
	for (const candidate of words) {
		const lower = candidate.toLowerCase();
		const distance =
			wanted.length > 2 && lower.includes(wanted)
				? 0.5
				: editDistance(wanted, lower, Math.min(allowed, wanted.length - 1));
		if (distance <= allowed && candidate !== word) alike.push({ word: candidate, distance });
	}
	return alike
		.sort((a, b) => a.distance - b.distance)
		.slice(0, limit)
		.map((found) => found.word);
}

/** " Did you mean a or b?" or nothing, to follow a sentence. */
export function didYouMean(word: string, words: Iterable<string>): string {
	const found = nearest(word, words).map((name) => JSON.stringify(name));
	return found.length === 0 ? "" : ` Did you mean ${found.join(" or ")}?`;
}

/** Single-letter changes from one word to another; Infinity as soon as it is more than `most`. */
function editDistance(a: string, b: string, most: number): number {
	if (Math.abs(a.length - b.length) > most) return Infinity;
	let row = Array.from({ length: b.length + 1 }, (_, j) => j);
	for (let i = 1; i <= a.length; i++) {
		const next = [i];
		for (let j = 1; j <= b.length; j++) {
			const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
			next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
		}
		if (Math.min(...next) > most) return Infinity;
		row = next;
	}
	const distance = row[b.length] as number;
	return distance > most ? Infinity : distance;
}
