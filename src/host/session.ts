import path from "node:path";
import type * as vscode from "vscode";
import { cancelled, TensorError } from "../core/errors";
import type { FileRef } from "../engine/api";
import type { HostApi, InspectRequest, OpenedFile, WebviewApi } from "../protocol";
import { openChannel, type Port } from "../rpc";
import { fromWire, toWire } from "../wire";
import { rememberAxes, rememberedAxes } from "./axisMemory";
import { compareHandlers } from "./compareRequests";
import { exportShown, savePlot } from "./exportCommands";
import { failureSentence, isCancelled } from "./failure";
import { fileRefOf } from "./fileRef";
import { watchFile } from "./fileWatch";
import type { Host } from "./host";
import { inspectRequest, sliceRequest } from "./inspectRequest";
import { lensHandlers } from "./lensRequests";
import { checkedHandlers } from "./messages";
import { normalizeChosen } from "./normalizeFlow";
import { openFile } from "./openedFile";
import { askOther, lastOther } from "./otherFile";
import { offerRaw } from "./rawFlow";
import { type FirstRead, readAhead } from "./readAhead";
import { copyStatistics } from "./statisticsCommands";

/** One panel's conversation with the engine about its file; disposing it cancels what it still runs. */
export interface Session extends vscode.Disposable {
	/** Shows a tensor in the panel, as soon as the panel has opened the file. */
	select(tensor: string): void;
	/** What the panel asked numbers of last: what its user looks at. */
	shown(): InspectRequest | undefined;
	/** Lets the panel open its file again, for it is to be read in another way. */
	reopen(): void;
}

/** Starts the conversation; call it before the webview gets its page. */
export function startSession(host: Host, uri: vscode.Uri, webview: vscode.Webview): Session {
	let file: Promise<FileRef> | undefined;
	let opened = false;
	let wanted: string | undefined;
	let shown: InspectRequest | undefined;
	const fileOf = (signal: AbortSignal) => {
		// The bytes of a file on no disk are read once for all requests; a failed or cancelled reading is not kept.
		file ??= fileRefOf(host, uri, signal).catch((thrown) => {
			file = undefined;
			throw thrown;
		});
		return file;
	};

	const read = async (signal: AbortSignal): Promise<FirstRead> => {
		file = undefined;
		return { description: await host.engine.describe(await fileOf(signal), { signal }) };
	};
	const closed = new AbortController();
	const axes = () => rememberedAxes(host, uri);
	let first: (() => Promise<FirstRead>) | undefined = readAhead(
		host.engine,
		fileOf(closed.signal),
		axes(),
		closed.signal,
	);

	const channel = openChannel<HostApi, WebviewApi>(
		portOf(webview),
		checkedHandlers({
			async open(_, { signal }): Promise<OpenedFile> {
				try {
					const reading = first?.() ?? read(signal);
					first = undefined;
					const found = await reading;
					shown = found.ahead?.request ?? shown;
					opened = true;
					// After the answer: the panel can only select what it knows.
					setTimeout(showWanted, 0);
					return { ok: true, ...found, axes: axes() };
				} catch (thrown) {
					if (isCancelled(thrown)) throw thrown;
					failureSentence(host, thrown);
					offerRaw(uri, TensorError.from(thrown));
					return { ok: false, name: path.posix.basename(uri.path), error: TensorError.from(thrown).toData() };
				}
			},
			async rememberAxes(axes) {
				await rememberAxes(host, uri, axes);
				return null;
			},
			async inspect(input, { signal, progress }) {
				shown = input;
				const request = inspectRequest(await fileOf(signal), input);
				return host.engine.inspect(request, { signal, onProgress: progress });
			},
			async boxStatistics({ tensor, part, box }, { signal }) {
				return host.engine.boxStatistics({ file: await fileOf(signal), tensor, part, box }, { signal });
			},
			async profile(input, { signal }) {
				return host.engine.profile({ file: await fileOf(signal), ...input }, { signal });
			},
			async ranked(input, { signal }) {
				return host.engine.ranked({ file: await fileOf(signal), ...input }, { signal });
			},
			async elements({ tensor, part, indices }, { signal }) {
				return host.engine.elements({ file: await fileOf(signal), tensor, part, indices }, { signal });
			},
			async slice(input, { signal, progress }) {
				return host.engine.slice(sliceRequest(await fileOf(signal), input), { signal, onProgress: progress });
			},
			async distribution({ tensor, part, layout }, { signal, progress }) {
				const request = { file: await fileOf(signal), tensor, part, ...(layout ? { layout } : {}) };
				return (await host.engine.distribution(request, { signal, onProgress: progress })).distribution;
			},
			...lensHandlers(host.engine, fileOf),
			...compareHandlers(host.engine, {
				own: fileOf,
				ask: (signal) => askOther(host, uri, signal),
				last: (signal) => lastOther(host, uri, signal),
			}),
			async normalize({ tensor, norm, inputs = {} }) {
				const places = Object.fromEntries(Object.entries(inputs).map(([id, name]) => [id, { uri, tensor: name }]));
				const chosen = { ...norm, inputs: places };
				const written = await normalizeChosen(host, { uri, tensor }, chosen).catch(unlessCancelled);
				return written ? path.basename(written.uri.fsPath) : null;
			},
			async copyStatistics({ tensor }) {
				await copyStatistics(host, { program: true, place: { uri, tensor }, tensor });
				return null;
			},
			async savePlot(plot, { signal }) {
				return nameOf(await savePlot(host, await openFile(host, uri, signal), plot));
			},
			async exportTensor({ format, ...shown }) {
				const kind = format === "html" ? "report" : "statistics";
				return nameOf(await exportShown(host, kind, uri, shown, format).catch(unlessCancelled));
			},
		}),
	);

	const tell = (answer: Promise<null>) => void answer.catch((thrown) => host.log.debug(String(thrown)));
	const showWanted = () => {
		if (!opened || wanted === undefined) return;
		tell(channel.call("select", { tensor: wanted }));
		wanted = undefined;
	};
	const watch = watchFile(uri, () => tell(channel.call("fileChanged", null)));

	return {
		select(tensor) {
			wanted = tensor;
			showWanted();
		},
		shown: () => shown,
		reopen() {
			tell(channel.call("reopen", null));
		},
		dispose() {
			watch.dispose();
			closed.abort();
			channel.close(cancelled());
		},
	};
}

function unlessCancelled(thrown: unknown): undefined {
	if (!isCancelled(thrown)) throw thrown;
}

function nameOf(uri: vscode.Uri | undefined): string | null {
	return uri ? path.posix.basename(uri.path) : null;
}

function portOf(webview: vscode.Webview): Port {
	return {
		post: (message) => void webview.postMessage(toWire(message)),
		listen(receive) {
			const subscription = webview.onDidReceiveMessage((message) => receive(fromWire(message)));
			return () => subscription.dispose();
		},
	};
}
