import type { Shape } from "./layout";

/** A convention for what the axes of an activation mean. */
export interface AxisConvention {
	readonly label: string;
	/** One letter per axis, for the ranks it applies to. */
	readonly letters: Readonly<Record<number, string>>;
	/** The channel axis, counted from the end where negative. */
	readonly channelAxis: number;
}

/** The conventions a user can choose from; letters are N batch, C channel, D H W space (D also features), T time or token. */
export const AXIS_CONVENTIONS = {
	channelsFirst: { label: "Channels first", letters: { 2: "NC", 3: "NCL", 4: "NCHW", 5: "NCDHW" }, channelAxis: 1 },
	channelsLast: { label: "Channels last", letters: { 2: "NC", 3: "NLC", 4: "NHWC", 5: "NDHWC" }, channelAxis: -1 },
	sequence: { label: "Sequence", letters: { 2: "TD", 3: "NTD", 4: "NHTD" }, channelAxis: -1 },
} as const satisfies Record<string, AxisConvention>;

export type AxisConventionId = keyof typeof AXIS_CONVENTIONS;

/** A guess of what the axes mean, with the reason it is a guess. */
export interface AxisGuess {
	readonly convention: AxisConventionId;
	readonly letters: string;
	readonly channelAxis: number;
	readonly reason: string;
}

/** Letters of a convention on a rank, `ABC…` where the convention has none for it. */
export function lettersOf(id: AxisConventionId, rank: number): string {
	const letters: Readonly<Record<number, string>> = AXIS_CONVENTIONS[id].letters;
	return letters[rank] ?? "ABCEFGIJKLMOPQRSUVXYZ".slice(0, rank).padEnd(rank, "·");
}

/** Guesses what the axes of a shape mean; the reason tells why, and the user can always say otherwise. */
export function guessAxes(shape: Shape): AxisGuess {
	const { convention, reason } = guess(shape);
	const channel = AXIS_CONVENTIONS[convention].channelAxis;
	const channelAxis =
		shape.length === 0 ? 0 : channel < 0 ? shape.length + channel : Math.min(channel, shape.length - 1);
	return { convention, letters: lettersOf(convention, shape.length), channelAxis, reason };
}

function guess(shape: Shape): { convention: AxisConventionId; reason: string } {
	const rank = shape.length;
	const last = shape[rank - 1] ?? 1;
	const before = shape[rank - 2] ?? 1;
	const second = shape[1] ?? 1;
	if (rank === 3) {
		return { convention: "sequence", reason: "Three axes are most often batch, token, feature (N, T, D)." };
	}
	if (rank === 4 || rank === 5) {
		if (second === shape[2] && last !== before) {
			return {
				convention: "channelsLast",
				reason: `Axes 1 and 2 are equal (${second}) as height and width often are, and the last differs (${last}): channels last.`,
			};
		}
		if (last === before) {
			return {
				convention: "channelsFirst",
				reason: `The last two axes are equal (${last}) as height and width often are: channels first.`,
			};
		}
		if (last <= 4 && second > 4) {
			return {
				convention: "channelsLast",
				reason: `The last axis is as short as colours are (${last}): channels last.`,
			};
		}
		return { convention: "channelsFirst", reason: "Nothing in the shape tells; channels first is PyTorch's order." };
	}
	return {
		convention: "channelsFirst",
		reason: rank === 2 ? "Two axes are most often batch and feature." : "No common convention for this rank.",
	};
}
