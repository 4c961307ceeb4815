import { parseArgs } from "node:util";
import { nearest } from "./suggestion";

/** A command line that cannot be run; its message says what was found and what exists. */
export class BadUsage extends Error {
	override readonly name = "BadUsage";
}

/** An option of a command, as it is parsed and as `--help` tells it. */
export interface OptionSpec {
	/** What its value stands for in the help, as in `NAME`; a switch where absent. */
	readonly value?: string;
	readonly short?: string;
	readonly about: string;
}

/** What a command takes. */
export interface ArgumentSpec {
	readonly name: string;
	/** What the files stand for, in order: all of them are needed; of one that ends in "…" there may be several. */
	readonly files: readonly string[];
	readonly options: Readonly<Record<string, OptionSpec>>;
}

/** A command line that was understood. */
export interface Arguments {
	readonly files: readonly string[];
	/** Values of the options that were given; true for switches. */
	readonly given: ReadonlyMap<string, string | true>;
}

/** Options that every command has. */
export const COMMON_OPTIONS = {
	help: { short: "h", about: "Show this help." },
} as const satisfies Readonly<Record<string, OptionSpec>>;

const NEGATIVE_NUMBER = /^-(\d|\.\d)/;

/** Parses the words after a command's name; throws BadUsage. Values may be negative numbers (`--axis -1`). */
export function parseArguments(spec: ArgumentSpec, words: readonly string[]): Arguments {
	const options: Readonly<Record<string, OptionSpec>> = { ...spec.options, ...COMMON_OPTIONS };
	// Not strict: parseArgs would refuse negative numbers, and cannot say which options exist.
	const { tokens } = parseArgs({
		args: [...words],
		strict: false,
		allowPositionals: true,
		tokens: true,
		options: Object.fromEntries(
			Object.entries(options).map(([name, { value, short }]) => [
				name,
				{ type: value === undefined ? ("boolean" as const) : ("string" as const), ...(short ? { short } : {}) },
			]),
		),
	});
	const files: string[] = [];
	const given = new Map<string, string | true>();
	for (const token of tokens) {
		if (token.kind === "positional") files.push(token.value);
		if (token.kind !== "option") continue;
		const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
		if (!option) throw new BadUsage(unknownOption(spec.name, token.rawName, options));
		given.set(token.name, optionValue(option, token));
	}
	if (!given.has("help")) checkFiles(spec, files);
	return { files, given };
}

interface OptionToken {
	readonly rawName: string;
	readonly value: string | undefined;
	readonly inlineValue: boolean | undefined;
}

function optionValue(option: OptionSpec, { rawName, value, inlineValue }: OptionToken): string | true {
	if (option.value === undefined) {
		if (value !== undefined) throw new BadUsage(`${rawName} is a switch and takes no value, but got "${value}".`);
		return true;
	}
	if (value === undefined) throw new BadUsage(`${rawName} needs a value: ${rawName} ${option.value}.`);
	if (!inlineValue && value.startsWith("-") && value !== "-" && !NEGATIVE_NUMBER.test(value)) {
		throw new BadUsage(
			`${rawName} needs a value, but the option ${value} follows; write ${rawName}=${value} if that is the value.`,
		);
	}
	return value;
}

function unknownOption(command: string, rawName: string, options: Readonly<Record<string, OptionSpec>>): string {
	const all = Object.keys(options).map((name) => `--${name}`);
	const [best] = nearest(rawName, all, 1);
	return `${command} has no option ${rawName}${best ? `; did you mean ${best}` : ""}${best ? "? It has" : "; it has"} ${all.join(", ")}.`;
}

function checkFiles({ name, files: wanted }: ArgumentSpec, files: readonly string[]): void {
	if (files.length < wanted.length) {
		throw new BadUsage(`${name} needs ${wanted.join(" and ")}; ${wanted[files.length]} is missing.`);
	}
	if (files.length > wanted.length && !wanted.at(-1)?.endsWith("…")) {
		const extra = files.slice(wanted.length).map((file) => JSON.stringify(file));
		throw new BadUsage(`${name} takes only ${wanted.join(" and ")}, but ${extra.join(" ")} followed.`);
	}
}

/** The text given for an option, if any. */
export function textOf(given: Arguments["given"], name: string): string | undefined {
	const value = given.get(name);
	return typeof value === "string" ? value : undefined;
}

/** A finite number given for an option, if any; throws BadUsage for other words. */
export function numberOf(given: Arguments["given"], name: string, least = -Infinity): number | undefined {
	const text = textOf(given, name);
	if (text === undefined) return undefined;
	const number = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text) ? Number(text) : NaN;
	if (!Number.isFinite(number) || number < least) {
		const wanted = least === 0 ? "zero or a positive number, such as 1e-5" : "a number";
		throw new BadUsage(`--${name} is "${text}", but must be ${wanted}.`);
	}
	return number;
}

/** A whole number given for an option, if any; throws BadUsage for other words. */
export function integerOf(given: Arguments["given"], name: string, least = -Infinity): number | undefined {
	const text = textOf(given, name);
	return text === undefined ? undefined : integer(text, `--${name}`, least);
}

/** Whole numbers with commas between given for an option, if any; throws BadUsage for other words. */
export function integersOf(given: Arguments["given"], name: string, least: number): number[] | undefined {
	const text = textOf(given, name);
	if (text === undefined) return undefined;
	// A scalar has no axes: its list of one number per axis is empty.
	return text.trim() === "" ? [] : text.split(",").map((part) => integer(part, `--${name}`, least));
}

function integer(text: string, option: string, least: number): number {
	const number = /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : NaN;
	if (!Number.isSafeInteger(number) || number < least) {
		throw new BadUsage(
			`${option} has "${text}", but must be ${least > -Infinity ? `a whole number from ${least} on` : "a whole number"}.`,
		);
	}
	return number;
}
