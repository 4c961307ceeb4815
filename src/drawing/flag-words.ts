import { formatCount } from "../core/format";
import type { AxisProfile } from "../core/inspection";
import { flagsOf, PROFILE_FLAGS } from "../core/profile-flags";
import { rangeOf } from "./profile-bins";

/** Indices that are named one by one; of more their number is told. */
const NAMED = 16;

/** A flag of a profile in words: "3 of 12 C dead", the indices that are named, "and 5 more" or nothing, and the rule. */
export interface FlagWords {
	readonly label: string;
	readonly counted: string;
	readonly named: readonly { readonly bin: number; readonly name: string }[];
	readonly more: string;
	readonly rule: string;
}

/** What stands out along an axis, most serious first. */
export function flagWords(profile: AxisProfile, letter: string): FlagWords[] {
	return flagsOf(profile).map(({ flag, bins }) => {
		const { label, rule } = PROFILE_FLAGS[flag];
		return wordsOf(profile, letter, { label, rule, bins });
	});
}

/** Bins of a profile with what is told of them. */
interface Flagged {
	readonly label: string;
	readonly rule: string;
	readonly bins: readonly number[];
	/** What stands after the name of a bin. */
	readonly shareOf?: (bin: number) => string;
}

/** A flag of some bins in words. */
export function wordsOf(
	profile: AxisProfile,
	letter: string,
	{ label, rule, bins, shareOf = () => "" }: Flagged,
): FlagWords {
	const unit = profile.bins < profile.size ? "bins" : letter;
	return {
		label,
		counted: `${formatCount(bins.length)} of ${formatCount(profile.bins)} ${unit} ${label}`,
		named: bins.slice(0, NAMED).map((bin) => ({ bin, name: `${rangeOf(profile, bin)}${shareOf(bin)}` })),
		more: bins.length > NAMED ? `and ${formatCount(bins.length - NAMED)} more` : "",
		rule,
	};
}
