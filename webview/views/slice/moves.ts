import type { Stretch } from "../../../src/core/layout";
import { clampedLit } from "../../lit-set";
import type { SlicePatch } from "../../slice/choices";
import { fitted, revealing, zoomed } from "../../slice/viewport";
import type { Store } from "../../store";
import type { Place } from "./heat-map";
import { type SliceModel, selectedPlace, sideOf } from "./model";

/** What moves the selected element, and what of its slice is in sight. */
export interface Moves {
	readonly change: (patch: SlicePatch) => void;
	readonly pick: (place: Place) => void;
	/** Selects the element at an index of an axis. */
	readonly turn: (axis: number, index: number) => void;
	/** Shows more (a factor above 1) or less around a place, or around the selected element. */
	readonly zoom: (factor: number, place?: Place) => void;
	readonly pan: (rows: number, columns: number) => void;
	readonly showAll: () => void;
	/** Does what a key asks for; false where that is nothing. */
	readonly press: (event: KeyboardEvent) => boolean;
}

/** The moves in the slice that is shown when they are made. */
export function createMoves(store: Store, shown: () => SliceModel | undefined): Moves {
	const change = (patch: SlicePatch) => {
		const rank = shown()?.tensor.shape.length;
		if (rank === undefined) return;
		const { slices } = store.get();
		const all = Object.entries({ ...slices[rank], ...patch }).filter(([, value]) => value !== undefined);
		store.update({ slices: { ...slices, [rank]: Object.fromEntries(all) } });
	};
	const see = (model: SliceModel, rows: Stretch, columns: Stretch) => {
		const whole = rows.length === sideOf(model, "rows") && columns.length === sideOf(model, "columns");
		change({ seen: whole ? undefined : { rows, columns } });
	};
	const select = (index: readonly number[], { tensor }: SliceModel) =>
		store.update({ lit: clampedLit(index, tensor.shape) });
	const pick = (place: Place) => {
		const model = shown();
		if (!model) return;
		const { rows, columns } = model.shown;
		const at = (i: number, axis: number) => (axis === rows ? place.row : axis === columns ? place.column : i);
		select(model.index.map(at), model);
	};
	const zoom = (factor: number, place?: Place) => {
		const model = shown();
		if (!model) return;
		const { seenRows, seenColumns } = model.shown;
		const { row, column } = place ?? selectedPlace(model);
		see(
			model,
			zoomed(seenRows, sideOf(model, "rows"), row, factor),
			zoomed(seenColumns, sideOf(model, "columns"), column, factor),
		);
	};
	const step = (rows: number, columns: number) => {
		const model = shown();
		if (!model) return;
		const at = selectedPlace(model);
		const along = (index: number, by: number, side: "rows" | "columns") =>
			Math.max(0, Math.min(sideOf(model, side) - 1, index + by));
		const to = { row: along(at.row, rows, "rows"), column: along(at.column, columns, "columns") };
		pick(to);
		const { seenRows, seenColumns } = model.shown;
		see(
			model,
			revealing(seenRows, sideOf(model, "rows"), to.row),
			revealing(seenColumns, sideOf(model, "columns"), to.column),
		);
	};
	const showAll = () => change({ seen: undefined });

	return {
		change,
		pick,
		turn(axis, index) {
			const model = shown();
			if (model)
				select(
					model.index.map((i, a) => (a === axis ? index : i)),
					model,
				);
		},
		zoom,
		pan(rows, columns) {
			const model = shown();
			if (!model) return;
			const { seenRows, seenColumns } = model.shown;
			see(
				model,
				fitted({ ...seenRows, start: seenRows.start + rows }, sideOf(model, "rows")),
				fitted({ ...seenColumns, start: seenColumns.start + columns }, sideOf(model, "columns")),
			);
		},
		showAll,
		press({ key, shiftKey, ctrlKey, metaKey, altKey }) {
			const far = shiftKey ? 10 : 1;
			const act = {
				ArrowUp: () => step(-far, 0),
				ArrowDown: () => step(far, 0),
				ArrowLeft: () => step(0, -far),
				ArrowRight: () => step(0, far),
				"+": () => zoom(0.5),
				// The key of + without Shift.
				"=": () => zoom(0.5),
				"-": () => zoom(2),
				"0": showAll,
			}[key];
			if (!act || ctrlKey || metaKey || altKey) return false;
			act();
			return true;
		},
	};
}
