import type * as vscode from "vscode";
import type { AxisChoices } from "../protocol";
import { recalled, remember } from "./fileMemory";
import type { Host } from "./host";
import { axisChoices } from "./messages";

const AXES = "axes.choices";

/** What the user said about the axes of a file's tensors, in this workspace. */
export function rememberedAxes(host: Host, uri: vscode.Uri): AxisChoices {
	try {
		return axisChoices(recalled(host, AXES, uri) ?? {}, "axes");
	} catch (thrown) {
		host.log.debug(String(thrown));
		return {};
	}
}

/** Remembers it. */
export function rememberAxes(host: Host, uri: vscode.Uri, axes: AxisChoices): Promise<void> {
	return remember(host, AXES, uri, axes);
}
