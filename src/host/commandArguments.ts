import os from "node:os";
import path from "node:path";
import * as vscode from "vscode";
import { isDType, WRITABLE, type WritableDType } from "../core/dtype";
import { TensorError } from "../core/errors";
import { INPUT_IDS, type InputId } from "../core/norm-inputs";
import { type NormOptions, normOption, OPTIONS, type OptionId, optionProblem } from "../core/norm-options";
import { isNormId, NORMALIZATIONS, type NormId } from "../core/normalizations";
import { type RawLayout, rawLayoutOf } from "../core/raw-layout";
import type { AllChoice } from "./allTensors";
import { defined, type NormDraft } from "./normDraft";
import { splitTensor } from "./pathLiteral";
import { SUFFIXES } from "./tensorFiles";

/** A file, and one of its tensors where it is named. */
export interface TensorPlace {
	readonly uri: vscode.Uri;
	readonly tensor?: string;
}

/**
 * What the commands take as an object: the options of the norm by their names (`axis`, `eps`, …; `cells` alone is a norm), its
 * inputs (`gamma`, `runningMean`, …; a path or Uri, with the tensor after a `#` where the file holds several), a file (Uri, URI text, path, absolute or in the workspace), and what they would ask for otherwise.
 */
export interface CommandArguments extends Partial<NormOptions>, Partial<Record<InputId, vscode.Uri | string>> {
	readonly file?: vscode.Uri | string;
	/** Name of the tensor; without it the only one, or else it is asked for. */
	readonly tensor?: string;
	/** Normalizes all tensors into one output: true those of floating types, a text those whose name fits it ("conv*.weight, !*.bn.*"). */
	readonly all?: boolean | string;
	/** With `all`: whether the file's other tensors are written too, as they are; false unless told. */
	readonly keepOthers?: boolean;
	/** For `openRaw`: dtype, shape, offset, order and byteOrder of the values, all but the dtype optional. */
	readonly raw?: Readonly<Partial<Record<keyof RawLayout, unknown>>>;
	readonly norm?: NormId;
	readonly dtype?: WritableDType;
	/** File to write; a relative path is beside the input. Exports may go to any file system of VS Code, by a Uri. */
	readonly output?: vscode.Uri | string;
	/** Whether `output` may replace a file; false unless told. */
	readonly overwrite?: boolean;
	/** Ends the work; for other extensions. */
	readonly token?: vscode.CancellationToken;
}

/** Places of the other tensors that a norm takes. */
export type InputPlaces = Readonly<Partial<Record<InputId, TensorPlace>>>;

/** What a command was called with, read and checked. */
export interface Given extends NormDraft, InputPlaces, Pick<CommandArguments, "dtype" | "overwrite" | "token"> {
	/** Whether a program called it with an object: it then answers with errors, and shows none. */
	readonly program: boolean;
	readonly place?: TensorPlace;
	readonly tensor?: string;
	readonly all?: AllChoice;
	readonly raw?: RawLayout;
	readonly output?: string;
}

/** Reads the first argument of a command: nothing, a Uri, a path (with `#tensor`), or CommandArguments. Throws `bad-option`. */
export function readArguments(first: unknown): Given {
	const place = placeOf(first);
	if (place) return { program: false, place };
	if (typeof first !== "object" || first === null || !("file" in first || "norm" in first)) return { program: false };
	const given = first as Readonly<Record<keyof CommandArguments, unknown>>;
	const file = given.file === undefined ? undefined : needPlace("file", given.file);
	const tensor = checked("tensor", given.tensor, isString, "a tensor's name");
	const inputs = INPUT_IDS.map((input) => [
		input,
		given[input] === undefined ? undefined : needPlace(input, given[input]),
	]);
	const options = Object.fromEntries(
		(Object.keys(OPTIONS) as OptionId[]).map((option) => [option, optionGiven(option, given[option])]),
	) as Partial<NormOptions>;
	const { cells } = options;
	const norms = Object.keys(NORMALIZATIONS).join(", ");
	const norm = checked("norm", given.norm, isNormId, `one of ${norms}`) ?? (cells ? "cells" : undefined);
	return defined({
		program: true,
		place: file && defined({ uri: file.uri, tensor: tensor ?? file.tensor }),
		tensor: tensor ?? file?.tensor,
		all: allOf(given.all, given.keepOthers),
		raw: given.raw === undefined ? undefined : rawLayoutOf(Object(given.raw)),
		id: norm,
		...options,
		...Object.fromEntries(inputs),
		dtype: checked("dtype", given.dtype, isWritable, `one of ${WRITABLE.join(", ")}`),
		output: given.output === undefined ? undefined : outputOf(given.output),
		overwrite: checked("overwrite", given.overwrite, isBoolean, "true or false"),
		token: given.token as vscode.CancellationToken | undefined,
	}) as Given;
}

/** The place that a Uri, its plain data, a URI's text or a path names; none for anything else. */
export function placeOf(value: unknown): TensorPlace | undefined {
	if (typeof value === "string" && value !== "") {
		if (/^[a-z][a-z0-9+.-]+:\/\//i.test(value)) return placeOf(vscode.Uri.parse(value));
		const { path: file, tensor } = splitTensor(value, SUFFIXES) ?? { path: value };
		return { uri: fileUri(file), ...(tensor === undefined ? {} : { tensor }) };
	}
	if (typeof value !== "object" || value === null) return undefined;
	const { scheme, path: uriPath, authority, query, fragment } = value as Partial<vscode.Uri>;
	if (typeof scheme !== "string" || typeof uriPath !== "string") return undefined;
	const uri = vscode.Uri.from({ scheme, path: uriPath, authority: authority ?? "", query: query ?? "" });
	return { uri, ...(fragment ? { tensor: fragment } : {}) };
}

/** A place as one string that `placeOf` reads, for command links. */
export function placeText({ uri, tensor }: TensorPlace): string {
	return uri.with({ fragment: tensor ?? "" }).toString();
}

/** Whether an output is the text of a Uri that is on no disk. */
export function isUriText(output: string): boolean {
	return /^[a-z][a-z0-9+.-]+:\//i.test(output);
}

function fileUri(file: string): vscode.Uri {
	const full = /^~[\\/]/.test(file) ? path.join(os.homedir(), file.slice(2)) : file;
	const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
	return path.isAbsolute(full) || !folder ? vscode.Uri.file(full) : vscode.Uri.joinPath(folder, full);
}

function outputOf(value: unknown): string {
	if (typeof value === "string" && !value.startsWith("file://")) return value;
	const { uri } = needPlace("output", value);
	return uri.scheme === "file" ? uri.fsPath : uri.toString();
}

function needPlace(name: string, value: unknown): TensorPlace {
	const place = placeOf(value);
	if (!place) throw wrong(name, value, "a Uri or a path");
	return place;
}

function checked<Value>(
	name: string,
	value: unknown,
	fits: (value: unknown) => value is Value,
	expected: string,
): Value | undefined {
	if (value === undefined || value === null) return undefined;
	if (!fits(value)) throw wrong(name, value, expected);
	return value;
}

function wrong(name: string, value: unknown, expected: string): TensorError {
	return new TensorError("bad-option", `The argument "${name}" is ${JSON.stringify(value)}; expected ${expected}.`);
}

function allOf(all: unknown, keepOthers: unknown): AllChoice | undefined {
	const kept = checked("keepOthers", keepOthers, isBoolean, "true or false");
	const isChoice = (value: unknown): value is boolean | string => isBoolean(value) || isString(value);
	const choice = checked("all", all, isChoice, 'true or a pattern of names such as "conv*.weight"');
	if (choice === undefined || choice === false) {
		if (kept) throw new TensorError("bad-option", 'The argument "keepOthers" belongs to "all"; give both.');
		return undefined;
	}
	return { pattern: choice === true ? "" : choice, keepOthers: kept ?? false };
}

const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";
const isString = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => typeof value === "number";
const isNumbers = (value: unknown): value is number[] => Array.isArray(value) && value.every(isNumber);
const isWritable = (value: unknown): value is WritableDType =>
	isDType(value) && (WRITABLE as readonly string[]).includes(value);

/** An option of the norm, if it may be so; axes and groups that do not fit are told by the layout. */
function optionGiven(id: OptionId, value: unknown): unknown {
	const { kind } = normOption(id);
	if (kind === "cells") return checked(id, value, isNumbers, "an array with one number per axis");
	if (kind === "axis" || kind === "groups") return checked(id, value, isNumber, "a number");
	const problem = value === undefined || value === null ? undefined : optionProblem(id, value);
	if (problem) throw new TensorError("bad-option", `The argument "${id}": ${problem}`);
	return value ?? undefined;
}
