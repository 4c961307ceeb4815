import { AXIS_CONVENTIONS, type AxisConventionId, guessAxes, lettersOf } from "./axes";
import type { Shape } from "./layout";

/** What the user said about the axes of a file's tensors of one rank. */
export interface AxisChoice {
	readonly convention?: AxisConventionId | "own";
	/** One name per axis, for the convention "own". */
	readonly letters?: readonly string[];
}

/** A tensor's axes as they are shown. */
export interface ShownAxes {
	readonly convention: AxisConventionId | "own";
	/** Why this convention, in a sentence. */
	readonly reason: string;
	readonly guessed: boolean;
	/** One name per axis, most often a letter. */
	readonly letters: readonly string[];
	readonly channelAxis: number;
}

/** Longest name of an axis, in characters. */
export const MAX_AXIS_NAME = 24;

/** What people call the axis that channels run along. */
const CHANNEL = /^(c|ch|chan|channels?|features?)$/i;

/** What the axes of a shape mean: as the user said, as the file says, or as the shape suggests. */
export function shownAxes(shape: Shape, choice: AxisChoice, inFile: readonly string[] = []): ShownAxes {
	const guess = guessAxes(shape);
	const named = inFile.some((name) => name !== "");
	const convention = choice.convention ?? (named ? "own" : guess.convention);
	const known = convention === "own" ? guess.convention : convention;
	const usual = [...lettersOf(known, shape.length)];
	const own = choice.letters ?? inFile;
	const letters = shape.map((_, axis) => (convention === "own" && own[axis]) || usual[axis] || "·");
	const channelNamed = convention === "own" ? letters.findIndex((name) => CHANNEL.test(name)) : -1;
	const channel =
		channelNamed >= 0
			? channelNamed
			: choice.convention && convention !== "own"
				? AXIS_CONVENTIONS[known].channelAxis
				: guess.channelAxis;
	return {
		convention,
		reason: choice.convention
			? "Chosen by you."
			: named
				? "The names of the axes are the file's."
				: `A guess: ${guess.reason}`,
		guessed: choice.convention === undefined,
		letters,
		channelAxis: Math.max(0, channel < 0 ? shape.length + channel : Math.min(channel, shape.length - 1)),
	};
}
