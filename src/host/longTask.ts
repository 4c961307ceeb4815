import { setTimeout as after } from "node:timers/promises";
import * as vscode from "vscode";
import type { CallOptions, Progress } from "../rpc";

/** Work that ends sooner shows no notification: it would only flash. */
const PATIENCE_MS = 400;

/** Runs work under a notification that shows how far it is and can cancel it; a program's own token cancels it, too. */
export async function withProgress<Result>(
	title: string,
	work: (options: CallOptions) => Promise<Result>,
	outer?: vscode.CancellationToken,
): Promise<Result> {
	const abort = new AbortController();
	const cancel = () => abort.abort();
	const link = outer?.onCancellationRequested(cancel);
	if (outer?.isCancellationRequested) cancel();
	let percent = 0;
	let show = (_percent: number) => {};
	const onProgress = ({ done, total }: Progress) => {
		percent = total > 0 ? Math.floor((100 * done) / total) : 0;
		show(percent);
	};
	const running = work({ signal: abort.signal, onProgress });
	try {
		const waited = new AbortController();
		const ended = running.then(
			() => "ended",
			() => "ended",
		);
		const first = await Promise.race([
			ended,
			after(PATIENCE_MS, "slow", { signal: waited.signal }).catch(() => "ended"),
		]);
		waited.abort();
		if (first === "ended") return await running;
		const location = vscode.ProgressLocation.Notification;
		return await vscode.window.withProgress({ location, title, cancellable: true }, (progress, token) => {
			token.onCancellationRequested(cancel);
			let shown = 0;
			show = (now) => {
				if (now <= shown) return;
				progress.report({ increment: now - shown, message: `${now} %` });
				shown = now;
			};
			show(percent);
			return running;
		});
	} finally {
		link?.dispose();
	}
}
