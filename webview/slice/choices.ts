import type { Chosen } from "../../src/core/chosen";
import type { Stretch } from "../../src/core/layout";
import type { EachCell } from "../../src/core/slice";
import { type ColourMapId, isColourMapId } from "../../src/drawing/colour-maps";
import { placeAxes } from "../../src/drawing/picture/placement";
import { RANGES, type RangeChoice, type RangeId } from "./range";
import { fitted } from "./viewport";

/** What the user chose about slices of tensors of one rank; what is left out follows from the tensor. */
export interface SliceChoices extends Partial<RangeChoice> {
	readonly rows?: number;
	readonly columns?: number;
	/** Before, after and difference in place of the values alone. */
	readonly effect?: boolean;
	readonly each?: EachCell;
	readonly colours?: ColourMapId;
	/** The axis whose three indices are red, green and blue. */
	readonly rgb?: boolean;
	/** What is in sight along the axes, where that is not all. */
	readonly seen?: { readonly rows: Stretch; readonly columns: Stretch };
}

/** Choices to change; undefined takes one back. */
export type SlicePatch = { readonly [Name in keyof SliceChoices]?: SliceChoices[Name] | undefined };

/** What a slice of a tensor shows. */
export interface ShownSlice extends RangeChoice {
	readonly rows: number | undefined;
	readonly columns: number;
	readonly effect: boolean;
	readonly each: EachCell;
	/** Undefined where it follows from the range. */
	readonly colours: ColourMapId | undefined;
	/** Axes of three indices that may be colours, and the one that is. */
	readonly colourAxis: number | undefined;
	readonly rgb: boolean;
	readonly seenRows: Stretch;
	readonly seenColumns: Stretch;
}

/** The slice of a tensor under what was chosen: lines down and characters across, as the picture of the layout places them. */
export function shownSlice({ shape, channelAxis, layout }: Chosen, choices: SliceChoices, real: boolean): ShownSlice {
	const placed = placeAxes(shape.length, channelAxis);
	const valid = (axis: number | undefined) => axis !== undefined && axis >= 0 && axis < shape.length;
	const columns = (valid(choices.columns) ? choices.columns : placed.characters) ?? 0;
	const others = [...shape.keys()].filter((axis) => axis !== columns);
	const wanted = valid(choices.rows) ? choices.rows : placed.lines;
	const rows = wanted === columns ? others.at(-1) : (wanted ?? others.at(-1));
	const along = (axis: number | undefined, seen: Stretch | undefined): Stretch => {
		const size = axis === undefined ? 1 : (shape[axis] as number);
		return fitted(seen ?? { start: 0, length: size }, size);
	};
	const isColour = (axis: number) => axis !== rows && axis !== columns && shape[axis] === 3;
	const colourAxis = isColour(channelAxis) ? channelAxis : [...shape.keys()].reverse().find(isColour);
	return {
		rows,
		columns,
		effect: choices.effect === true && layout !== undefined && real,
		each: choices.each ?? "mean",
		colours: choices.colours,
		colourAxis,
		rgb: choices.rgb === true && colourAxis !== undefined,
		range: choices.range ?? "percentiles",
		symmetric: choices.symmetric,
		low: choices.low ?? 0,
		high: choices.high ?? 1,
		seenRows: along(rows, choices.seen?.rows),
		seenColumns: along(columns, choices.seen?.columns),
	};
}

/** What of remembered choices, of unknown origin, can be used. */
export function checkSliceChoices(saved: unknown): SliceChoices {
	if (typeof saved !== "object" || saved === null) return {};
	const given = saved as Readonly<Record<string, unknown>>;
	const pick = <T>(name: keyof SliceChoices, is: (value: unknown) => value is T) =>
		is(given[name]) ? { [name]: given[name] } : {};
	const isAxis = (value: unknown): value is number => Number.isInteger(value);
	const isFlag = (value: unknown): value is boolean => typeof value === "boolean";
	const isBound = (value: unknown): value is number => Number.isFinite(value);
	return {
		...pick("rows", isAxis),
		...pick("columns", isAxis),
		...pick("effect", isFlag),
		...pick("rgb", isFlag),
		...pick("symmetric", isFlag),
		...pick("low", isBound),
		...pick("high", isBound),
		...pick("each", (value): value is EachCell => value === "mean" || value === "largest"),
		...pick("colours", isColourMapId),
		...pick("range", (value): value is RangeId => typeof value === "string" && Object.hasOwn(RANGES, value)),
		...pick("seen", (value): value is NonNullable<SliceChoices["seen"]> => {
			const isStretch = (one: unknown) =>
				typeof one === "object" &&
				one !== null &&
				"start" in one &&
				"length" in one &&
				isAxis(one.start) &&
				isAxis(one.length);
			return (
				typeof value === "object" &&
				value !== null &&
				"rows" in value &&
				"columns" in value &&
				isStretch(value.rows) &&
				isStretch(value.columns)
			);
		}),
	};
}
