import type { TensorInfo } from "../core/tensor";
import { type AllChoice, countOf } from "./allTensors";
import type { Draft, Whole } from "./normalizeQuestions";
import { type OpenedFile, tensorChoices } from "./openedFile";
import { BACK, type Place, type Question } from "./questions";
import { askText, type Prompt, pickOne } from "./quickInputs";

/** Asks for one tensor of a file, or all. */
export function askTensorOrAll(prompt: Prompt, opened: OpenedFile) {
	const { length } = opened.description.tensors;
	const all = {
		value: "all" as const,
		label: "$(list-flat) All tensors…",
		description: `the ${length} of this file, or those whose name fits a pattern, into one file`,
	};
	return pickOne<TensorInfo | "all">(prompt, [all, ...tensorChoices(opened)]);
}

/** What is asked where all tensors of a file are meant: whose names, and what becomes of the others. */
export function allTensorsQuestions(
	prompt: (draft: Draft, place: Place, text: string) => Prompt,
	withAll: (draft: Draft, all: AllChoice) => Draft,
): readonly Question<Draft>[] {
	return [
		{
			open: ({ all }) => all !== undefined && all.pattern === undefined,
			async ask(draft, place) {
				const { description } = (draft as Whole).opened;
				const pattern = await askText({
					...prompt(
						draft,
						place,
						"Which names? * is any text, ? a character, several with commas, ! leaves out; empty for all",
					),
					value: "",
					check: (text) => {
						const found = countOf(description, text);
						return "problem" in found ? found.problem : undefined;
					},
					tell: (text) => {
						const found = countOf(description, text);
						return "problem" in found ? found.problem : found.text;
					},
				});
				return pattern === undefined || pattern === BACK ? pattern : withAll(draft, { ...draft.all, pattern });
			},
		},
		{
			open: ({ all }) => all !== undefined && all.keepOthers === undefined,
			async ask(draft, place) {
				const { description } = (draft as Whole).opened;
				const found = countOf(description, draft.all?.pattern ?? "");
				const others = description.tensors.length - ("count" in found ? found.count : 0);
				const keepOthers = await pickOne(
					prompt(draft, place, "What becomes of the other tensors?"),
					[
						{ value: false, label: "Leave them out", description: "the new file holds the normalized tensors only" },
						{ value: true, label: "Keep them as they are", description: `${others} of the file, bit by bit` },
					],
					false,
				);
				return keepOthers === undefined || keepOthers === BACK
					? keepOthers
					: { ...draft, all: { ...draft.all, keepOthers } };
			},
		},
	];
}
