import { cancelled, throwIfAborted } from "../core/errors";
import type { CallOptions, Progress } from "../rpc";

/** Milliseconds that work nobody waits for goes on: a newer request for the same may be on its way. */
const PATIENCE_MS = 1000;

/** Milliseconds after its last use until what was found is forgotten. */
const KEEP_MS = 60_000;

/** Work that many requests share. */
export interface KeptWork<Found> {
	/** What was found under a key, from the work that goes on or is done, or by starting it; other work is given up. */
	get(key: string, start: (options: CallOptions) => Promise<Found>, options: CallOptions): Promise<Found>;
}

interface Entry<Found> {
	readonly key: string;
	readonly found: Promise<Found>;
	readonly abort: AbortController;
	readonly listeners: Set<(progress: Progress) => void>;
	waiting: number;
	timer?: NodeJS.Timeout;
}

/** Keeps the newest of some works, with what it found, so that requests which replace each other do not start it anew. */
export function keepWork<Found>(): KeptWork<Found> {
	let kept: Entry<Found> | undefined;

	const drop = (entry: Entry<Found>) => {
		clearTimeout(entry.timer);
		entry.abort.abort();
		if (kept === entry) kept = undefined;
	};

	const begin = (key: string, start: (options: CallOptions) => Promise<Found>): Entry<Found> => {
		const abort = new AbortController();
		const listeners = new Set<(progress: Progress) => void>();
		const onProgress = (progress: Progress) => {
			for (const listener of listeners) listener(progress);
		};
		const found = start({ signal: abort.signal, onProgress });
		const entry: Entry<Found> = { key, found, abort, listeners, waiting: 0 };
		found.catch(() => drop(entry));
		return entry;
	};

	const leave = (entry: Entry<Found>, done: boolean) => {
		entry.waiting--;
		if (entry.waiting > 0) return;
		entry.timer = setTimeout(() => drop(entry), done ? KEEP_MS : PATIENCE_MS);
		entry.timer.unref();
	};

	return {
		async get(key, start, { signal, onProgress }) {
			throwIfAborted(signal);
			if (kept && kept.key !== key) drop(kept);
			kept ??= begin(key, start);
			const entry = kept;
			clearTimeout(entry.timer);
			entry.waiting++;
			if (onProgress) entry.listeners.add(onProgress);
			let done = false;
			try {
				const found = await orAborted(entry.found, signal);
				done = true;
				return found;
			} finally {
				if (onProgress) entry.listeners.delete(onProgress);
				leave(entry, done);
			}
		},
	};
}

/** A promise that rejects with `cancelled` as soon as the signal is aborted. */
function orAborted<Found>(found: Promise<Found>, signal: AbortSignal | undefined): Promise<Found> {
	if (!signal) return found;
	return new Promise((resolve, reject) => {
		const onAbort = () => reject(cancelled());
		signal.addEventListener("abort", onAbort, { once: true });
		found.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
	});
}
