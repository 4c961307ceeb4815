import type { CallOptions, Progress } from "../rpc";
import { REPORT_EVERY_MS } from "./share";

/** Adds up the progress of shares of one work of `total` elements, and passes it on about 20 times a second. */
export function sumProgress(
	shares: number,
	total: number,
	report: CallOptions["onProgress"],
): (share: number) => (progress: Progress) => void {
	const done = new Array<number>(shares).fill(0);
	let reported = 0;
	return (share) => (progress) => {
		done[share] = progress.done;
		const sum = done.reduce((all, part) => all + part, 0);
		const now = Date.now();
		if (sum < total && now - reported < REPORT_EVERY_MS) return;
		reported = now;
		report?.({ done: sum, total });
	};
}
