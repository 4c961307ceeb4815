import type { AxisProfile } from "../../src/core/inspection";
import { positionsOf, type ShownProfile, shownProfile, type Zoom } from "../../src/drawing/shown-profile";
import { button } from "../controls/controls";
import { el, setText, show } from "../dom";
import type { Session } from "../session";
import { fitted, zoomed } from "../slice/viewport";
import type { Store } from "../store";

/** What of one axis is in sight. */
export interface ProfileZoom {
	/** The button that shows all again, in sight while not all is. */
	readonly element: HTMLElement;
	readonly shown: (whole: AxisProfile) => ShownProfile;
	/** Zooms to some positions of what is shown, both ends among them. */
	readonly into: (whole: AxisProfile, shown: ShownProfile, from: number, to: number) => void;
	/** Shows less or more around a position. */
	readonly around: (whole: AxisProfile, shown: ShownProfile, position: number, factor: number) => void;
	readonly showAll: () => void;
	/** Forgets what was zoomed into, as the axis is another one. */
	readonly forget: () => void;
}

/** Zooms into one axis; of a long one the worker is asked for the finer profile of what is in sight. */
export function createProfileZoom(store: Store, session: Session, changed: () => void): ProfileZoom {
	const words = el("span", { class: "quiet" });
	let zoom: Zoom | undefined;
	let sort = store.get().sort;
	let fine: { readonly of: AxisProfile; readonly zoom: Zoom; readonly profile: AxisProfile } | undefined;
	let running: AbortController | undefined;
	let refined: AxisProfile | undefined;

	const forget = () => {
		running?.abort();
		zoom = undefined;
		fine = undefined;
		show(element, false);
	};
	const showAll = () => {
		if (!zoom) return;
		forget();
		changed();
	};
	const element = el("span", { class: "profile-zoom" }, words, button("Show all", showAll));
	show(element, false);

	/** Asks for the profile of a stretch alone, where bins of the whole hold more than one index. */
	const refine = async (whole: AxisProfile, wanted: Zoom) => {
		running?.abort();
		refined = whole;
		const { tensor, part } = store.get();
		if (whole.bins === whole.size || tensor === undefined) return;
		const abort = new AbortController();
		running = abort;
		const stretch = { axis: whole.axis, ...wanted };
		// What goes wrong with a part goes wrong with the whole, and is told there.
		const profile = await session.host
			.call("profile", { tensor, part, stretch }, { signal: abort.signal })
			.catch(() => undefined);
		if (!profile || abort.signal.aborted) return;
		fine = { of: whole, zoom: wanted, profile };
		changed();
	};
	const set = (whole: AxisProfile, next: Zoom) => {
		zoom = next.length >= positionsOf(whole, sort) ? undefined : next;
		setText(words, `${next.start}–${next.start + next.length - 1}`);
		show(element, zoom !== undefined);
		if (zoom && sort === "index") void refine(whole, zoom);
		changed();
	};
	/** A position of what is shown, as zooms count. */
	const placeOf = ({ boundsOf }: ShownProfile, position: number) =>
		sort === "index" ? boundsOf(position)[0] : position + (zoom?.start ?? 0);

	return {
		element,
		shown(whole) {
			if (store.get().sort !== sort) {
				sort = store.get().sort;
				forget();
			}
			// Numbers that have come anew, of another tensor of this size perhaps, have a finer profile of their own.
			if (zoom && sort === "index" && refined !== whole) void refine(whole, zoom);
			const used = fine && fine.of === whole && fine.zoom === zoom ? fine.profile : undefined;
			return shownProfile(whole, sort, zoom, used);
		},
		into(whole, shown, from, to) {
			const start = placeOf(shown, from);
			const last = to + 1 < shown.profile.bins ? placeOf(shown, to + 1) - 1 : endOf(whole, zoom, sort);
			set(whole, fitted({ start, length: last - start + 1 }, positionsOf(whole, sort)));
		},
		around(whole, shown, position, factor) {
			const positions = positionsOf(whole, sort);
			set(whole, zoomed(zoom ?? { start: 0, length: positions }, positions, placeOf(shown, position), factor));
		},
		showAll,
		forget,
	};
}

function endOf(whole: AxisProfile, zoom: Zoom | undefined, sort: Parameters<typeof positionsOf>[1]): number {
	return zoom ? zoom.start + zoom.length - 1 : positionsOf(whole, sort) - 1;
}
