import path from "node:path";
import type * as vscode from "vscode";
import { TensorError } from "../core/errors";
import { formatShape } from "../core/format";
import { averageOver, type Layout } from "../core/layout";
import { groupedSize } from "../core/norm-candidates";
import { INPUT_IDS } from "../core/norm-inputs";
import type { OptionId } from "../core/norm-options";
import { layoutOf, type NormId, normalization } from "../core/normalizations";
import type { TensorInfo } from "../core/tensor";
import { type AllChoice, exampleOf } from "./allTensors";
import { allTensorsQuestions, askTensorOrAll } from "./allTensorsQuestions";
import type { InputPlaces } from "./commandArguments";
import type { Host } from "./host";
import { inputQuestion } from "./inputQuestion";
import {
	axisChoices,
	axisList,
	defaultGroups,
	defaultOptions,
	groupChoices,
	layoutInWords,
	normChoices,
} from "./normChoices";
import { type NormDraft, normOf } from "./normDraft";
import { askFile, type OpenedFile, openFile } from "./openedFile";
import { askOutput, type Output } from "./outputQuestion";
import { BACK, type Place, type Question } from "./questions";
import { askText, pickMany, pickOne } from "./quickInputs";

/** What is known so far of a normalization that is being asked for. */
export interface Draft extends NormDraft, InputPlaces {
	readonly opened?: OpenedFile;
	/** What is normalized; where all tensors are, one that stands for them. */
	readonly tensor?: TensorInfo;
	readonly all?: AllChoice;
	readonly output?: Output;
}

/** A draft that nothing is missing from. */
export type Whole = Draft & { readonly opened: OpenedFile; readonly tensor: TensorInfo; readonly output: Output };

/** What was chosen the last time, in this workspace. */
export interface Habits {
	readonly id?: NormId;
	readonly groups?: number;
	readonly eps?: number;
}

/** Every question of "Normalize Tensor…", in order. */
export function normalizeQuestions(host: Host, habits: Habits): readonly Question<Draft>[] {
	const prompt = (draft: Draft, place: Place, text: string) => ({ title: titleOf(draft), place, prompt: text });
	return [
		{
			open: (draft) => !draft.opened,
			async ask(draft, place) {
				const uri = await askFile(prompt(draft, place, "Which file?"));
				return uri === undefined || uri === BACK ? uri : withFile(draft, await openFile(host, uri as vscode.Uri));
			},
		},
		{
			open: (draft) => !draft.tensor && !draft.all,
			async ask(draft, place) {
				const { opened } = draft as Whole;
				const tensor = await askTensorOrAll(prompt(draft, place, "Which tensor?"), opened);
				if (tensor === undefined || tensor === BACK) return tensor;
				return tensor === "all" ? { ...draft, all: {} } : { ...draft, tensor };
			},
		},
		...allTensorsQuestions(prompt, withAll),
		{
			open: (draft) => !draft.id,
			async ask(draft, place) {
				const { shape } = (draft as Whole).tensor;
				const id = await pickOne(
					prompt(draft, place, `Which elements of ${formatShape(shape)} share a mean and a deviation?`),
					normChoices(shape),
					habits.id,
				);
				return id === undefined || id === BACK ? id : settled({ ...draft, id });
			},
		},
		{
			open: (draft) => uses(draft, "axis") && draft.axis === undefined,
			async ask(draft, place) {
				const { id, tensor } = draft as Whole & { id: NormId };
				const text = AXIS_QUESTIONS[normalization(id).axisIs ?? "channel"];
				const choices = axisChoices(tensor.shape, id);
				const axis = await pickOne(prompt(draft, place, text), choices, defaultOptions(tensor.shape, id).axis);
				return axis === undefined || axis === BACK ? axis : { ...draft, axis };
			},
		},
		{
			open: (draft) => uses(draft, "groups") && draft.groups === undefined,
			async ask(draft, place) {
				const { id, tensor } = draft as Whole & { id: NormId };
				const size = groupedSize(id, tensor.shape, draft.axis ?? 1);
				const usual = habits.groups && size % habits.groups === 0 ? habits.groups : defaultGroups(size);
				const text = `Into how many groups are the ${size} ${id === "ghostBatchNorm" ? "samples" : "channels"} cut?`;
				const groups = await pickOne(prompt(draft, place, text), groupChoices(size), usual);
				return groups === undefined || groups === BACK ? groups : { ...draft, groups };
			},
		},
		{
			open: (draft) => uses(draft, "cells") && draft.cells === undefined,
			async ask(draft, place) {
				const { shape } = (draft as Whole).tensor;
				const axes = await pickMany(
					prompt(draft, place, "Check the axes to average over"),
					axisList(shape),
					[shape.length - 1],
					(chosen) => (chosen.length === 0 ? "check at least one axis" : undefined),
				);
				return axes === undefined || axes === BACK ? axes : { ...draft, cells: averageOver(shape, axes).cells };
			},
		},
		...INPUT_IDS.map((input) => inputQuestion(host, input, prompt)),
		{
			open: (draft) => uses(draft, "eps") && draft.eps === undefined,
			async ask(draft, place) {
				const { id, tensor } = draft as Whole & { id: NormId };
				const usual = normalization(id).defaults?.eps === undefined ? habits.eps : undefined;
				const eps = await askText({
					...prompt(draft, place, `eps, which keeps the divisor from zero. The norm ${inWords(draft)}.`),
					value: String(usual ?? defaultOptions(tensor.shape, id).eps),
					check: epsProblem,
				});
				return eps === undefined || eps === BACK ? eps : { ...draft, eps: Number(eps) };
			},
		},
		{
			open: (draft) => draft.output === undefined,
			async ask(draft, place) {
				const { opened, tensor, id } = draft as Whole & { id: NormId };
				const output = await askOutput({ title: titleOf(draft), place }, opened, draft.all ? "all" : tensor, id);
				return output === undefined || output === BACK ? output : { ...draft, output };
			},
		},
	];
}

/** What is asked about an axis, by what it is. */
const AXIS_QUESTIONS = {
	channel: "Which is the channel axis?",
	"first averaged": "Average from which axis on?",
	averaged: "Average over which axis?",
} as const;

/** A draft with a file, and its tensor where it holds only one. */
export function withFile(draft: Draft, opened: OpenedFile): Draft {
	const [tensor, second] = opened.description.tensors;
	return tensor && !second ? withTensor({ ...draft, opened }, tensor) : { ...draft, opened };
}

/** A draft with all tensors of its file that fit; throws where none does. */
export function withAll(draft: Draft, all: AllChoice): Draft {
	return settled({ ...draft, all, tensor: exampleOf((draft as Whole).opened.description, all) });
}

/** A draft with a tensor; throws the tensor's problem where it cannot be read. */
export function withTensor(draft: Draft, tensor: TensorInfo): Draft {
	if (tensor.problem) throw TensorError.fromData(tensor.problem).at({ file: draft.opened?.description.file ?? "" });
	return settled({ ...draft, tensor });
}

/** A draft with the axis filled in where the norm can be told only one. */
function settled(draft: Draft): Draft {
	if (!draft.tensor || !draft.id || !uses(draft, "axis") || draft.axis !== undefined) return draft;
	const [only, second] = axisChoices(draft.tensor.shape, draft.id);
	return only && !second ? { ...draft, axis: only.value } : draft;
}

function uses({ id }: Draft, option: OptionId): boolean {
	return id !== undefined && normalization(id).uses.includes(option);
}

function titleOf(draft: Draft): string {
	const { opened, tensor } = draft;
	const norm = tensor && normOf(draft, tensor.shape);
	const inFile = draft.all ? draft.all.pattern?.trim() || "all tensors" : tensor?.name;
	const what = opened ? [path.basename(opened.uri.path), ...(inFile ? [inFile] : [])].join(" › ") : "Tensor";
	return `Normalize ${what}${norm ? `: ${normalization(norm.id).label}` : ""}`;
}

function inWords(draft: Draft): string {
	const { shape } = (draft as Whole).tensor;
	const norm = normOf(draft, shape);
	const layout: Layout | undefined = norm && layoutOf({ ...norm, options: { ...norm.options, eps: 0 } }, shape);
	return layout ? `${layoutInWords(layout)}` : "";
}

function epsProblem(text: string): string | undefined {
	const eps = Number(text);
	const fits = text.trim() !== "" && Number.isFinite(eps) && eps >= 0;
	return fits ? undefined : "eps must be zero or a small positive number such as 1e-5.";
}
