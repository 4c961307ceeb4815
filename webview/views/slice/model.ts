import type { Chosen } from "../../../src/core/chosen";
import { partsOf } from "../../../src/core/dtype";
import { askedNorm } from "../../../src/core/input-choice";
import type { Slice, SliceAspect, SliceImage, SliceWindow } from "../../../src/core/slice";
import type { TensorInfo } from "../../../src/core/tensor";
import type { SliceRequest } from "../../../src/protocol";
import { clampedLit } from "../../lit-set";
import { chosenOf, selectedTensor } from "../../session";
import { type ShownSlice, shownSlice } from "../../slice/choices";
import { cellsFor, imageSize, type Room } from "../../slice/viewport";
import type { State } from "../../store";
import type { Place } from "./heat-map";

/** What the slice view shows of the selected tensor. */
export interface SliceModel {
	readonly tensor: TensorInfo;
	readonly chosen: Chosen;
	readonly shown: ShownSlice;
	/** The selected element. */
	readonly index: readonly number[];
	readonly aspects: readonly SliceAspect[];
	/** Room that each image takes. */
	readonly size: Room;
}

/** Slices that arrived, as images by aspect: three of each where they are colours. */
export interface ShownImages {
	readonly window: SliceWindow;
	readonly slice: Slice;
	readonly of: (aspect: SliceAspect) => readonly SliceImage[];
}

/** Whether the selected tensor's slices are to be seen before and after a norm, which is chosen beside them then. */
export function showsEffect(state: State): boolean {
	const tensor = selectedTensor(state);
	return tensor !== undefined && state.slices[tensor.shape.length]?.effect === true;
}

/** The slice view's model in a width; undefined where there is nothing to see. */
export function sliceModel(state: State, width: number, height: number): SliceModel | undefined {
	const tensor = selectedTensor(state);
	const chosen = chosenOf(state);
	if (!tensor || !chosen || tensor.problem || typeof tensor.dtype !== "string") return undefined;
	const { shape } = tensor;
	if (shape.length === 0 || shape.includes(0) || width <= 0) return undefined;
	const real = partsOf(tensor.dtype) === 1;
	const wanted = shownSlice(chosen, state.slices[shape.length] ?? {}, real);
	const shown = wanted.effect && !askedNorm(chosen).norm ? { ...wanted, effect: false } : wanted;
	const aspects: SliceAspect[] = shown.effect ? ["before", "after", "difference"] : ["before"];
	const beside = shown.effect && width >= 600 ? 3 : 1;
	const room = { width: (width - 16 * (beside - 1)) / beside - 2, height };
	const size = imageSize(shown.seenRows.length, shown.seenColumns.length, room);
	return { tensor, chosen, shown, index: clampedLit(state.lit, shape), aspects, size };
}

/** What is asked for to show a model: one slice, or one for each colour. */
export function requestsOf(
	{ part }: State,
	{ tensor, chosen, shown, index, aspects, size }: SliceModel,
): SliceRequest[] {
	const { rows, columns, seenRows, seenColumns, each, rgb, colourAxis, effect } = shown;
	const cells = cellsFor(seenRows.length, seenColumns.length, size, aspects.length);
	const request = (at: readonly number[]): SliceRequest => ({
		tensor: tensor.name,
		part,
		window: {
			...(rows === undefined ? {} : { rows: { axis: rows, ...seenRows, cells: cells.rows } }),
			columns: { axis: columns, ...seenColumns, cells: cells.columns },
			// The other indices of the window's own axes do not matter: a move along them asks for nothing.
			index: at.map((i, axis) => (axis === rows || axis === columns ? 0 : i)),
		},
		each,
		aspects,
		...(effect ? askedNorm(chosen) : {}),
	});
	if (!rgb || colourAxis === undefined) return [request(index)];
	return [0, 1, 2].map((colour) => request(index.map((i, axis) => (axis === colourAxis ? colour : i))));
}

/** Images of slices that arrived. */
export function imagesOf(slices: readonly Slice[]): ShownImages {
	const [slice] = slices as readonly [Slice];
	// One list for each aspect, always the same: what is drawn of it is kept by it.
	const byAspect = new Map(
		slice.images.map(({ aspect }) => [
			aspect,
			slices.flatMap(({ images }) => images.filter((image) => image.aspect === aspect)),
		]),
	);
	return { window: slice.window, slice, of: (aspect) => byAspect.get(aspect) ?? [] };
}

/** Whether a point of the images stands for several values. */
export function isAggregated({ window: { rows, columns } }: ShownImages): boolean {
	return columns.cells < columns.length || (rows !== undefined && rows.cells < rows.length);
}

/** Elements along the rows or the columns of a slice; a vector has one row. */
export function sideOf({ tensor: { shape }, shown }: SliceModel, side: "rows" | "columns"): number {
	const axis = shown[side];
	return axis === undefined ? 1 : (shape[axis] as number);
}

/** Where the selected element is. */
export function selectedPlace({ shown: { rows, columns }, index }: SliceModel): Place {
	return { row: rows === undefined ? 0 : (index[rows] as number), column: index[columns] as number };
}
