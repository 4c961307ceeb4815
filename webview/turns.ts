/** Changes that follow each other within so many milliseconds are a rush, as when something is dragged. */
const RUSH_MS = 100;

/** Changes from which on it is one: those of a page that opens, or of one click, are fewer. */
const RUSH_FROM = 4;

/** Milliseconds of work in a frame during a rush. */
const TURN_MS = 2;

/** Milliseconds after which what is left over need not wait for a frame: a page that nobody sees has none. */
const FRAMELESS_MS = 200;

/**
 * Runs all listeners when called: at once, or, in a rush of calls, as many as a frame has time for. Those left over are the
 * first in the next frame, so that each sees the newest state before long and the page keeps moving.
 */
export function inTurns(listeners: readonly (() => void)[]): () => void {
	let [first, left] = [0, 0];
	let [last, calls] = [-Infinity, 0];
	let isWaiting = false;

	const work = (untilMs: number) => {
		while (left > 0) {
			const listener = listeners[first];
			first = (first + 1) % listeners.length;
			left--;
			listener?.();
			if (performance.now() >= untilMs) break;
		}
		if (left > 0 && !isWaiting) wait();
	};
	const wait = () => {
		isWaiting = true;
		const goOn = () => {
			cancelAnimationFrame(frame);
			clearTimeout(timer);
			isWaiting = false;
			work(performance.now() + TURN_MS);
		};
		const frame = requestAnimationFrame(goOn);
		const timer = setTimeout(goOn, FRAMELESS_MS);
	};

	return () => {
		const now = performance.now();
		calls = now - last < RUSH_MS ? calls + 1 : 1;
		last = now;
		left = listeners.length;
		if (calls < RUSH_FROM) work(Infinity);
		// While it waits, this frame's time is used up.
		else if (!isWaiting) work(now + TURN_MS);
	};
}
