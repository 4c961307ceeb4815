import type * as vscode from "vscode";
import { isDType } from "../core/dtype";
import type { RawLayout } from "../core/raw-layout";
import { recalled, remember } from "./fileMemory";
import type { Host } from "./host";

const LAYOUTS = "raw.layouts";

/** What the user told about a file without a header, in this workspace. */
export function rememberedRaw(host: Host, uri: vscode.Uri): RawLayout | undefined {
	const layout = recalled(host, LAYOUTS, uri) as RawLayout | undefined;
	// A version of the product to come may have other dtypes.
	return layout && isDType(layout.dtype) ? layout : undefined;
}

/** Remembers how a file is to be read, or forgets it. */
export function rememberRaw(host: Host, uri: vscode.Uri, layout: RawLayout | undefined): Promise<void> {
	return remember(host, LAYOUTS, uri, layout);
}
