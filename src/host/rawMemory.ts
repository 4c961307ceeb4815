import type * as vscode from "vscode";
import { isDType } from "../core/dtype";
import type { RawLayout } from "../core/raw-layout";
import type { Host } from "./host";

const LAYOUTS = "raw.layouts";

/** Files whose layouts are remembered in a workspace. */
const MAX_FILES = 500;

type Layouts = Readonly<Record<string, RawLayout>>;

/** What the user told about a file without a header, in this workspace. */
export function rememberedRaw({ context }: Host, uri: vscode.Uri): RawLayout | undefined {
	const layouts = context.workspaceState.get<Layouts>(LAYOUTS, {});
	const key = keyOf(uri);
	const layout = Object.hasOwn(layouts, key) ? layouts[key] : undefined;
	// A version of the product to come may have other dtypes.
	return layout && isDType(layout.dtype) ? layout : undefined;
}

/** Remembers how a file is to be read, or forgets it. */
export async function rememberRaw({ context }: Host, uri: vscode.Uri, layout: RawLayout | undefined): Promise<void> {
	const layouts = context.workspaceState.get<Layouts>(LAYOUTS, {});
	const others = Object.entries(layouts).filter(([key]) => key !== keyOf(uri));
	const all: readonly (readonly [string, RawLayout])[] = layout ? [...others, [keyOf(uri), layout]] : others;
	await context.workspaceState.update(LAYOUTS, Object.fromEntries(all.slice(-MAX_FILES)));
}

function keyOf(uri: vscode.Uri): string {
	return uri.with({ fragment: "" }).toString();
}
