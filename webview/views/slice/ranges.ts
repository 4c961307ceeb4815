import type { DType } from "../../../src/core/dtype";
import type { SliceAspect } from "../../../src/core/slice";
import type { DataRange } from "../../../src/drawing/picture/data-colours";
import type { ShownSlice } from "../../slice/choices";
import { type RangeChoice, rangeOf } from "../../slice/range";
import type { State } from "../../store";
import type { ShownImages, SliceModel } from "./model";

/** The range of each aspect, from its own values: what a norm makes of values would not show on their scale. */
export function rangesOf(
	{ inspection }: State,
	{ aspects, shown, tensor }: SliceModel,
	images: ShownImages,
): ReadonlyMap<SliceAspect, DataRange> {
	const wholes = { before: inspection?.whole, after: inspection?.norm?.after?.whole, difference: undefined };
	const rangeFor = (aspect: SliceAspect, values: readonly Float64Array[]): DataRange => {
		if (shown.rgb && shown.range === "percentiles")
			return photoRange(values, aspect === "before" ? tensor.dtype : undefined);
		return rangeOf(values, wholes[aspect], choiceFor(aspect, shown));
	};
	return new Map(
		aspects.flatMap((aspect) => {
			const values = images.of(aspect).map((image) => image.values);
			return values.length > 0 ? [[aspect, rangeFor(aspect, values)] as const] : [];
		}),
	);
}

/** Bounds that were named for values are none for a difference, and colours have no side below 0. */
function choiceFor(aspect: SliceAspect, shown: ShownSlice): RangeChoice {
	const { range, low, high } = shown;
	const own = range === "own" && aspect === "difference";
	return { range: own ? "percentiles" : range, symmetric: shown.rgb ? false : shown.symmetric, low, high };
}

/** The range of a photograph: 0 to 255 for bytes, 0 to 1 where all lie in there, otherwise that of nearly all values. */
function photoRange(values: readonly Float64Array[], dtype: SliceModel["tensor"]["dtype"] | undefined): DataRange {
	const bytes: DType = "u8";
	if (dtype === bytes) return { low: 0, high: 255 };
	const of = (range: "shown" | "percentiles") =>
		rangeOf(values, undefined, { range, symmetric: false, low: 0, high: 1 });
	const all = of("shown");
	return all.low >= 0 && all.high <= 1 ? { low: 0, high: 1 } : of("percentiles");
}
