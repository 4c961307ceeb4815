import { partsOf } from "../../src/core/dtype";
import type { TensorInfo } from "../../src/core/tensor";
import type { Session } from "../session";
import type { State, Store } from "../store";
import { createDifferences } from "./differences/view";
import { createLayoutView } from "./layout-view";
import { createLenses } from "./lenses/view";
import { createNorms } from "./norms/view";
import { createProfiles } from "./profiles";
import { showsEffect } from "./slice/model";
import { createSliceView } from "./slice/view";

/** One way to look at a tensor: a tab of the panel. */
export interface View {
	readonly label: string;
	/** Whether the norm and the axes are chosen here too, above the view. */
	usesNorm(state: State): boolean;
	/** Whether the tensor has something to see here; the tab is absent where it has not. */
	supports(tensor: TensorInfo): boolean;
	/** Makes the view, once, when it is first looked at; it follows the store from then on. */
	create(store: Store, session: Session): HTMLElement;
}

const always = () => true;
const never = () => false;

/** The views in the order of their tabs; what a view remembers is a field of `State`. */
export const VIEWS = {
	layout: { label: "Layout", usesNorm: always, supports: () => true, create: createLayoutView },
	axes: {
		label: "Along axes",
		usesNorm: never,
		supports: ({ shape }) => shape.length > 0,
		create: createProfiles,
	},
	slice: {
		label: "Slice",
		usesNorm: showsEffect,
		supports: ({ dtype, shape }) => shape.length > 0 && !shape.includes(0) && typeof dtype === "string",
		create: createSliceView,
	},
	norms: {
		label: "Compare norms",
		usesNorm: always,
		supports: ({ dtype, shape }) => shape.length > 0 && typeof dtype === "string",
		create: createNorms,
	},
	lenses: {
		label: "Lenses",
		usesNorm: always,
		supports: ({ dtype, shape }) => shape.length > 0 && typeof dtype === "string" && partsOf(dtype) === 1,
		create: createLenses,
	},
	differences: {
		label: "Compare tensors",
		usesNorm: never,
		supports: ({ dtype }) => typeof dtype === "string",
		create: createDifferences,
	},
} as const satisfies Record<string, View>;

export type ViewId = keyof typeof VIEWS;

/** Ids of the views that a tensor has, in their order. */
export function viewsOf(tensor: TensorInfo): ViewId[] {
	return (Object.keys(VIEWS) as ViewId[]).filter((id) => (VIEWS[id] as View).supports(tensor));
}
