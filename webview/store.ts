import type { Choices } from "../src/core/chosen";
import type { ErrorData } from "../src/core/errors";
import type { Inspection } from "../src/core/inspection";
import type { Stretch } from "../src/core/layout";
import { PROFILE_SORTS, type ProfileSort } from "../src/core/profile-order";
import { BINNINGS, type Binning } from "../src/drawing/histogram";
import { PROFILE_SERIES, type ProfileSeries } from "../src/drawing/profile-series";
import { isNotationId, type NotationId } from "../src/notation/notations";
import type { OpenedFile } from "../src/protocol";
import type { Progress } from "../src/rpc";
import { type Compared, checkCompared } from "./compared";
import type { LitSet } from "./lit-set";
import { checkSliceChoices, type SliceChoices } from "./slice/choices";
import { inTurns } from "./turns";

/** How the request for numbers stands. */
export type Work =
	| { readonly state: "idle" }
	| { readonly state: "running"; readonly progress: Progress | undefined }
	| { readonly state: "cancelled" }
	| { readonly state: "failed"; readonly error: ErrorData };

/** Neighbouring indices of an axis, or positions of a sorted one. */
interface ProfileZoomChoice extends Stretch {
	/** Length of the axis. */
	readonly size: number;
	readonly sort: ProfileSort;
}

/** Everything the views show; they read nothing else. */
export interface State {
	/** Undefined until the host has answered. */
	readonly opened: OpenedFile | undefined;
	/** The file on disk is no longer the one that was opened. */
	readonly changed: boolean;
	readonly filter: string;
	/** Name of the selected tensor. */
	readonly tensor: string | undefined;
	readonly part: 0 | 1;
	/** Id of the view that is looked at, where the tensor has it. */
	readonly view: string;
	/** What the user chose about axes and norm, by the rank of the tensor. */
	readonly choices: Readonly<Record<number, Choices>>;
	/** The element whose set is lit up in the picture, one index per axis. */
	readonly lit: readonly number[];
	/** What the picture is painted with. */
	readonly paint: "sets" | "values";
	/** How the layout is written as code. */
	readonly notation: NotationId;
	/** What the user chose about slices, by the rank of the tensor. */
	readonly slices: Readonly<Record<number, SliceChoices>>;
	/** Whether charts show the band from minimum to maximum. */
	readonly extremes: boolean;
	/** Which statistic the charts along axes show, and what they are sorted by. */
	readonly series: ProfileSeries;
	readonly sort: ProfileSort;
	/** What of an axis of some length and order is zoomed into. */
	readonly zooms: Readonly<Record<number, ProfileZoomChoice>>;
	/** What tensors are compared with, and the axes of the map of their differences. */
	readonly compared: Compared;
	/** How the histogram's bins are cut. */
	readonly binning: Binning;
	/** Whether the histogram's counts are drawn as logarithms. */
	readonly logCounts: boolean;
	readonly work: Work;
	/** The newest numbers of the selected tensor and part; those of an older norm until newer ones arrive. */
	readonly inspection: Inspection | undefined;
	/** Numbers of a set that was pointed at. */
	readonly litSet: LitSet | undefined;
	/** The sentence that a screen reader says next. */
	readonly announcement: string;
	/** What became of the last command, in sight until the next. */
	readonly notice: string;
}

/** What survives hiding the panel and restarting the window. */
export const REMEMBERED = [
	"filter",
	"tensor",
	"part",
	"view",
	"choices",
	"lit",
	"notation",
	"slices",
	"extremes",
	"series",
	"sort",
	"zooms",
	"compared",
	"binning",
	"logCounts",
] as const satisfies (keyof State)[];

/** A state with listeners; they run once per turn, however many updates it had, and in turns of some milliseconds while updates are many. */
export interface Store {
	readonly get: () => State;
	readonly update: (patch: Partial<State>) => void;
	/** Calls back now and whenever one of the selected values is another than before. */
	readonly watch: (select: (state: State) => readonly unknown[], changed: (state: State) => void) => void;
}

/** Milliseconds from a change until it is remembered. */
const SAVE_MS = 200;

/** A store that starts as nothing is known, with what was remembered filled in. */
export function createStore(remembered: Partial<State>, remember: (state: Partial<State>) => void): Store {
	let state: State = {
		opened: undefined,
		changed: false,
		filter: "",
		tensor: undefined,
		part: 0,
		view: "layout",
		choices: {},
		lit: [],
		paint: "sets",
		notation: "numpy",
		slices: {},
		extremes: true,
		series: "mean",
		sort: "index",
		zooms: {},
		compared: {},
		binning: "equal",
		logCounts: false,
		inspection: undefined,
		litSet: undefined,
		announcement: "",
		notice: "",
		...remembered,
		work: { state: "idle" },
	};
	const listeners: (() => void)[] = [];
	const run = inTurns(listeners);
	let scheduled = false;
	let saving = false;

	const notify = () => {
		scheduled = false;
		run();
	};
	// A save waits for no rest: the progress of a long reading is an update, too, and a panel may be hidden during it.
	const save = () => {
		saving = false;
		remember(Object.fromEntries(REMEMBERED.map((name) => [name, state[name]])) as Partial<State>);
	};

	return {
		get: () => state,
		update(patch) {
			state = { ...state, ...patch };
			if (!scheduled) {
				scheduled = true;
				queueMicrotask(notify);
			}
			if (saving) return;
			saving = true;
			setTimeout(save, SAVE_MS);
		},
		watch(select, changed) {
			let selected = select(state);
			changed(state);
			listeners.push(() => {
				const next = select(state);
				if (next.every((value, i) => Object.is(value, selected[i]))) return;
				selected = next;
				changed(state);
			});
		},
	};
}

/** What of a remembered state, of unknown origin, can be used. */
export function checkRemembered(saved: unknown): Partial<State> {
	if (typeof saved !== "object" || saved === null) return {};
	const known = saved as Readonly<Record<string, unknown>>;
	const { filter, tensor, part, view, choices, lit, paint, notation, slices, extremes, series, sort } = known;
	const { zooms, compared, binning, logCounts } = known;
	return {
		...(typeof filter === "string" ? { filter } : {}),
		...(typeof tensor === "string" ? { tensor } : {}),
		...(part === 0 || part === 1 ? { part } : {}),
		...(typeof view === "string" ? { view } : {}),
		...(typeof choices === "object" && choices !== null ? { choices: choices as State["choices"] } : {}),
		...(Array.isArray(lit) && lit.every(Number.isInteger) ? { lit: lit as number[] } : {}),
		...(paint === "sets" || paint === "values" ? { paint } : {}),
		...(isNotationId(notation) ? { notation } : {}),
		...(typeof slices === "object" && slices !== null
			? {
					slices: Object.fromEntries(
						Object.entries(slices).map(([rank, choices]) => [rank, checkSliceChoices(choices)]),
					),
				}
			: {}),
		...(typeof extremes === "boolean" ? { extremes } : {}),
		...(isKeyOf(PROFILE_SERIES, series) ? { series } : {}),
		...(isKeyOf(PROFILE_SORTS, sort) ? { sort } : {}),
		...(zooms === undefined ? {} : { zooms: checkZooms(zooms) }),
		...(compared === undefined ? {} : { compared: checkCompared(compared) }),
		...(isKeyOf(BINNINGS, binning) ? { binning } : {}),
		...(typeof logCounts === "boolean" ? { logCounts } : {}),
	};
}

function checkZooms(saved: unknown): State["zooms"] {
	if (typeof saved !== "object" || saved === null) return {};
	return Object.fromEntries(
		Object.entries(saved).filter(([, zoom]) => {
			const { start, length, size, sort } = (typeof zoom === "object" && zoom !== null ? zoom : {}) as Record<
				string,
				unknown
			>;
			const isStretch =
				[start, length, size].every(Number.isInteger) &&
				(start as number) >= 0 &&
				(length as number) >= 1 &&
				(start as number) + (length as number) <= (size as number);
			return isStretch && isKeyOf(PROFILE_SORTS, sort);
		}),
	);
}

function isKeyOf<Table extends object>(table: Table, key: unknown): key is keyof Table {
	return typeof key === "string" && Object.hasOwn(table, key);
}
