import { built } from "./pickle-globals";
import { fault } from "./pickle-literals";
import { isNode, itemsOf, type PickledGlobal, type PickledObject, type PickleValue } from "./pickle-values";

const MAX_MEMO = 10_000_000;

/** The stack and memory of one pickle, worked instruction by instruction. */
export interface PickleMachine {
	/** Throws `corrupt` where an instruction does not fit what stands on the stack. */
	step(opcode: string, operand: PickleValue): void;
	/** The value that the pickle is. */
	result(): PickleValue;
}

/** A machine that builds data only; it tells every global, every reference and every record of a call that it meets. */
export function pickleMachine(meet: {
	global(module: string, name: string): PickledGlobal;
	reference(id: PickleValue): void;
	object(made: PickledObject): void;
	/** An object got its state. */
	built(made: PickledObject): void;
}): PickleMachine {
	let stack: PickleValue[] = [];
	const marked: PickleValue[][] = [];
	const memo = new Map<number, PickleValue>();

	const push = (value: PickleValue) => void stack.push(value);
	const pop = (): PickleValue => {
		const value = stack.pop();
		if (value === undefined) throw fault("a value is missing");
		return value;
	};
	const top = (): PickleValue => {
		const value = stack.at(-1);
		if (value === undefined) throw fault("a value is missing");
		return value;
	};
	const popMark = (): PickleValue[] => {
		const items = stack;
		const below = marked.pop();
		if (below === undefined) throw fault("a mark is missing");
		stack = below;
		return items;
	};
	const remember = (index: number) => {
		if (memo.size >= MAX_MEMO) throw fault(`more than ${MAX_MEMO} values are remembered`, "too-large");
		memo.set(index, top());
	};
	const recall = (index: number) => {
		const value = memo.get(index);
		if (value === undefined) throw fault(`the value ${index} is recalled but was not remembered`);
		push(value);
	};
	const tuple = (items: PickleValue[]) => push({ kind: "tuple", items });
	const takeTuple = (count: number) => tuple(Array.from({ length: count }, pop).reverse());
	const refer = (id: PickleValue) => {
		meet.reference(id);
		push({ kind: "reference", id });
	};
	const make = (type: PickleValue, args: readonly PickleValue[]) => {
		const made = built(type, args);
		if (isNode(made, "object")) meet.object(made);
		push(made);
	};
	const global = (module: PickleValue, name: PickleValue): PickledGlobal => {
		if (typeof module === "string" && typeof name === "string") return meet.global(module, name);
		throw fault("the name of a class was expected");
	};
	const call = (type: PickleValue, args: PickleValue) => {
		const items = itemsOf(args);
		if (items === undefined) throw fault("the arguments of a call were expected");
		make(type, items);
	};
	const append = (target: PickleValue, values: readonly PickleValue[]) => {
		const node = isNode(target, "list") || isNode(target, "set") || isNode(target, "object") ? target : undefined;
		if (node === undefined) throw fault("a list was expected");
		for (const value of values) node.items.push(value);
	};
	const setItems = (target: PickleValue, values: readonly PickleValue[]) => {
		if (!isNode(target, "dict") && !isNode(target, "object")) throw fault("a dict was expected");
		if (values.length % 2 === 1) throw fault("a key lacks its value");
		for (let k = 0; k < values.length; k += 2) target.entries.set(values[k] ?? null, values[k + 1] ?? null);
	};

	const refuseExtension = (code: PickleValue) => {
		throw fault(`it names a class by the number ${code}, whose meaning only its writer knows`, "unsupported");
	};
	const refuseBuffer = () => {
		throw fault("its data are in buffers outside of the file", "unsupported");
	};

	const STEPS: Readonly<Record<string, (operand: PickleValue) => void>> = {
		PROTO: (version) => {
			if ((version as number) > 5)
				throw fault(`it is of protocol ${version}, newer than the 5 that are known`, "unsupported");
		},
		FRAME: () => undefined,
		MARK: () => {
			marked.push(stack);
			stack = [];
		},
		POP: () => void (stack.length > 0 ? stack.pop() : popMark()),
		POP_MARK: () => void popMark(),
		DUP: () => push(top()),
		NONE: () => push(null),
		NEWTRUE: () => push(true),
		NEWFALSE: () => push(false),
		EMPTY_LIST: () => push({ kind: "list", items: [] }),
		EMPTY_TUPLE: () => tuple([]),
		EMPTY_DICT: () => push({ kind: "dict", entries: new Map() }),
		EMPTY_SET: () => push({ kind: "set", items: [] }),
		LIST: () => push({ kind: "list", items: popMark() }),
		TUPLE: () => tuple(popMark()),
		TUPLE1: () => takeTuple(1),
		TUPLE2: () => takeTuple(2),
		TUPLE3: () => takeTuple(3),
		FROZENSET: () => push({ kind: "set", items: popMark() }),
		DICT: () => {
			const items = popMark();
			push({ kind: "dict", entries: new Map() });
			setItems(top(), items);
		},
		APPEND: () => {
			const value = pop();
			append(top(), [value]);
		},
		APPENDS: () => {
			const items = popMark();
			append(top(), items);
		},
		ADDITEMS: () => {
			const items = popMark();
			append(top(), items);
		},
		SETITEM: () => {
			const pair = [pop(), pop()].reverse();
			setItems(top(), pair);
		},
		SETITEMS: () => {
			const items = popMark();
			setItems(top(), items);
		},
		GET: (index) => recall(index as number),
		PUT: (index) => remember(index as number),
		MEMOIZE: () => remember(memo.size),
		PERSID: refer,
		EXT1: refuseExtension,
		EXT2: refuseExtension,
		EXT4: refuseExtension,
		NEXT_BUFFER: refuseBuffer,
		READONLY_BUFFER: refuseBuffer,
		BINPERSID: () => refer(pop()),
		GLOBAL: push,
		STACK_GLOBAL: () => {
			const name = pop();
			push(global(pop(), name));
		},
		REDUCE: () => {
			const args = pop();
			call(pop(), args);
		},
		NEWOBJ: () => {
			const args = pop();
			call(pop(), args);
		},
		NEWOBJ_EX: () => {
			const named = pop();
			const args = pop();
			call(pop(), args);
			const made = top();
			if (isNode(made, "object") && isNode(named, "dict")) made.entries.set("**", named);
		},
		OBJ: () => {
			const [type, ...args] = popMark();
			if (type === undefined) throw fault("a class is missing");
			make(type, args);
		},
		INST: (type) => make(type, popMark()),
		BUILD: () => {
			const state = pop();
			const target = top();
			if (!isNode(target, "object")) return;
			target.state = state;
			meet.built(target);
		},
	};
	for (const [alias, opcode] of [
		["BINGET", "GET"],
		["LONG_BINGET", "GET"],
		["BINPUT", "PUT"],
		["LONG_BINPUT", "PUT"],
	] as const) {
		Object.assign(STEPS, { [alias]: STEPS[opcode] });
	}

	return {
		step(opcode, operand) {
			const work = STEPS[opcode];
			if (work) work(operand);
			// All others are the value that stands behind them.
			else push(operand);
		},
		result: () => pop(),
	};
}
