import { TensorError } from "../../core/errors";
import { sizeOf } from "../../core/layout";
import type { SchemaTree } from "./footer";

/** How the lists of a column lie in each other, by the levels of Parquet (Melnik et al., Dremel, 2010). */
export interface Nesting {
	/** The definition level of values that are there. */
	readonly most: number;
	/** For each list, the outermost first, the definition level from which on it has an element. */
	readonly elements: readonly number[];
}

/** How many elements the lists of a column hold, the outermost first. */
export interface ListLengths {
	/** Undefined where the first list of the kind is to tell; it is put in then. */
	readonly lengths: (number | undefined)[];
	/** Whether the schema fixes the length, so that a missing list stands for as many missing values. */
	readonly isFixed: readonly boolean[];
}

/** A walk along the entries of a column. */
export interface ListWalk {
	/** Rows that were started. */
	rows(): number;
	/** Goes on by one entry; gives how many values it stands for: none for an empty list. Throws `unsupported`, RangeError. */
	step(repetition: number, definition: number): number;
	/** Ends the last row. Throws `unsupported`. */
	end(): void;
}

/** The nesting of a column with a path from the root of its schema. */
export function nestingOf(path: readonly SchemaTree[]): Nesting {
	let most = 0;
	const elements: number[] = [];
	for (const { element } of path.slice(1)) {
		if (element.repetition_type !== "REQUIRED") most++;
		if (element.repetition_type === "REPEATED") elements.push(most);
	}
	return { most, elements };
}

/** Compares the lengths of all lists of a column by its levels alone; `firstRow` is the number of its first row. */
export function listWalk({ most, elements }: Nesting, { lengths, isFixed }: ListLengths, firstRow = 0): ListWalk {
	const depth = elements.length;
	const counts = elements.map(() => 0);
	let rows = 0;
	/** How many of the lists were there in the last entry. */
	let open = 0;

	const close = (kept: number) => {
		for (; open > kept; open--) {
			const [found, wanted] = [counts[open - 1] as number, lengths[open - 1]];
			if (wanted === undefined) lengths[open - 1] = found;
			else if (found !== wanted) throw differs(open - 1, found, wanted);
		}
	};
	const differs = (level: number, found: number, wanted: number) => {
		const row = firstRow + rows - 1;
		const what = level === depth - 1 ? "values" : "lists";
		const who = level === 0 ? `Row ${row} holds` : `A list in row ${row}, ${level + 1} lists deep, holds`;
		const others = isFixed[level] ? `the schema says ${wanted}` : `others ${wanted}`;
		return new TensorError(
			"unsupported",
			`${who} ${found} ${what} and ${others}; lists of different lengths form no tensor.`,
		);
	};

	return {
		rows: () => rows,
		step(repetition, definition) {
			if (repetition > open || definition > most)
				throw new RangeError("an entry goes on with a list that is not there");
			close(repetition);
			if (repetition === 0) rows++;
			else (counts[repetition - 1] as number)++;
			for (; open < depth; open++) {
				const least = elements[open] as number;
				if (definition >= least) {
					counts[open] = 1;
					continue;
				}
				// One level lower the list is there and empty; below that it is missing.
				if (isFixed[open] && definition < least - 1) return sizeOf(lengths.slice(open).map((length) => length ?? 0));
				counts[open++] = 0;
				return 0;
			}
			return 1;
		},
		end: () => close(0),
	};
}

/** Entries that a row takes where its lists have these lengths: those of an empty list are one. */
export function entriesOf(lengths: readonly number[]): number {
	const end = lengths.indexOf(0);
	return sizeOf(end < 0 ? lengths : lengths.slice(0, end));
}

/**
 * The name of a column without what lists put in between: "a.b" for a.list.element.b. The rules are those of Parquet for
 * lists of three levels and for the older ones of two.
 */
export function columnName(path: readonly SchemaTree[]): string {
	const isList = (node: SchemaTree | undefined) => node?.element.converted_type === "LIST";
	const isMap = (node: SchemaTree | undefined) => /^MAP/.test(node?.element.converted_type ?? "");
	return path
		.filter((node, at) => {
			const [above, further] = [path[at - 1], path[at - 2]];
			if (at === 0) return false;
			if (node.element.repetition_type === "REPEATED") return !isList(above) && !isMap(above);
			// The one field of what is repeated is the element, unless that is an element itself.
			return !(above?.element.repetition_type === "REPEATED" && isList(further) && isWrapper(above, further));
		})
		.map(({ element }) => element.name)
		.join(".");
}

/** Whether a repeated group only holds the element of its list, as the lists of three levels have it. */
function isWrapper(repeated: SchemaTree, list: SchemaTree | undefined): boolean {
	const { name, converted_type } = repeated.element;
	if (repeated.children.length !== 1 || converted_type === "LIST") return false;
	return name !== "array" && name !== `${list?.element.name}_tuple`;
}
