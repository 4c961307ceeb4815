import type { DType } from "../../src/core/dtype";
import { type Shape, sizeOf } from "../../src/core/layout";
import { noise } from "../engine/files";

/** The shape of all data: batch, channels, height, width. */
export const SHAPE: Shape = [3, 8, 5, 4];

/** Data of one kind; seeded, so that they are the same everywhere. */
export interface Kind {
	readonly label: string;
	readonly dtypes: readonly ("f64" | "f32")[];
	value(normal: number, other: number): number;
}

/** What is hard in what is normalized: large means, wide ranges, tiny numbers. */
export const KINDS = {
	normal: { label: "N(0, 1)", dtypes: ["f64", "f32"], value: (normal) => normal },
	mean1e4: { label: "N(1e4, 1)", dtypes: ["f64", "f32"], value: (normal) => 1e4 + normal },
	mean1e8: { label: "N(1e8, 1)", dtypes: ["f64"], value: (normal) => 1e8 + normal },
	heavyTails: { label: "heavy tails", dtypes: ["f64", "f32"], value: (normal, other) => (normal / other) ** 3 },
	tiny: { label: "N(0, 1e-15)", dtypes: ["f64", "f32"], value: (normal) => normal * 1e-15 },
} as const satisfies Record<string, Kind>;

export type KindId = keyof typeof KINDS;

/** Values of a kind that are exact in the dtype. */
export function valuesOf(kind: KindId, dtype: DType, shape: Shape = SHAPE, seed = 1): Float64Array {
	const count = sizeOf(shape);
	const [normal, other] = [noise(count, seed), noise(count, seed + 1000)];
	const { value }: Kind = KINDS[kind];
	const values = normal.map((each, i) => value(each, other[i] as number));
	return dtype === "f32" ? Float64Array.from(Float32Array.from(values)) : values;
}
