import type * as vscode from "vscode";
import { formatShape } from "../core/format";
import { INPUTS, type InputId } from "../core/norm-inputs";
import { normalization } from "../core/normalizations";
import type { Host } from "./host";
import type { Draft, Whole } from "./normalizeQuestions";
import { askFile, openFile } from "./openedFile";
import { BACK, type Place, type Question } from "./questions";
import { type Prompt, pickOne } from "./quickInputs";

/** Asks for a tensor that a norm needs: first those of the same file, by likeness of their names, then another file. */
export function inputQuestion(
	host: Host,
	input: InputId,
	prompt: (draft: Draft, place: Place, text: string) => Prompt,
): Question<Draft> {
	const { label, about, names } = INPUTS[input];
	return {
		open: (draft) => draft.id !== undefined && needs(draft, input) && draft[input] === undefined,
		async ask(draft, place) {
			const { opened } = draft as Whole;
			const isLike = (name: string) => names.some((end) => name.toLowerCase().endsWith(end));
			const own = opened.description.tensors
				.filter(({ problem, name }) => !problem && name !== draft.tensor?.name)
				.sort((a, b) => Number(isLike(b.name)) - Number(isLike(a.name)));
			const other = "\u0000";
			const choices = [
				...own.map(({ name, shape }) => ({
					value: name,
					label: name || "the tensor",
					description: formatShape(shape),
				})),
				{ value: other, label: "Of another file…", description: "choose a tensor file" },
			];
			const name = await pickOne(prompt(draft, place, `${label}: ${about}`), choices, undefined);
			if (name === undefined || name === BACK) return name;
			if (name !== other) return { ...draft, [input]: { uri: opened.uri, tensor: name } };
			const uri = await askFile(prompt(draft, place, `${label}: which file?`));
			if (uri === undefined || uri === BACK) return uri;
			const { description } = await openFile(host, uri as vscode.Uri);
			const [only, second] = description.tensors;
			if (only && !second) return { ...draft, [input]: { uri, tensor: only.name } };
			const found = await pickOne(
				prompt(draft, place, `${label}: which tensor?`),
				description.tensors
					.filter(({ problem }) => !problem)
					.map(({ name, shape }) => ({ value: name, label: name, description: formatShape(shape) })),
				undefined,
			);
			return found === undefined || found === BACK ? found : { ...draft, [input]: { uri, tensor: found } };
		},
	};
}

function needs({ id }: Draft, input: InputId): boolean {
	return id !== undefined && (normalization(id).needs ?? []).includes(input);
}
