/** The answer of a question whose asker wants the one before it again. */
export const BACK = Symbol("back");

/** A value, the wish to go back, or none where the user left. */
export type Answer<Value> = Value | typeof BACK | undefined;

/** Where a question stands among those that are asked, for its title and its back button. */
export interface Place {
	readonly step: number;
	readonly totalSteps: number;
	readonly canGoBack: boolean;
}

/** One question of a flow: `open` says whether it is to be asked of a draft; asking it gives the draft with its answer in. */
export interface Question<Draft> {
	readonly open: (draft: Draft) => boolean;
	readonly ask: (draft: Draft, place: Place) => Promise<Answer<Draft>>;
}

/**
 * Asks the open questions of a draft, first to last, until none is open; going back restores the draft as it was before the
 * question before. None where the user left. A question whose answer leaves it open is asked again.
 */
export async function askAll<Draft>(questions: readonly Question<Draft>[], draft: Draft): Promise<Draft | undefined> {
	const history: Draft[] = [];
	let current = draft;
	for (;;) {
		const open = questions.filter((question) => question.open(current));
		const [next] = open;
		if (!next) return current;
		const place = {
			step: history.length + 1,
			totalSteps: history.length + open.length,
			canGoBack: history.length > 0,
		};
		const answer = await next.ask(current, place);
		if (answer === undefined) return undefined;
		if (answer === BACK) current = history.pop() ?? current;
		else {
			history.push(current);
			current = answer;
		}
	}
}
