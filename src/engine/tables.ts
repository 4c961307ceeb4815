/** Offsets of `count` indices from `first` on, `step` apart. */
export function indexTable(first: number, count: number, step: number): Int32Array {
	const out = new Int32Array(count);
	for (let i = 0; i < count; i++) out[i] = (first + i) * step;
	return out;
}

/** Offsets of all combinations of indices of some axes, in the order of the axes, the last fastest. */
export function compose(axes: readonly Int32Array[]): Int32Array {
	const count = axes.reduce((product, { length }) => product * length, 1);
	const out = new Int32Array(count);
	if (count === 0) return out;
	let filled = 1;
	for (const axis of [...axes].reverse()) {
		for (let i = axis.length - 1; i >= 0; i--) {
			const offset = axis[i] as number;
			for (let k = 0; k < filled; k++) out[i * filled + k] = (out[k] as number) + offset;
		}
		filled *= axis.length;
	}
	return out;
}

/** Elements whose offsets are tabled at once; more are combined from an outer and an inner table. */
const INNER = 4096;

/** How many of the axes (slowest first) are left to the outer table, so that the inner one stays small. */
export function outerAxes(lengths: readonly number[]): number {
	let axis = lengths.length;
	let inner = 1;
	while (axis > 0 && (inner === 1 || inner * (lengths[axis - 1] as number) <= INNER)) {
		inner *= lengths[axis - 1] as number;
		axis--;
	}
	return axis;
}
