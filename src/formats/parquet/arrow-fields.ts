import { schemaOfMessage } from "../arrow/messages";
import type { ArrowSchema, Field } from "../arrow/schema";
import type { SchemaTree } from "./footer";

/** The key of the footer under which Arrow's writers keep the schema that a table had. */
export const ARROW_SCHEMA = "ARROW:schema";

/** The Arrow schema in a footer, a message in base64. Throws `corrupt`, `unsupported`, `too-large`. */
export async function arrowSchemaOf(text: string, file: string): Promise<ArrowSchema> {
	const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
	return schemaOfMessage(bytes, file);
}

/** What an Arrow schema says of a column. */
export interface ArrowColumn {
	/** The outermost field that is no struct. */
	readonly field: Field;
	/** For each list that is repeated in Parquet, the outermost first, its field. */
	readonly lists: readonly Field[];
}

/** The fields along the path of a column; undefined where the two schemas do not lie in parallel. */
export function arrowColumnOf(schema: ArrowSchema, path: readonly SchemaTree[]): ArrowColumn | undefined {
	const [root, ...nodes] = path;
	const childOf = (fields: readonly Field[], parent: SchemaTree | undefined, node: SchemaTree | undefined) => {
		const at = node && parent ? parent.children.indexOf(node) : -1;
		const field = fields[at];
		return parent?.children.length === fields.length && field?.name === node?.element.name ? field : undefined;
	};
	let field = childOf(schema.fields, root, nodes[0]);
	let outer: Field | undefined;
	const lists: Field[] = [];
	let at = 0;
	for (; field !== undefined && !field.isDictionary; ) {
		if (field.kind === "struct") {
			field = childOf(field.children, nodes[at], nodes[at + 1]);
			at++;
			continue;
		}
		outer ??= field;
		if (!["fixed_size_list", "list", "large_list"].includes(field.kind)) break;
		// Arrow writes lists of three levels: the list, what is repeated, and the element.
		const repeated = nodes[at + 1];
		if (repeated?.element.repetition_type !== "REPEATED" || repeated.children.length !== 1) return undefined;
		lists.push(field);
		field = field.children[0];
		at += 2;
	}
	outer ??= field;
	if (outer === undefined || field === undefined || at !== nodes.length - 1) return undefined;
	return { field: outer, lists };
}
