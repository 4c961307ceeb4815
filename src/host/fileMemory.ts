import type * as vscode from "vscode";
import type { Host } from "./host";

/** Files of which one kind of thing is remembered in a workspace: those where it was said last. */
const MAX_FILES = 500;

type Files = Readonly<Record<string, unknown>>;

/** What is remembered of a file in this workspace, of one kind; an older version of the product may have left it. */
export function recalled({ context }: Host, kind: string, uri: vscode.Uri): unknown {
	const files = context.workspaceState.get<Files>(kind, {});
	return Object.hasOwn(files, keyOf(uri)) ? files[keyOf(uri)] : undefined;
}

/** Remembers something of a file, which JSON can hold; undefined forgets it. */
export async function remember({ context }: Host, kind: string, uri: vscode.Uri, value: unknown): Promise<void> {
	const files = context.workspaceState.get<Files>(kind, {});
	const others = Object.entries(files).filter(([key]) => key !== keyOf(uri));
	const all = value === undefined ? others : [...others, [keyOf(uri), value] as const];
	await context.workspaceState.update(kind, Object.fromEntries(all.slice(-MAX_FILES)));
}

function keyOf(uri: vscode.Uri): string {
	return uri.with({ fragment: "" }).toString();
}
