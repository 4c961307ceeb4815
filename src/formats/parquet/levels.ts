/**
 * Reads the levels of a page one by one: runs of one level, and groups of eight packed in bits. Throws RangeError where
 * they end too early or lead above `most`.
 */
export function levelReader(bytes: Uint8Array, most: number): () => number {
	if (most === 0) return () => 0;
	const width = 32 - Math.clz32(most);
	const mask = 2 ** width - 1;
	let at = 0;
	let left = 0;
	/** The level of a run, or undefined in a packed group, whose next bit is `bit`. */
	let level: number | undefined;
	let bit = 0;

	const byte = (): number => {
		if (at >= bytes.length) throw new RangeError("the levels of a page end too early");
		return bytes[at++] as number;
	};
	const startRun = () => {
		let header = 0;
		for (let factor = 1, more = true; more; factor *= 128) {
			const next = byte();
			header += (next & 127) * factor;
			more = next > 127 && factor < 2 ** 42;
		}
		const isPacked = header % 2 === 1;
		const count = Math.floor(header / 2);
		left = isPacked ? 8 * count : count;
		level = isPacked ? undefined : byte();
		bit = 8 * at;
		if (isPacked) at += count * width;
	};
	const unpack = (): number => {
		const place = Math.floor(bit / 8);
		if (place >= bytes.length) throw new RangeError("the levels of a page end too early");
		const pair = (bytes[place] as number) | ((bytes[place + 1] ?? 0) << 8);
		const value = (pair >> (bit % 8)) & mask;
		bit += width;
		return value;
	};

	return () => {
		while (left === 0) startRun();
		left--;
		const next = level ?? unpack();
		if (next > most) throw new RangeError(`a page has the level ${next} where ${most} is the highest`);
		return next;
	};
}
