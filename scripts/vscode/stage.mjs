import path from "node:path";
import { manifest } from "../setup/project.mjs";

/**
 * @typedef {object} Stage What `npm start` shows.
 * @property {string} work A folder for everything that VS Code writes; it is removed at the end.
 * @property {string} samples The workspace: a copy, so that nothing that is tried out changes the project.
 * @property {string} first The file in it that is open at the start.
 */

/** Settings that open every tensor file in the inspector, also where another editor would come first. */
export function inspectorSettings() {
	const patterns = customEditors().flatMap(({ viewType, selector }) =>
		selector.map(({ filenamePattern }) => [filenamePattern, viewType]),
	);
	return { "workbench.editorAssociations": Object.fromEntries(patterns) };
}

/**
 * The environment that tells the opener extension what to open.
 * @param {Stage} stage
 */
export function openerEnvironment(stage) {
	const suffix = path.extname(stage.first);
	const editor = customEditors().find(({ selector }) =>
		selector.some(({ filenamePattern }) => filenamePattern === `*${suffix}`),
	);
	if (editor === undefined) throw new Error(`package.json contributes no custom editor for *${suffix}`);
	return { TENSOR_INSPECTOR_OPEN: stage.first, TENSOR_INSPECTOR_EDITOR: editor.viewType };
}

function customEditors() {
	return manifest().contributes?.customEditors ?? [];
}
