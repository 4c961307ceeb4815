import type { Shape } from "../core/layout";
import { type Norm, type NormId, type NormOptions, normOptions } from "../core/normalizations";

/** A normalization as far as it has been chosen. */
export interface NormDraft extends Partial<NormOptions> {
	readonly id?: NormId;
}

/** The norm of a draft, with PyTorch's defaults for the options it lacks; none where no norm has been chosen. */
export function normOf(draft: NormDraft, shape: Shape): Norm | undefined {
	return draft.id && { id: draft.id, options: normOptions(shape, draft) };
}

/** The chosen options alone, of an object that holds more. */
export function normDraftOf({ id, axis, groups, cells, eps, nonFinite }: NormDraft): NormDraft {
	return defined({ id, axis, groups, cells, eps, nonFinite });
}

/** An object without the entries that are undefined. */
export function defined<Value extends object>(value: Value): { [Key in keyof Value]: Exclude<Value[Key], undefined> } {
	return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as {
		[Key in keyof Value]: Exclude<Value[Key], undefined>;
	};
}
