import { averageOver, type Layout, resolveAxis, type Shape, sizeOf } from "../../src/core/layout";
import type { InputId } from "../../src/core/norm-inputs";
import type { NormOptions } from "../../src/core/norm-options";
import { layoutOf, type Norm, type NormId, normOptions } from "../../src/core/normalizations";
import { noise } from "../engine/files";
import { Exact, exactly, mean, placesOf, variance } from "./decimal";

/** Another tensor that takes part. */
export interface GivenInput {
	readonly shape: Shape;
	readonly values: readonly number[];
}

export type GivenInputs = Readonly<Partial<Record<InputId, GivenInput>>>;

/** Everything that a definition is worked out from, element by element in C order. */
interface Data {
	readonly x: readonly Exact[];
	readonly shape: Shape;
	readonly norm: Norm;
	/** Batch and channel axis, and the others. */
	readonly perChannel: Layout;
	readonly perSample: Layout;
	/** An input per channel, at every element; what stands for it where it is not given. */
	channel(id: InputId, otherwise: number): readonly Exact[];
	vector(id: InputId): readonly number[];
}

/** An entry of the catalogue on the data of the page: its options and inputs, and its definition in exact arithmetic. */
export interface Definition {
	options?(shape: Shape): Partial<NormOptions>;
	inputs?(shape: Shape, axis: number): GivenInputs;
	of(data: Data): readonly Exact[];
}

/** A number of each set of a layout, at every element of the set. */
function over(x: readonly Exact[], layout: Layout, number: (set: readonly Exact[]) => Exact): Exact[] {
	const out = Array.from(x);
	for (const places of placesOf(layout)) {
		const found = number(places.map((place) => x[place] as Exact));
		for (const place of places) out[place] = found;
	}
	return out;
}

const square = (set: readonly Exact[]) => mean(set.map((value) => value.pow(2)));
const sumOf = (set: readonly Exact[], term: (value: Exact) => Exact) =>
	set.reduce((total, value) => total.plus(term(value)), new Exact(0));
const eps = ({ norm }: Data) => exactly(norm.options.eps);
const zero = new Exact(0);

/** `top / bottom`, where nothing over nothing is nothing. */
const ratio = (top: Exact, bottom: Exact) => (bottom.isZero() ? zero : top.div(bottom));

/** A divisor from a square, with eps where it is placed. */
function divisor(data: Data, squared: Exact): Exact {
	const { epsPlace } = data.norm.options;
	if (epsPlace === "inside") return squared.plus(eps(data)).sqrt();
	return epsPlace === "outside" ? squared.sqrt().plus(eps(data)) : Exact.max(squared.sqrt(), eps(data));
}

const own = ({ norm, shape }: Data) => layoutOf(norm, shape);

/** Of a set of one value over and over, whose mean 60 digits may miss. */
const isConstant = (set: readonly Exact[]) => set.every((value) => value.eq(set[0] as Exact));
const meanOf = (set: readonly Exact[]) => (isConstant(set) ? (set[0] as Exact) : mean(set));
const varianceOf = (set: readonly Exact[]) => (isConstant(set) ? zero : variance(set));

const standardized: Definition["of"] = (data) => {
	const means = over(data.x, own(data), meanOf);
	const variances = over(data.x, own(data), varianceOf);
	return data.x.map((x, i) => ratio(x.minus(means[i] as Exact), divisor(data, variances[i] as Exact)));
};

const dividedBy =
	(number: (set: readonly Exact[]) => Exact): Definition["of"] =>
	(data) => {
		const squares = over(data.x, own(data), number);
		return data.x.map((x, i) => ratio(x, divisor(data, squares[i] as Exact)));
	};

/** One number for every index of an axis. */
const along = (length: number | undefined, value: (index: number) => number): GivenInput => ({
	shape: [length ?? 1],
	values: Array.from({ length: length ?? 1 }, (_, index) => value(index)),
});

const running = (shape: Shape, axis: number): GivenInputs => ({
	runningMean: along(shape[axis], (c) => 0.25 * c - 0.5),
	runningVar: along(shape[axis], (c) => 0.5 + 0.3 * c),
});

const cells = (shape: Shape) => ({ cells: shape.map((size, axis) => (axis < 2 ? 1 : size)) });
const softmax = (weights: readonly number[]) => {
	const powers = weights.map((weight) => exactly(weight).exp());
	return powers.map((power) => power.div(sumOf(powers, (each) => each)));
};

/** Every entry, as its paper or framework defines it. */
export const DEFINITIONS = {
	batchNorm: { of: standardized },
	batchNormInference: {
		inputs: running,
		of: (data) => {
			const [means, variances] = [data.channel("runningMean", 0), data.channel("runningVar", 1)];
			return data.x.map((x, i) => x.minus(means[i] as Exact).div(divisor(data, variances[i] as Exact)));
		},
	},
	layerNorm: { of: standardized },
	layerNorm2d: { of: standardized },
	instanceNorm: { of: standardized },
	groupNorm: { options: () => ({ groups: 4 }), of: standardized },
	rmsNorm: { of: dividedBy(square) },
	cells: { options: cells, of: standardized },
	ghostBatchNorm: { options: (shape) => ({ groups: shape[0] === 2 ? 2 : 1 }), of: standardized },
	adaIN: {
		inputs: (shape) => ({ style: { shape, values: Array.from(noise(sizeOf(shape), 77), (value) => 3 * value + 1) } }),
		of: (data) => {
			const style = data.vector("style").map(exactly);
			const [means, variances] = [over(style, own(data), meanOf), over(style, own(data), varianceOf)];
			return standardized(data).map((y, i) => y.times(divisor(data, variances[i] as Exact)).plus(means[i] as Exact));
		},
	},
	weightStandardization: { of: standardized },
	meanVarianceNorm: { of: standardized },
	zScore: { options: cells, of: standardized },
	minMax: {
		options: cells,
		of: (data) => {
			const low = over(data.x, own(data), (set) => Exact.min(...set));
			const high = over(data.x, own(data), (set) => Exact.max(...set));
			return data.x.map((x, i) => {
				const range = (high[i] as Exact).minus(low[i] as Exact);
				return ratio(x.minus(low[i] as Exact), divisor(data, range.pow(2)));
			});
		},
	},
	pixelNorm: { of: dividedBy(square) },
	lpNorm: {
		of: (data) => {
			const { p } = data.norm.options;
			return dividedBy((set) =>
				p === "2"
					? sumOf(set, (value) => value.pow(2))
					: (p === "1" ? sumOf(set, (value) => value.abs()) : Exact.max(...set.map((value) => value.abs()))).pow(2),
			)(data);
		},
	},
	filterResponseNorm: {
		inputs: (shape, axis) => ({ tau: along(shape[axis], (c) => 0.1 * c - 0.4) }),
		of: (data) => {
			const tau = data.channel("tau", 0);
			return dividedBy(square)(data).map((y, i) => Exact.max(y, tau[i] as Exact));
		},
	},
	powerNorm: { of: dividedBy(square) },
	weightNorm: { of: dividedBy((set) => sumOf(set, (value) => value.pow(2))) },
	spectralNorm: {
		of: (data) => {
			const sigma = largestSingularValue(data.x, data.shape[0] as number);
			return data.x.map((x) => ratio(x, divisor(data, sigma.pow(2))));
		},
	},
	batchRenorm: {
		inputs: running,
		of: (data) => {
			const { rMax, dMax } = data.norm.options;
			const [means, variances] = [over(data.x, own(data), meanOf), over(data.x, own(data), varianceOf)];
			const [oldMeans, oldVariances] = [data.channel("runningMean", 0), data.channel("runningVar", 1)];
			const clipped = (value: Exact, low: Exact, high: Exact) => Exact.min(high, Exact.max(low, value));
			return standardized(data).map((y, i) => {
				const before = divisor(data, oldVariances[i] as Exact);
				const r = clipped(
					divisor(data, variances[i] as Exact).div(before),
					new Exact(1).div(exactly(rMax)),
					exactly(rMax),
				);
				const d = (means[i] as Exact).minus(oldMeans[i] as Exact).div(before);
				return y.times(r).plus(clipped(d, exactly(-dMax), exactly(dMax)));
			});
		},
	},
	switchableNorm: {
		inputs: () => ({
			meanWeight: { shape: [3], values: [0.5, -1, 2] },
			varWeight: { shape: [3], values: [1, 0.25, -0.5] },
		}),
		of: (data) => {
			const layouts = [own(data), data.perSample, data.perChannel];
			const [means, variances] = [meanOf, varianceOf].map((number) =>
				layouts.map((layout) => over(data.x, layout, number)),
			);
			const mixed = (all: readonly Exact[][] | undefined, weights: readonly Exact[], i: number) =>
				(all ?? []).reduce((total, each, k) => total.plus((each[i] as Exact).times(weights[k] as Exact)), zero);
			const [ofMeans, ofVariances] = [softmax(data.vector("meanWeight")), softmax(data.vector("varWeight"))];
			return data.x.map((x, i) =>
				ratio(x.minus(mixed(means, ofMeans, i)), divisor(data, mixed(variances, ofVariances, i))),
			);
		},
	},
	globalResponseNorm: {
		of: (data) => {
			const lengths = over(data.x, own(data), (set) => sumOf(set, (value) => value.pow(2)).sqrt());
			const averages = over(lengths, data.perSample, mean);
			return data.x.map((x, i) => x.times(ratio(lengths[i] as Exact, (averages[i] as Exact).plus(eps(data)))).plus(x));
		},
	},
	evoNormB0: {
		inputs: (shape, axis) => ({ v: along(shape[axis], (c) => 0.5 + 0.2 * c) }),
		of: (data) => {
			const v = data.channel("v", 1);
			const batch = over(data.x, data.perChannel, varianceOf);
			const instance = over(data.x, own(data), varianceOf);
			return data.x.map((x, i) => {
				const other = (v[i] as Exact).times(x).plus(divisor(data, instance[i] as Exact));
				return ratio(x, Exact.max(divisor(data, batch[i] as Exact), other));
			});
		},
	},
	evoNormS0: {
		options: () => ({ groups: 2 }),
		inputs: (shape, axis) => ({ v: along(shape[axis], (c) => 0.5 + 0.2 * c) }),
		of: (data) => {
			const v = data.channel("v", 1);
			const variances = over(data.x, own(data), varianceOf);
			return data.x.map((x, i) =>
				ratio(x.times(sigmoid((v[i] as Exact).times(x))), divisor(data, variances[i] as Exact)),
			);
		},
	},
	dynamicTanh: {
		of: ({ x, norm }) => x.map((value) => tanh(value.times(exactly(norm.options.alpha)))),
	},
	localResponseNorm: {
		options: () => ({ size: 3 }),
		of: ({ x, shape, norm }) => {
			const { size, alpha, bias, power } = norm.options;
			const [inner, count] = channelsOf(norm, shape);
			return x.map((value, i) => {
				const channel = Math.floor(i / inner) % count;
				let sum = zero;
				for (let k = channel - Math.floor(size / 2); k <= channel + Math.floor((size - 1) / 2); k++) {
					if (k >= 0 && k < count) sum = sum.plus((x[i + (k - channel) * inner] as Exact).pow(2));
				}
				return value.div(exactly(bias).plus(exactly(alpha).div(size).times(sum)).pow(exactly(power)));
			});
		},
	},
} as const satisfies Record<NormId, Definition>;

/** Past these arguments the functions are their limits to 60 digits, and exact powers would take long. */
const FAR = 200;

function sigmoid(x: Exact): Exact {
	if (x.abs().gt(FAR)) return x.isNegative() ? zero : new Exact(1);
	return new Exact(1).div(x.neg().exp().plus(1));
}

function tanh(x: Exact): Exact {
	return x.abs().gt(FAR) ? new Exact(x.isNegative() ? -1 : 1) : x.tanh();
}

/** By power iteration on the smaller of the two products of a matrix with itself, squared over and over, to 40 digits. */
function largestSingularValue(x: readonly Exact[], rows: number): Exact {
	const columns = x.length / rows;
	const at = (row: number, column: number) => x[row * columns + column] as Exact;
	let product = Array.from({ length: rows }, (_, i) =>
		Array.from({ length: rows }, (_, k) =>
			Array.from({ length: columns }, (_, c) => at(i, c).times(at(k, c))).reduce((sum, each) => sum.plus(each), zero),
		),
	);
	const gram = product;
	// Squaring k times is 2^k iterations.
	for (let k = 0; k < 12; k++) {
		const size = Exact.max(...product.flat().map((each) => each.abs()));
		if (size.isZero()) return zero;
		const scaled = product.map((row) => row.map((each) => each.div(size)));
		product = scaled.map((row) =>
			scaled.map((_, c) =>
				row.reduce((sum, each, m) => sum.plus(each.times((scaled[m] as Exact[])[c] as Exact)), zero),
			),
		);
	}
	// Any column of the power that is not zero is the eigenvector.
	const best = [...product].sort((a, b) =>
		Exact.max(...b.map((e) => e.abs())).cmp(Exact.max(...a.map((e) => e.abs()))),
	)[0] as Exact[];
	const image = gram.map((row) => row.reduce((sum, each, k) => sum.plus(each.times(best[k] as Exact)), zero));
	const dot = (a: readonly Exact[], b: readonly Exact[]) =>
		a.reduce((sum, each, k) => sum.plus(each.times(b[k] as Exact)), zero);
	return dot(image, best).div(dot(best, best)).sqrt();
}

/** The definition of an entry, worked out on values in C order. */
export function exactOf(
	norm: Norm,
	shape: Shape,
	values: readonly Exact[],
	inputs: GivenInputs = {},
): readonly Exact[] {
	const { of }: Definition = DEFINITIONS[norm.id];
	const [inner, count] = channelsOf(norm, shape);
	const axes = [...shape.keys()];
	const axis = resolveAxis(norm.options.axis, shape.length);
	return of({
		x: values,
		shape,
		norm,
		perChannel: averageOver(
			shape,
			axes.filter((each) => each !== axis),
		),
		perSample: averageOver(shape, axes.slice(1)),
		channel: (id, otherwise) =>
			values.map((_, i) => exactly(inputs[id]?.values[Math.floor(i / inner) % count] ?? otherwise)),
		vector: (id) => inputs[id]?.values ?? [],
	});
}

/** Elements from one channel to the next, and the number of channels. */
function channelsOf({ options }: Norm, shape: Shape): [number, number] {
	const axis = resolveAxis(options.axis, shape.length);
	return [sizeOf(shape.slice(axis + 1)), shape[axis] as number];
}

/** The norm of a definition on a shape. */
export function normOf(id: NormId, shape: Shape): Norm {
	const { options }: Definition = DEFINITIONS[id];
	return { id, options: normOptions(shape, options?.(shape), id) };
}

/** The inputs of a norm's definition on a shape. */
export function inputsOf({ id, options }: Norm, shape: Shape): GivenInputs {
	const { inputs }: Definition = DEFINITIONS[id];
	return inputs?.(shape, options.axis) ?? {};
}
