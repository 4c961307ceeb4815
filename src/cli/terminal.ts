import type { Writable } from "node:stream";
import { cancelled } from "../core/errors";
import type { Engine } from "../engine/api";
import type { Progress } from "../rpc";

/** What a command works with: the engine, where to write, and whether it was cancelled. */
export interface Terminal {
	readonly engine: Engine;
	/** Aborted by Ctrl+C. */
	readonly signal: AbortSignal;
	/** Writes results to stdout and waits while the reader is slower; says nothing when the reader has gone. */
	readonly write: (text: string) => Promise<void>;
	/** Writes a line for people to stderr. */
	readonly tell: (line: string) => void;
	/** Shows how far work has come, on stderr and only where that is a terminal. */
	readonly bar: (label: string) => ProgressBar;
}

/** A line on a terminal that says how far work has come. */
export interface ProgressBar {
	readonly show: (progress: Progress) => void;
	/** Takes the line away. */
	readonly end: () => void;
}

/** Exit codes of the program; scripts rely on them. */
export const EXIT = { fine: 0, differs: 1, badUsage: 2, badFile: 3, cancelled: 130 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Writes to a stream at the pace of its reader; when the reader goes away, what follows is dropped silently (`… | head`). */
export function writerTo(stream: Writable, signal: AbortSignal): (text: string) => Promise<void> {
	let gone = false;
	// Every failure also reaches the write's own callback, which tells it.
	stream.on("error", () => {});
	return async (text) => {
		signal.throwIfAborted();
		if (gone) return;
		await new Promise<void>((resolve, reject) => {
			const onAbort = () => reject(cancelled());
			signal.addEventListener("abort", onAbort, { once: true });
			stream.write(text, (error) => {
				signal.removeEventListener("abort", onAbort);
				gone ||= isEndOfPipe(error);
				if (error && !gone) reject(error);
				else resolve();
			});
		});
	};
}

function isEndOfPipe(error: NodeJS.ErrnoException | null | undefined): boolean {
	// Windows tells the end of a pipe as EOF.
	return error?.code === "EPIPE" || error?.code === "EOF" || error?.code === "ERR_STREAM_DESTROYED";
}

const BAR_WIDTH = 30;
const MS_BETWEEN_FRAMES = 80;

/** A progress bar on a terminal; silent on anything else. */
export function progressBar(stream: NodeJS.WriteStream, label: string): ProgressBar {
	if (!stream.isTTY) return { show: () => {}, end: () => {} };
	let last = 0;
	let shown = false;
	return {
		show: ({ done, total }) => {
			const now = Date.now();
			if (now - last < MS_BETWEEN_FRAMES) return;
			last = now;
			shown = true;
			const part = total > 0 ? Math.min(1, done / total) : 1;
			const filled = Math.round(part * BAR_WIDTH);
			const line = `${label} [${"#".repeat(filled)}${"-".repeat(BAR_WIDTH - filled)}] ${Math.floor(part * 100)} %`;
			stream.write(`\r${line.slice(0, Math.max(20, (stream.columns ?? 80) - 1))}\x1b[K`);
		},
		end: () => {
			if (shown) stream.write("\r\x1b[K");
		},
	};
}
