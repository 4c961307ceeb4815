import type { Session } from "../session";
import type { Store } from "../store";

/** Values of the elements that the picture draws, as far as they are there. */
export interface DrawnValues {
	/** Says which indices of every axis are drawn; asks for their values where these are not there. */
	readonly want: (shown: readonly (readonly number[])[]) => void;
	/** What is the same as long as all values are. */
	readonly there: () => unknown;
	/** The value of a drawn element. */
	readonly of: (element: readonly number[]) => number | undefined;
}

/** Milliseconds that the picture has to rest before values are asked for. */
const REST_MS = 30;

/** Asks the host for the drawn elements, the newest only; calls back when they are there. */
export function createDrawnValues(store: Store, { host }: Session, arrived: () => void): DrawnValues {
	let wanted = "";
	let there: { readonly key: string; readonly values: Float64Array } | undefined;
	let places: readonly ReadonlyMap<number, number>[] = [];
	let delay: ReturnType<typeof setTimeout> | undefined;
	let running: AbortController | undefined;
	let opened: unknown;

	const ask = async (key: string, shown: readonly (readonly number[])[]) => {
		const { tensor, part } = store.get();
		if (tensor === undefined) return;
		const abort = new AbortController();
		running = abort;
		const request = { tensor, part, indices: shown };
		// What cannot be read here cannot be read for the statistics either, and is told there.
		const values = await host.call("elements", request, { signal: abort.signal }).catch(() => undefined);
		if (!values || abort.signal.aborted) return;
		there = { key, values };
		places = shown.map((list) => new Map(list.map((index, place) => [index, place])));
		arrived();
	};

	return {
		want(shown) {
			const state = store.get();
			const key = JSON.stringify([state.tensor, state.part, shown]);
			if (key === wanted && state.opened === opened) return;
			[wanted, opened] = [key, state.opened];
			clearTimeout(delay);
			running?.abort();
			delay = setTimeout(() => void ask(key, shown), REST_MS);
		},
		there: () => (there?.key === wanted ? there : undefined),
		of(element) {
			if (there?.key !== wanted) return undefined;
			let at = 0;
			for (const [axis, place] of places.entries()) {
				const found = place.get(element[axis] ?? -1);
				if (found === undefined) return undefined;
				at = at * place.size + found;
			}
			return there.values[at];
		},
	};
}
