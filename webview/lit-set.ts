import { type Chosen, setOf } from "../src/core/chosen";
import { isUnseenCell } from "../src/core/inspection";
import { setBox, setSize, sizeOf } from "../src/core/layout";
import type { CellStatistics } from "../src/core/moments";
import type { BoxRequest, HostApi } from "../src/protocol";
import type { Channel } from "../src/rpc";
import { chosenOf, selectedTensor } from "./session";
import type { State, Store } from "./store";

/** Numbers of a single set, with what they were asked for. */
export interface LitSet {
	readonly key: string;
	readonly statistics: CellStatistics;
}

/** Elements of the largest set that is read for itself. */
const MOST_ELEMENTS = 2 ** 24;

/** Milliseconds that the lit element has to rest for its set to be read. */
const REST_MS = 60;

/** Sets whose numbers are kept for when they are pointed at again. */
const MOST_KEPT = 1000;

/** The lit element, moved inside of the shape. */
export function clampedLit(lit: readonly number[], shape: readonly number[]): number[] {
	return shape.map((size, axis) => Math.max(0, Math.min(size - 1, Math.trunc(lit[axis] ?? 0))));
}

/** Mean and deviation of the set that the lit element is in, where they are known; exact, or of the sample. */
export function numbersOfLitSet(
	state: State,
	chosen: Chosen,
): { readonly mean: number; readonly std: number; readonly exact: boolean } | undefined {
	const listed = listedSet(state, chosen);
	if (listed?.exact) return listed;
	const request = requestOf(state, chosen);
	const asked = request && state.litSet?.key === JSON.stringify(request) ? state.litSet.statistics : undefined;
	return asked ? { mean: asked.mean, std: asked.std, exact: true } : listed;
}

function listedSet({ inspection, lit }: State, { layout, shape }: Chosen) {
	const summary = inspection?.norm;
	if (!layout || !summary?.layout.cells.every((parts, axis) => parts === layout.cells[axis])) return undefined;
	const set = setOf(layout, clampedLit(lit, shape));
	const found = summary.first.find(({ cell }) => cell.every((part, axis) => part === set[axis]))?.before;
	if (!found || (!summary.exact && isUnseenCell(found))) return undefined;
	return { mean: found.mean, std: found.std, exact: summary.exact };
}

/** The request for the lit set's numbers, where it is small enough. */
function requestOf({ tensor, part, lit }: State, { layout, shape }: Chosen): BoxRequest | undefined {
	if (!layout || tensor === undefined || sizeOf(shape) === 0 || setSize(layout) > MOST_ELEMENTS) return undefined;
	return { tensor, part, box: setBox(layout, setOf(layout, clampedLit(lit, shape))) };
}

/** Asks for the numbers of the set that is lit, when the lit element rests and they are not there yet. */
export function followLitSet(store: Store, host: Channel<HostApi>): void {
	const kept = new Map<string, CellStatistics>();
	let delay: ReturnType<typeof setTimeout> | undefined;
	let running: AbortController | undefined;

	const ask = async (request: BoxRequest, key: string) => {
		const abort = new AbortController();
		running = abort;
		// What goes wrong with one set goes wrong with the tensor, and is told there.
		const statistics = await host.call("boxStatistics", request, { signal: abort.signal }).catch(() => undefined);
		if (!statistics || abort.signal.aborted) return;
		if (kept.size >= MOST_KEPT) kept.clear();
		kept.set(key, statistics);
		store.update({ litSet: { key, statistics } });
	};

	let file: State["opened"];
	store.watch(
		(state) => [state.opened, state.tensor, state.part, state.choices, state.lit, state.inspection, state.view],
		(state) => {
			clearTimeout(delay);
			running?.abort();
			if (state.opened !== file) kept.clear();
			file = state.opened;
			const chosen = chosenOf(state);
			if (!chosen || selectedTensor(state)?.problem || numbersOfLitSet(state, chosen)?.exact) return;
			const request = requestOf(state, chosen);
			if (!request) return;
			const key = JSON.stringify(request);
			const statistics = kept.get(key);
			if (statistics) store.update({ litSet: { key, statistics } });
			else delay = setTimeout(() => void ask(request, key), REST_MS);
		},
	);
}
