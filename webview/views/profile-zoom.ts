import type { AxisProfile, RankedProfile } from "../../src/core/inspection";
import type { Stretch } from "../../src/core/layout";
import type { ProfileSort } from "../../src/core/profile-order";
import { positionsOf, type ShownProfile, shownProfile } from "../../src/drawing/shown-profile";
import { button } from "../controls/controls";
import { el, setText, show } from "../dom";
import type { Session } from "../session";
import { fitted, zoomed } from "../slice/viewport";
import type { Store } from "../store";

/** What of one axis is in sight. */
export interface ProfileZoom {
	/** The button that shows all again, in sight while not all is. */
	readonly element: HTMLElement;
	/** What is shown of a profile; only of one that is exact something finer is asked for. */
	readonly shown: (whole: AxisProfile, exact: boolean) => ShownProfile;
	/** Zooms to some positions of what is shown, both ends among them. */
	readonly into: (whole: AxisProfile, shown: ShownProfile, from: number, to: number) => void;
	/** Shows less or more around a position. */
	readonly around: (whole: AxisProfile, shown: ShownProfile, position: number, factor: number) => void;
	readonly showAll: () => void;
}

/** Zooms into one axis; of a long one the worker is asked for the finer profile of what is in sight. */
export function createProfileZoom(store: Store, session: Session, changed: () => void): ProfileZoom {
	const words = el("span", { class: "quiet" });
	let axis = 0;
	/** What finer numbers were asked for: those of a profile's stretch, or its indices in an order. */
	let asked: { readonly of: AxisProfile; readonly by: Stretch | ProfileSort } | undefined;
	let finer: AxisProfile | RankedProfile | undefined;
	let running: AbortController | undefined;

	/** What of an axis is zoomed into: an axis of another length, and one in another order, has no zoom yet. */
	const zoomOf = (whole: AxisProfile): Stretch | undefined => {
		const { zooms, sort } = store.get();
		const found = zooms[whole.axis];
		return found?.size === whole.size && found.sort === sort ? found : undefined;
	};
	const set = (whole: Pick<AxisProfile, "axis" | "size">, zoom: Stretch | undefined) => {
		const { zooms, sort } = store.get();
		const { [whole.axis]: _, ...others } = zooms;
		const zoomed = zoom ? { [whole.axis]: { ...zoom, size: whole.size, sort } } : {};
		store.update({ zooms: { ...others, ...zoomed } });
		changed();
	};
	const showAll = () => set({ axis, size: 0 }, undefined);
	const element = el("span", { class: "profile-zoom" }, words, button("Show all", showAll));
	show(element, false);

	/** Asks for what is finer than a profile whose bins hold more than one index, once; forgets what is there of another. */
	const refine = async (of: AxisProfile, by: Stretch | ProfileSort) => {
		if (asked?.of === of && asked.by === by) return;
		running?.abort();
		finer = undefined;
		asked = { of, by };
		const { tensor, part } = store.get();
		if (of.bins === of.size || by === "index" || tensor === undefined) return;
		const abort = new AbortController();
		running = abort;
		const { axis } = of;
		const { signal } = abort;
		const answer =
			typeof by === "string"
				? session.host.call("ranked", { tensor, part, ranking: { axis, sort: by } }, { signal })
				: session.host.call(
						"profile",
						{ tensor, part, stretch: { axis, start: by.start, length: by.length } },
						{ signal },
					);
		// What goes wrong with a part goes wrong with the whole, and is told there.
		const found = await answer.catch(() => undefined);
		if (!found || signal.aborted) return;
		finer = found;
		changed();
	};
	const see = (whole: AxisProfile, next: Stretch) =>
		set(whole, next.length >= positionsOf(whole, store.get().sort) ? undefined : next);
	/** A position of what is shown, as zooms count. */
	const placeOf = (whole: AxisProfile, { boundsOf }: ShownProfile, position: number) =>
		store.get().sort === "index" ? boundsOf(position)[0] : position + (zoomOf(whole)?.start ?? 0);

	return {
		element,
		shown(whole, exact) {
			const { sort } = store.get();
			const zoom = zoomOf(whole);
			axis = whole.axis;
			show(element, zoom !== undefined);
			if (zoom) setText(words, `${zoom.start}–${zoom.start + zoom.length - 1}`);
			// A zoom that is gone, or numbers that have come anew, leave nothing of what was finer.
			if (exact) void refine(whole, sort === "index" && zoom ? zoom : sort);
			return shownProfile(whole, sort, zoom, asked?.of === whole ? finer : undefined);
		},
		into(whole, shown, from, to) {
			const positions = positionsOf(whole, store.get().sort);
			const zoom = zoomOf(whole) ?? { start: 0, length: positions };
			const start = placeOf(whole, shown, from);
			const last = to + 1 < shown.profile.bins ? placeOf(whole, shown, to + 1) - 1 : zoom.start + zoom.length - 1;
			see(whole, fitted({ start, length: last - start + 1 }, positions));
		},
		around(whole, shown, position, factor) {
			const positions = positionsOf(whole, store.get().sort);
			const zoom = zoomOf(whole) ?? { start: 0, length: positions };
			see(whole, zoomed(zoom, positions, placeOf(whole, shown, position), factor));
		},
		showAll,
	};
}
