import type * as vscode from "vscode";
import type { AxisChoices } from "../protocol";
import type { Host } from "./host";
import { axisChoices } from "./messages";

const AXES = "axes.choices";

/** Files whose axes are remembered in a workspace. */
const MAX_FILES = 500;

type Files = Readonly<Record<string, AxisChoices>>;

/** What the user said about the axes of a file's tensors, in this workspace. */
export function rememberedAxes({ context, log }: Host, uri: vscode.Uri): AxisChoices {
	const files = context.workspaceState.get<Files>(AXES, {});
	try {
		return Object.hasOwn(files, uri.toString()) ? axisChoices(files[uri.toString()], "axes") : {};
	} catch (thrown) {
		log.debug(String(thrown));
		return {};
	}
}

/** Remembers it, for the files where it was said last. */
export async function rememberAxes({ context }: Host, uri: vscode.Uri, axes: AxisChoices): Promise<void> {
	const files = context.workspaceState.get<Files>(AXES, {});
	const others = Object.entries(files).filter(([key]) => key !== uri.toString());
	const all = [...others, [uri.toString(), axes] as const];
	await context.workspaceState.update(AXES, Object.fromEntries(all.slice(-MAX_FILES)));
}
