import { type ErrorData, TensorError } from "../../../src/core/errors";
import type { Slice } from "../../../src/core/slice";
import type { HostApi, SliceRequest } from "../../../src/protocol";
import type { Channel, Progress } from "../../../src/rpc";

/** Elements of windows that are shown at once, and of a first look at larger ones: soon there while a slider is dragged. */
const [AT_ONCE, FIRST_LOOK] = [2 ** 21, 2 ** 18];

/** Slices that are shown together: one, or three that are the colours of one image. */
export type Requests = readonly SliceRequest[];

/** What becomes of slices that were asked for. */
export interface Asked {
	readonly arrived: (requests: Requests, slices: readonly Slice[]) => void;
	readonly progress: (progress: Progress | undefined) => void;
	readonly failed: (error: ErrorData) => void;
}

/**
 * Asks for slices, the newest: a first look that was begun is let through, so that pictures follow a slider that is dragged;
 * reading more is given up as soon as others are wanted.
 */
export function askSlices(
	host: Channel<HostApi>,
	{ arrived, progress, failed }: Asked,
): (requests: Requests | undefined) => void {
	let wanted: Requests | undefined;
	let key = "";
	let running: { readonly abort: AbortController; looking: boolean } | undefined;

	const work = async (requests: Requests) => {
		const mine = { abort: new AbortController(), looking: true };
		running = mine;
		const { signal } = mine.abort;
		const ask = (most?: number) =>
			Promise.all(
				requests.map((request) =>
					host.call("slice", most === undefined ? request : { ...request, most }, { signal, onProgress: progress }),
				),
			);
		try {
			if (requests.some(({ window }) => elementsOf(window) > AT_ONCE)) {
				arrived(requests, await ask(FIRST_LOOK));
				mine.looking = false;
				if (wanted === requests) arrived(requests, await ask());
			} else arrived(requests, await ask());
		} catch (thrown) {
			const error = TensorError.from(thrown).toData();
			if (!signal.aborted && wanted === requests) failed(error);
		}
		if (running !== mine) return;
		running = undefined;
		progress(undefined);
		if (wanted && wanted !== requests) void work(wanted);
	};

	return (requests) => {
		const next = JSON.stringify(requests);
		if (next === key) return;
		key = next;
		wanted = requests;
		if (running && (!requests || !running.looking)) {
			running.abort.abort();
			running = undefined;
			progress(undefined);
		}
		if (requests && !running) void work(requests);
	};
}

function elementsOf({ rows, columns }: SliceRequest["window"]): number {
	return (rows?.length ?? 1) * columns.length;
}
