import * as vscode from "vscode";
import { TensorError } from "../core/errors";
import { formatBytes, formatDType, formatShape } from "../core/format";
import type { FileDescription, TensorInfo } from "../core/tensor";
import type { FileRef } from "../engine/api";
import { fileRefOf } from "./fileRef";
import type { Host } from "./host";
import type { Choice } from "./normChoices";
import { type Prompt, pickOne } from "./quickInputs";
import { workspaceTensorFiles } from "./tensorFiles";

/** A file whose headers have been read. */
export interface OpenedFile {
	readonly uri: vscode.Uri;
	readonly file: FileRef;
	readonly description: FileDescription;
}

/** Reads a file's headers, in a worker. */
export async function openFile(host: Host, uri: vscode.Uri, signal?: AbortSignal): Promise<OpenedFile> {
	const file = await fileRefOf(host, uri, signal);
	return { uri, file, description: await host.engine.describe(file, { signal }) };
}

/** The tensor of a name, without a name the only one. Throws `bad-option` with the names there are. */
export function tensorNamed({ description }: OpenedFile, name: string | undefined): TensorInfo {
	const { tensors, file } = description;
	const found = name === undefined && tensors.length === 1 ? tensors[0] : tensors.find((each) => each.name === name);
	if (found) return found;
	const listed = tensors.slice(0, 10).map((each) => `"${each.name}"`);
	const names = tensors.length > listed.length ? `${listed.join(", ")}, …` : listed.join(", ");
	throw new TensorError(
		"bad-option",
		name !== undefined
			? `There is no tensor "${name}"; the file holds ${names || "none"}.`
			: tensors.length === 0
				? "The file holds no tensor."
				: `The file holds ${tensors.length} tensors; name one of ${names}.`,
		{ file },
	);
}

/** The tensors of a file as a list shows them; those that cannot be read carry their problem. */
export function tensorChoices({ description }: OpenedFile): Choice<TensorInfo>[] {
	return description.tensors.map((tensor) => ({
		value: tensor,
		label: tensor.name || description.file,
		description: `${formatShape(tensor.shape)}  ${formatDType(tensor.dtype)}  ${formatBytes(tensor.bytes)}`,
		...(tensor.problem ? { problem: tensor.problem.message } : {}),
	}));
}

/** Files that are listed before the user is asked to filter by browsing. */
const MAX_LISTED = 2000;

/** Lets the user choose a tensor file of the workspace, or any with a dialog. */
export async function askFile(prompt: Prompt) {
	const { files, more } = await workspaceTensorFiles(MAX_LISTED);
	const browse: Choice<vscode.Uri | "browse"> = {
		value: "browse",
		label: "$(folder-opened) Browse…",
		description: more ? `the workspace has more than these ${MAX_LISTED} files` : "any file",
	};
	const listed = files.map((uri): Choice<vscode.Uri | "browse"> => {
		const place = vscode.workspace.asRelativePath(uri);
		const slash = place.lastIndexOf("/");
		return { value: uri, label: place.slice(slash + 1), description: place.slice(0, Math.max(0, slash)) };
	});
	const chosen = await pickOne(prompt, [...listed, browse]);
	if (chosen !== "browse") return chosen;
	const [picked] = (await vscode.window.showOpenDialog({ title: prompt.title, openLabel: "Choose" })) ?? [];
	return picked;
}

/** Lets the user choose one tensor of a file. */
export function askTensor(prompt: Prompt, opened: OpenedFile, preferred?: TensorInfo) {
	return pickOne(prompt, tensorChoices(opened), preferred);
}
