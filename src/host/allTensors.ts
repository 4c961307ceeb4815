import { formatCount } from "../core/format";
import { sizeOf } from "../core/layout";
import type { FileDescription, TensorInfo } from "../core/tensor";
import { fitting, noTensorFits } from "../engine/all-tensors";

/** All tensors of a file that are normalized into one output. */
export interface AllChoice {
	/** Of their names, as `namePattern` reads it; empty for all of floating types. Asked for where it is not known. */
	readonly pattern?: string;
	/** Whether the file's other tensors are written too, as they are. Asked for where it is not known. */
	readonly keepOthers?: boolean;
}

/** The pattern as the engine takes it: none for all tensors of floating types. */
export function patternOf({ pattern = "" }: AllChoice): { readonly pattern?: string } {
	return pattern.trim() === "" ? {} : { pattern };
}

/** The tensor that stands for all of a choice where axes and groups are asked for: the largest. Throws where none fits. */
export function exampleOf(description: FileDescription, choice: AllChoice): TensorInfo {
	const tensors = fitting(description, patternOf(choice).pattern);
	const [largest] = [...tensors].sort((a, b) => sizeOf(b.shape) - sizeOf(a.shape));
	if (!largest) throw noTensorFits(description, patternOf(choice).pattern);
	return largest;
}

/** Names that are told of those that fit. */
const TOLD = 3;

/** How many tensors a pattern means, and the first of them; as a problem where there is none. */
export function countOf(
	description: FileDescription,
	pattern: string,
): { readonly problem: string } | { readonly count: number; readonly text: string } {
	const found = fitting(description, patternOf({ pattern }).pattern);
	const all = description.tensors.length;
	const which = pattern.trim() === "" ? "are of a floating type" : "fit";
	if (found.length === 0) {
		return {
			problem: `None of the ${formatCount(all)} tensors ${pattern.trim() === "" ? "is of a floating type" : "fits"}.`,
		};
	}
	const names = found.slice(0, TOLD).map(({ name }) => name);
	const more = found.length > TOLD ? ", …" : "";
	return {
		count: found.length,
		text: `${formatCount(found.length)} of ${formatCount(all)} tensors ${which}: ${names.join(", ")}${more}`,
	};
}
