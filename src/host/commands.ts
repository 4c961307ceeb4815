import * as vscode from "vscode";
import { describeError, TensorError } from "../core/errors";
import { type Given, placeOf, readArguments, type TensorPlace } from "./commandArguments";
import type { Editors } from "./editor";
import { exportCommand } from "./exportCommands";
import { showFailure } from "./failure";
import { statOf } from "./fileRef";
import type { Host } from "./host";
import { normalizeCommand } from "./normalizeFlow";
import { askFile } from "./openedFile";
import { BACK } from "./questions";
import { openRawCommand } from "./rawFlow";
import { copyStatistics, showStatistics } from "./statisticsCommands";
import type { StatisticsDocuments } from "./statisticsDocument";
import { activeTensorFile, entryOf } from "./tensorFiles";

/**
 * Registers every command. Each takes nothing, a Uri, a path, or one object (CommandArguments) and answers with a value;
 * with an object it rejects with one sentence where it would show it otherwise.
 */
export function registerCommands(host: Host, editors: Editors, documents: StatisticsDocuments): vscode.Disposable {
	const commands: Readonly<Record<string, (given: Given, all: readonly unknown[]) => Promise<unknown>>> = {
		"tensorInspector.open": (given, all) => openCommand(editors, given, all),
		"tensorInspector.openRaw": (given) => openRawCommand(host, editors, given),
		"tensorInspector.normalize": (given) => normalizeCommand(host, withActive(given)),
		"tensorInspector.showStatistics": (given) => showStatistics(host, documents, given),
		"tensorInspector.copyStatistics": (given) => copyStatistics(host, given),
		"tensorInspector.exportStatistics": (given) => exportCommand(host, "statistics", given, editors.shown),
		"tensorInspector.exportReport": (given) => exportCommand(host, "report", given, editors.shown),
	};
	const registrations = Object.entries(commands).map(([id, run]) =>
		vscode.commands.registerCommand(id, async (...all: unknown[]) => {
			const program = typeof all[0] === "object" && all[0] !== null && placeOf(all[0]) === undefined;
			try {
				return await run(readArguments(all[0]), all);
			} catch (thrown) {
				const error = TensorError.from(thrown);
				if (program) throw new TensorError(error.code, describeError(error.toData()));
				showFailure(host, thrown);
				return undefined;
			}
		}),
	);
	return vscode.Disposable.from(...registrations);
}

/** Opens the file given (of several chosen in the Explorer each), or the one the user chooses; answers with its Uri. */
async function openCommand(editors: Editors, given: Given, all: readonly unknown[]): Promise<vscode.Uri | undefined> {
	const place = given.place ?? (await askPlace());
	if (!place) return undefined;
	const selected = Array.isArray(all[1]) ? all[1].flatMap((each) => placeOf(each) ?? []) : [];
	const places: readonly TensorPlace[] = selected.length > 1 ? selected : [place];
	let first: vscode.Uri | undefined;
	for (const each of places) {
		const { type } = await statOf(each.uri);
		const uri = type & vscode.FileType.Directory ? await entryOf(each.uri) : each.uri;
		await editors.open({ ...each, uri });
		first ??= uri;
	}
	return first;
}

async function askPlace(): Promise<TensorPlace | undefined> {
	const active = activeTensorFile();
	if (active) return { uri: active };
	const place = { step: 1, totalSteps: 1, canGoBack: false };
	const chosen = await askFile({ title: "Open in Tensor Inspector", place, prompt: "Which file?" });
	return chosen === undefined || chosen === BACK ? undefined : { uri: chosen };
}

/** Without a file, what the active editor shows is meant. */
function withActive(given: Given): Given {
	const active = given.place || given.program ? undefined : activeTensorFile();
	return active ? { ...given, place: { uri: active } } : given;
}
