import { manifest } from "../setup/project.mjs";

/**
 * @typedef {object} Stage What `npm start` shows.
 * @property {string} work A folder for everything that VS Code writes; it is removed at the end.
 * @property {string} samples The workspace: a copy, so that nothing that is tried out changes the project.
 * @property {string} first The file in it that is open at the start.
 */

/** The extension's custom editor and the file patterns that it can open, from package.json. Throws when there is none. */
function inspector() {
	const editor = manifest().contributes?.customEditors?.[0];
	if (editor === undefined) throw new Error("package.json contributes no custom editor.");
	return editor;
}

/** Settings that open every tensor file in the inspector, also where another editor would come first. */
export function inspectorSettings() {
	const { viewType, selector } = inspector();
	const patterns = selector.map(({ filenamePattern }) => [filenamePattern, viewType]);
	return { "workbench.editorAssociations": Object.fromEntries(patterns) };
}

/**
 * The environment that tells the opener extension what to open.
 * @param {Stage} stage
 */
export function openerEnvironment(stage) {
	return { TENSOR_INSPECTOR_OPEN: stage.first, TENSOR_INSPECTOR_EDITOR: inspector().viewType };
}
