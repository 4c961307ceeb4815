import type { ErrorCode } from "../core/errors";
import { isPlainGlobal } from "./encoding/pickle-globals";
import {
	isNode,
	itemsOf,
	type PickledObject,
	type PickleNode,
	type PickleValue,
	textOf,
	typeName,
} from "./encoding/pickle-values";
import { problem } from "./shape";
import type { FoundTensor } from "./values";

const MAX_DEPTH = 200;
const MAX_VISITS = 5_000_000;
/** Members of all that is visited, each time it is: what refers to itself in many ways would otherwise take for ever. */
const MAX_MEMBERS = 100_000_000;
const MAX_TENSORS = 1_000_000;
/** Characters of all names together. */
const MAX_NAMES = 2 ** 26;
const MAX_ENTRIES = 500;
const MAX_TEXT = 2000;

/** What a pickle's value holds: tensors by their paths, and the plain values beside them. */
export interface PickleTree {
	readonly tensors: readonly FoundTensor[];
	readonly metadata: Readonly<Record<string, string>>;
	readonly notes: readonly string[];
}

/** The tensor that a record of a call means, under a name; undefined where it means none. */
export type TensorOf = (name: string, node: PickledObject) => FoundTensor | undefined;

/** Finds the tensors in a value, each under the keys and indices that lead to it, joined by dots. */
export function pickleTree(root: PickleValue, tensorOf: TensorOf): PickleTree {
	const tensors: FoundTensor[] = [];
	const metadata = new Map<string, string>();
	const taken = new Map<string, number>();
	const path = new Set<PickleNode>();
	let leftOut = 0;
	let visits = 0;
	let members = 0;
	let letters = 0;

	visit(root, "", false);
	const notes = leftOut > 0 ? [`${leftOut} values are left out: they lie too deep, or there are too many.`] : [];
	return { tensors, metadata: Object.fromEntries(metadata), notes };

	function visit(value: PickleValue, name: string, quiet: boolean): void {
		if (typeof value !== "object" || value === null) {
			if (!quiet) tell(name, value);
			return;
		}
		// What holds itself is listed once.
		if (path.has(value)) return;
		if (++visits > MAX_VISITS || path.size >= MAX_DEPTH || tensors.length >= MAX_TENSORS || letters > MAX_NAMES) {
			leftOut++;
			return;
		}
		path.add(value);
		if (isNode(value, "object")) visitObject(value, name, quiet);
		else if (isNode(value, "dict")) visitEntries(value.entries, name, quiet);
		else if ("items" in value) visitItems(value.items, name, quiet);
		path.delete(value);
	}

	function visitObject(object: PickledObject, name: string, quiet: boolean): void {
		const found = tensorOf(name, object);
		if (found !== undefined) {
			tensors.push(named(found));
			return;
		}
		const type = typeName(object);
		if (!isPlainGlobal(type) && !quiet)
			tell(name === "" ? "(whole file)" : name, `an object of ${type || "an unknown class"}`);
		const parts = moduleParts(object.state);
		if (parts) {
			for (const part of parts) visit(part, name, true);
			return;
		}
		const inner = quiet || type.startsWith("__torch__.");
		visitItems(object.args, name, true);
		// Objects with slots have a pair of dicts for a state.
		for (const state of itemsOf(object.state) ?? [object.state]) {
			if (isNode(state, "dict")) visit(state, name, inner);
			else if (isNode(state, "object") || isNode(state, "list") || isNode(state, "tuple")) visit(state, name, true);
		}
		visitItems(object.items, name, quiet);
		visitEntries(object.entries, name, quiet);
	}

	function visitItems(items: readonly PickleValue[], name: string, quiet: boolean): void {
		// Long lists of numbers are values that somebody computed, not facts about the file.
		members += items.length;
		if (members > MAX_MEMBERS) return void leftOut++;
		const silent = quiet || items.length > 20;
		items.forEach((item, i) => {
			if (!silent || (typeof item === "object" && item !== null)) visit(item, joined(name, String(i)), silent);
		});
	}

	function visitEntries(entries: ReadonlyMap<PickleValue, PickleValue>, name: string, quiet: boolean): void {
		members += entries.size;
		if (members > MAX_MEMBERS) return void leftOut++;
		const silent = quiet || metadata.size >= MAX_ENTRIES;
		for (const [key, value] of entries) {
			if (!silent || (typeof value === "object" && value !== null)) visit(value, joined(name, keyText(key)), silent);
		}
	}

	function tell(name: string, value: string | number | bigint | boolean | null): void {
		if (metadata.size >= MAX_ENTRIES || name === "" || value === null) return;
		const text = String(value);
		metadata.set(name, text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text);
	}

	/** The tensor under a name that no other has. */
	function named(found: FoundTensor): FoundTensor {
		const { name } = found.info;
		letters += name.length;
		const times = (taken.get(name) ?? 0) + 1;
		taken.set(name, times);
		return times === 1 ? found : named({ ...found, info: { ...found.info, name: `${name} (${times})` } });
	}
}

/** A tensor that cannot be read, with the reason. */
export function unreadableTensor(
	name: string,
	dtype: FoundTensor["info"]["dtype"],
	shape: readonly number[],
	code: ErrorCode,
	message: string,
): FoundTensor {
	return { info: { name, dtype, shape, bytes: 0, problem: problem(code, message) } };
}

/** Parameters, buffers and submodules of a torch.nn.Module, which `state_dict` lists without these names. */
function moduleParts(state: PickleValue | undefined): readonly PickleValue[] | undefined {
	if (!isNode(state, "dict") || !state.entries.has("_modules") || !state.entries.has("_parameters")) return undefined;
	const others = new Map(state.entries);
	const parts = ["_parameters", "_buffers", "_modules"].map((key) => {
		const part = others.get(key);
		others.delete(key);
		return part ?? null;
	});
	return [...parts, { kind: "dict", entries: others }];
}

function joined(name: string, key: string): string {
	return name === "" ? key : `${name}.${key}`;
}

/** A key as people read it. */
function keyText(key: PickleValue): string {
	const text = textOf(key);
	if (text !== undefined) return text;
	const items = itemsOf(key);
	if (items) return `(${items.map((item) => (typeof item === "object" ? "…" : String(item))).join(", ")})`;
	return typeof key === "object" && key !== null ? typeName(key) || key.kind : String(key);
}
