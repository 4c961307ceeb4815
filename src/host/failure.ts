import * as vscode from "vscode";
import { describeError, TensorError } from "../core/errors";
import type { Host } from "./host";

/** Whether something thrown is only the end of what the user or a program took back. */
export function isCancelled(thrown: unknown): boolean {
	return thrown instanceof vscode.CancellationError || TensorError.from(thrown).code === "cancelled";
}

/** The one sentence about something thrown; its details go to the log. */
export function failureSentence(host: Host, thrown: unknown): string {
	const error = TensorError.from(thrown);
	const sentence = describeError(error.toData());
	if (error.code === "internal") host.log.error(sentence, thrown instanceof Error ? (thrown.stack ?? "") : "");
	else if (error.code !== "cancelled") host.log.warn(`${error.code}: ${sentence}`);
	return sentence;
}

/** Shows the sentence about something thrown, unless it was taken back; does not wait until it is read. */
export function showFailure(host: Host, thrown: unknown): void {
	if (isCancelled(thrown)) return;
	const sentence = failureSentence(host, thrown);
	const internal = TensorError.from(thrown).code === "internal";
	const choices = internal ? ["Show Log"] : [];
	void vscode.window.showErrorMessage(sentence, ...choices).then((choice) => {
		if (choice !== undefined) host.log.show();
	});
}
