import type { Distribution } from "../core/distribution";
import { formatNumber } from "../core/format";
import type { AxisProfile } from "../core/inspection";
import { PILE_RULE, pilesOf } from "../core/piles";
import { type FlagWords, wordsOf } from "./flag-words";

const ENDS = ["max", "min"] as const;

/** Where values pile up at an end, from the distribution of each bin of a profile; each bin with the share that is there. */
export function pileWords(found: Distribution, profile: AxisProfile, letter: string): FlagWords[] {
	return ENDS.flatMap((which) => {
		const { cells, untold } = pilesOf(found, which);
		const shareOf = (bin: number) => ` (${shareAt(found, which, bin)})`;
		const piled = { label: `piled up at ${which}`, rule: PILE_RULE, bins: cells, shareOf };
		const rule = "the values differ too little for their size";
		const doubtful = { label: `perhaps piled up at ${which}`, rule, bins: untold };
		return [piled, doubtful].filter(({ bins }) => bins.length > 0).map((flag) => wordsOf(profile, letter, flag));
	});
}

/** Where the values of a whole tensor pile up at an end, a sentence each. */
export function pileSentences(found: Distribution): string[] {
	return ENDS.filter((which) => pilesOf(found, which).cells.includes(0)).map(
		(which) =>
			`${shareAt(found, which, 0)} of the values pile up at the ${which}, as clipping makes them (${PILE_RULE}).`,
	);
}

function shareAt({ ends, count }: Distribution, which: "min" | "max", cell: number): string {
	return `${formatNumber((100 * (ends[which].at[cell] as number)) / (count[cell] as number), 2)} %`;
}
