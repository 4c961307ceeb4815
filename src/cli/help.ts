import { type ArgumentSpec, BadUsage, COMMON_OPTIONS, type OptionSpec } from "./arguments";
import { didYouMean } from "./suggestion";

/** The program's name, as people type it. */
export const PROGRAM = "tensor-inspector";

/** A command as the help shows it. */
export interface HelpEntry {
	readonly spec: ArgumentSpec;
	/** One sentence: what it does. */
	readonly about: string;
	readonly examples: readonly string[];
}

/** Help about the program as a whole. */
export function programHelp(entries: readonly HelpEntry[]): string {
	const width = Math.max(...entries.map(({ spec }) => spec.name.length));
	return [
		"Statistics and normalizations of tensor files (.npy, .npz, .safetensors).",
		"",
		`Usage: ${PROGRAM} COMMAND …`,
		"",
		...entries.map(({ spec, about }) => `  ${spec.name.padEnd(width)}  ${about}`),
		"",
		`${PROGRAM} COMMAND --help tells the options of a command; --version prints the version.`,
		`${PROGRAM} help NORM tells what a norm is good and bad at, and what frameworks start from: help groupNorm.`,
		"Results go to stdout, messages and progress to stderr.",
		"Exit codes: 0 fine, 1 differs (compare, verify), 2 bad usage, 3 bad file or tensor, 130 cancelled.",
		"",
	].join("\n");
}

/** Help about one command. */
export function commandHelp({ spec, about, examples }: HelpEntry): string {
	const options: readonly (readonly [string, OptionSpec])[] = Object.entries({ ...spec.options, ...COMMON_OPTIONS });
	const rows = options.map(([name, { value, short, about: what }]) => {
		const flag = `${short ? `-${short}, ` : ""}--${name}${value ? ` ${value}` : ""}`;
		return [flag, what] as const;
	});
	const width = Math.max(...rows.map(([flag]) => flag.length));
	return [
		about,
		"",
		`Usage: ${PROGRAM} ${spec.name} ${spec.files.join(" ")} [options]`,
		"",
		...rows.map(([flag, what]) => `  ${flag.padEnd(width)}  ${what}`),
		"",
		examples.length === 1 ? "Example:" : "Examples:",
		...examples.map((example) => `  ${PROGRAM} ${example}`),
		"",
	].join("\n");
}

/** The error of a word that is no command. */
export function unknownCommand(word: string, entries: readonly HelpEntry[]): BadUsage {
	const names = entries.map(({ spec }) => spec.name);
	const what = word.startsWith("-") ? `There is no option ${word}` : `There is no command "${word}"`;
	return new BadUsage(`${what}.${didYouMean(word, names)} The commands are ${names.join(", ")}; see --help.`);
}
