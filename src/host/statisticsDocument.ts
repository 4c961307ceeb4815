import { setImmediate as nextTurn } from "node:timers/promises";
import * as vscode from "vscode";
import { isDType, partsOf } from "../core/dtype";
import type { Norm } from "../core/normalizations";
import type { CallOptions } from "../rpc";
import { placeOf, placeText, type TensorPlace } from "./commandArguments";
import { failureSentence } from "./failure";
import type { Host } from "./host";
import { openFile, tensorNamed } from "./openedFile";
import { type Inspected, statisticsReport } from "./statisticsReport";

/** Scheme of the read-only documents that show statistics. */
export const STATISTICS_SCHEME = "tensor-statistics";

/** Statistics as documents: their address says of what they are, so that one restored with its window is computed again. */
export interface StatisticsDocuments extends vscode.Disposable {
	show(inspected: Inspected, place: TensorPlace, norm: Norm | undefined): Promise<vscode.TextDocument>;
}

/** Registers the documents' provider. */
export function statisticsDocuments(host: Host): StatisticsDocuments {
	const texts = new Map<string, string>();
	const changed = new vscode.EventEmitter<vscode.Uri>();
	const provider: vscode.TextDocumentContentProvider = {
		onDidChange: changed.event,
		async provideTextDocumentContent(uri, token) {
			const text = texts.get(uri.toString());
			if (text !== undefined) return text;
			const abort = new AbortController();
			token.onCancellationRequested(() => abort.abort());
			try {
				const { place, norm } = JSON.parse(uri.query) as { place: string; norm?: Norm };
				const found = placeOf(place);
				if (!found) return "";
				return await reportText(await inspectTensor(host, found, norm, { signal: abort.signal }));
			} catch (thrown) {
				return failureSentence(host, thrown);
			}
		},
	};
	const registrations = [
		changed,
		vscode.workspace.registerTextDocumentContentProvider(STATISTICS_SCHEME, provider),
		vscode.workspace.onDidCloseTextDocument(({ uri }) => texts.delete(uri.toString())),
	];
	return {
		async show(inspected, place, norm) {
			const { tensor, description } = inspected;
			const name = [description.file, ...(tensor.name ? [tensor.name.replace(/[\\/]/g, "_")] : [])].join(" ");
			const query = JSON.stringify({ place: placeText(place), ...(norm ? { norm } : {}) });
			const uri = vscode.Uri.from({ scheme: STATISTICS_SCHEME, path: `/${name} statistics.txt`, query });
			texts.set(uri.toString(), await reportText(inspected));
			changed.fire(uri);
			const document = await vscode.workspace.openTextDocument(uri);
			await vscode.window.showTextDocument(document, { preview: true });
			return document;
		},
		dispose: () => vscode.Disposable.from(...registrations).dispose(),
	};
}

/** Everything about one tensor (without a name the only one of its file), of both parts where it is complex. */
export async function inspectTensor(
	host: Host,
	{ uri, tensor: name }: TensorPlace,
	norm: Norm | undefined,
	options: CallOptions,
): Promise<Inspected> {
	const opened = await openFile(host, uri, options.signal ?? undefined);
	const tensor = tensorNamed(opened, name);
	const request = { file: opened.file, tensor: tensor.name, ...(norm ? { norm } : {}) };
	const parts = [await host.engine.inspect({ ...request, part: 0 }, options)];
	if (isDType(tensor.dtype) && partsOf(tensor.dtype) === 2) {
		parts.push(await host.engine.inspect({ ...request, part: 1 }, options));
	}
	return { description: opened.description, tensor, parts };
}

async function reportText(inspected: Inspected): Promise<string> {
	const pieces: string[] = [];
	for (const piece of statisticsReport(inspected)) {
		pieces.push(piece);
		// A table may have thousands of rows: the extension host gets its turn between two of them.
		await nextTurn();
	}
	return pieces.join("");
}
