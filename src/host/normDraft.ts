import type { Shape } from "../core/layout";
import { type NormOptions, OPTIONS, type OptionId } from "../core/norm-options";
import { type Norm, type NormId, normOptions } from "../core/normalizations";

/** A normalization as far as it has been chosen. */
export interface NormDraft extends Partial<NormOptions> {
	readonly id?: NormId;
}

/** The norm of a draft, with PyTorch's defaults for the options it lacks; none where no norm has been chosen. */
export function normOf(draft: NormDraft, shape: Shape): Norm | undefined {
	if (!draft.id) return undefined;
	const { id, ...options } = normDraftOf(draft);
	return { id: draft.id, options: normOptions(shape, options, id) };
}

/** The chosen norm and options alone, of an object that holds more. */
export function normDraftOf(draft: NormDraft): NormDraft {
	const options = (Object.keys(OPTIONS) as OptionId[]).map((option) => [option, draft[option]]);
	return defined({ id: draft.id, ...Object.fromEntries(options) } as NormDraft);
}

/** An object without the entries that are undefined. */
export function defined<Value extends object>(value: Value): { [Key in keyof Value]: Exclude<Value[Key], undefined> } {
	return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as {
		[Key in keyof Value]: Exclude<Value[Key], undefined>;
	};
}
