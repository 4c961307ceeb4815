/** Sums of products of two vectors and of their difference, scaled by powers of two so that squares neither overflow nor vanish. */
export interface Dot {
	/** Values are divided by these before they are squared. */
	scaleA: number;
	scaleB: number;
	scaleD: number;
	aa: number;
	bb: number;
	ab: number;
	dd: number;
	count: number;
}

/** The sums of nothing. */
export function emptyDot(): Dot {
	return { scaleA: 0, scaleB: 0, scaleD: 0, aa: 0, bb: 0, ab: 0, dd: 0, count: 0 };
}

/** The power of two at or above a positive number, within what has an inverse. */
function powerAbove(value: number): number {
	return 2 ** Math.min(1022, Math.max(-1022, Math.ceil(Math.log2(value))));
}

/** Adds a pair of finite numbers and their difference. */
export function addPair(into: Dot, a: number, b: number, difference: number): void {
	if (Math.abs(a) > into.scaleA) rescaleA(into, powerAbove(Math.abs(a)));
	if (Math.abs(b) > into.scaleB) rescaleB(into, powerAbove(Math.abs(b)));
	if (difference > into.scaleD) rescaleD(into, powerAbove(Math.min(difference, Number.MAX_VALUE)));
	const x = into.scaleA === 0 ? 0 : a / into.scaleA;
	const y = into.scaleB === 0 ? 0 : b / into.scaleB;
	const d = into.scaleD === 0 ? 0 : difference / into.scaleD;
	into.aa += x * x;
	into.bb += y * y;
	into.ab += x * y;
	into.dd += d * d;
	into.count++;
}

function rescaleA(into: Dot, scale: number): void {
	const ratio = into.scaleA / scale;
	into.aa *= ratio * ratio;
	into.ab *= ratio;
	into.scaleA = scale;
}

function rescaleB(into: Dot, scale: number): void {
	const ratio = into.scaleB / scale;
	into.bb *= ratio * ratio;
	into.ab *= ratio;
	into.scaleB = scale;
}

function rescaleD(into: Dot, scale: number): void {
	const ratio = into.scaleD / scale;
	into.dd *= ratio * ratio;
	into.scaleD = scale;
}

/** Adds other sums. */
export function mergeDot(into: Dot, { ...other }: Dot): void {
	if (other.count === 0) return;
	if (other.scaleA > into.scaleA) rescaleA(into, other.scaleA);
	else if (into.scaleA > 0) rescaleA(other, into.scaleA);
	if (other.scaleB > into.scaleB) rescaleB(into, other.scaleB);
	else if (into.scaleB > 0) rescaleB(other, into.scaleB);
	if (other.scaleD > into.scaleD) rescaleD(into, other.scaleD);
	else if (into.scaleD > 0) rescaleD(other, into.scaleD);
	for (const field of ["aa", "bb", "ab", "dd", "count"] as const) into[field] += other[field];
}

/** Cosine of the angle between the vectors; NaN where one is zero or there is none. */
export function cosineOf({ aa, bb, ab }: Dot): number {
	const cosine = ab / (Math.sqrt(aa) * Math.sqrt(bb));
	return Math.min(1, Math.max(-1, cosine));
}

/** Root mean square of the differences; NaN where there is no pair. */
export function rmseOf({ dd, scaleD, count }: Dot): number {
	return Math.sqrt(dd / count) * (scaleD || 1);
}
