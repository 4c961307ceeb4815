import path from "node:path";
import type * as vscode from "vscode";
import { DTYPES, type DType } from "../core/dtype";
import { formatCount } from "../core/format";
import type { Shape } from "../core/layout";
import { type RawLayout, rawShape, valuesAfter } from "../core/raw-layout";
import { statOf } from "./fileRef";
import type { Choice } from "./normChoices";
import { askFile } from "./openedFile";
import { BACK, type Place, type Question } from "./questions";
import { askText, pickOne } from "./quickInputs";
import { dtypeChoices, hasOrder, offsetProblem, shapeChoices, shapeProblem, typedShape } from "./rawChoices";

/** What is known so far of a raw file that is being asked about. */
export interface RawDraft {
	readonly uri?: vscode.Uri;
	/** Bytes of the file. */
	readonly size?: number;
	readonly dtype?: DType;
	/** Whether what was told before is to be forgotten. */
	readonly forget?: true;
	readonly byteOrder?: RawLayout["byteOrder"];
	readonly offset?: number;
	/** Whether the shape is typed, not chosen. */
	readonly typed?: true;
	readonly shape?: Shape;
	readonly order?: RawLayout["order"];
}

/** A draft that nothing is missing from. */
export type WholeRaw = Required<Omit<RawDraft, "forget" | "typed">>;

/** Every question of "Open as Raw Tensor…", in order; `before` is what was told of the file the last time. */
export function rawQuestions(before: (uri: vscode.Uri) => RawLayout | undefined): readonly Question<RawDraft>[] {
	const prompt = (draft: RawDraft, place: Place, text: string) => ({ title: titleOf(draft), place, prompt: text });
	const told = (draft: RawDraft) => (draft.uri ? before(draft.uri) : undefined);
	return [
		{
			open: (draft) => !draft.uri,
			async ask(draft, place) {
				const uri = await askFile(prompt(draft, place, "Which file?"));
				return uri === undefined || uri === BACK ? uri : withRawFile(draft, uri as vscode.Uri);
			},
		},
		{
			open: (draft) => !draft.dtype && !draft.forget,
			async ask(draft, place) {
				const { size } = draft as WholeRaw;
				const forget: Choice<DType | "forget"> = {
					value: "forget",
					label: "$(discard) As the file itself says",
					description: "forget what was told about it",
				};
				const text = `Of which type are the values in these ${formatCount(size)} bytes?`;
				const choices = [...dtypeChoices(size), ...(told(draft) ? [forget] : [])];
				const dtype = await pickOne<DType | "forget">(prompt(draft, place, text), choices, told(draft)?.dtype ?? "f32");
				if (dtype === "forget") return { ...draft, forget: true };
				return dtype === undefined || dtype === BACK ? dtype : { ...draft, dtype };
			},
		},
		{
			open: ({ dtype, byteOrder, forget }) =>
				!forget && byteOrder === undefined && (dtype === undefined || DTYPES[dtype].bits > 8),
			async ask(draft, place) {
				const choices: Choice<RawLayout["byteOrder"]>[] = [
					{ value: "little", label: "Little-endian", description: "PCs, phones, GPUs: nearly all files" },
					{ value: "big", label: "Big-endian", description: "network order, old scientific formats" },
				];
				const text = "Which byte of a value comes first, the lowest or the highest?";
				const byteOrder = await pickOne(prompt(draft, place, text), choices, told(draft)?.byteOrder ?? "little");
				return byteOrder === undefined || byteOrder === BACK ? byteOrder : { ...draft, byteOrder };
			},
		},
		{
			open: ({ offset, forget }) => !forget && offset === undefined,
			async ask(draft, place) {
				const { dtype, size } = draft as WholeRaw;
				const offset = await askText({
					...prompt(draft, place, `At which byte do the values start? The file has ${size} bytes.`),
					value: String(told(draft)?.offset ?? 0),
					check: (text) => offsetProblem(text, dtype, size),
				});
				return offset === undefined || offset === BACK ? offset : { ...draft, offset: Number(offset) };
			},
		},
		{
			open: ({ shape, typed, forget }) => !forget && !shape && !typed,
			async ask(draft, place) {
				const { dtype, size, offset } = draft as WholeRaw;
				const count = valuesAfter(offset, dtype, size);
				const other: Choice<Shape | "other"> = {
					value: "other",
					label: "$(edit) Other…",
					description: "type the lengths",
				};
				const text = `Which shape have these ${formatCount(count)} values?`;
				const shape = await pickOne(prompt(draft, place, text), [other, ...shapeChoices(count)]);
				if (shape === "other") return { ...draft, typed: true };
				return shape === undefined || shape === BACK ? shape : { ...draft, shape };
			},
		},
		{
			open: ({ shape, typed, forget }) => !forget && !shape && typed === true,
			async ask(draft, place) {
				const { dtype, size, offset } = draft as WholeRaw;
				const typed = await askText({
					...prompt(draft, place, "Lengths of the axes, slowest first; -1 is as long as the file allows."),
					value: (told(draft)?.shape ?? [-1]).join(", "),
					check: (text) => shapeProblem(text, { dtype, offset }, size),
				});
				if (typed === undefined || typed === BACK) return typed;
				const layout = { dtype, offset, shape: typedShape(typed) ?? [-1], order: "C", byteOrder: "little" } as const;
				return { ...draft, shape: rawShape(layout, size) };
			},
		},
		{
			open: ({ shape, order, forget }) => !forget && order === undefined && (shape === undefined || hasOrder(shape)),
			async ask(draft, place) {
				const choices: Choice<RawLayout["order"]>[] = [
					{ value: "C", label: "Last axis fastest", description: "C order: NumPy, PyTorch, C" },
					{ value: "F", label: "First axis fastest", description: "Fortran order: MATLAB, Julia, R, Fortran" },
				];
				const text = "Along which axis do neighbours in the file lie?";
				const order = await pickOne(prompt(draft, place, text), choices, told(draft)?.order ?? "C");
				return order === undefined || order === BACK ? order : { ...draft, order };
			},
		},
	];
}

/** A draft with a file; throws `not-found`. */
export async function withRawFile(draft: RawDraft, uri: vscode.Uri): Promise<RawDraft> {
	return { ...draft, uri, size: (await statOf(uri)).size };
}

/** The layout of a draft that was asked for; what was not asked makes no difference. */
export function layoutOfDraft({ dtype, shape, offset, order = "C", byteOrder = "little" }: WholeRaw): RawLayout {
	return { dtype, shape, offset, order, byteOrder };
}

function titleOf({ uri }: RawDraft): string {
	return `Open ${uri ? path.basename(uri.path) : "File"} as Raw Tensor`;
}
