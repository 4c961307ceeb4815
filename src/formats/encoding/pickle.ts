import { TensorError, throwIfAborted } from "../../core/errors";
import { JOBLIB_ARRAY, takeJoblibValues } from "./joblib";
import type { PickleCursor } from "./pickle-cursor";
import { isPlainGlobal } from "./pickle-globals";
import { fault, latin1Text, parseLine, parseLong } from "./pickle-literals";
import { pickleMachine } from "./pickle-machine";
import { type Argument, OPCODES, readNumber } from "./pickle-opcodes";
import { type PickledGlobal, type PickledObject, type PickleValue, typeName } from "./pickle-values";

const MAX_OPCODES = 50_000_000;
/** A string longer than this is left in the file. */
const MAX_INLINE_BYTES = 2 ** 16;
/** Strings kept in memory, all together. */
const MAX_KEPT_BYTES = 2 ** 28;
const MAX_HAZARDS = 1000;
const MAX_NAME = 300;
/** What loads the storage of a tensor that was pickled without torch.save. */
export const STORAGE_FILE = "torch.storage._load_from_bytes";
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** What was found while pickles of one file were read, up to a fault in them as well. */
export interface PickleFindings {
	/** Globals that are not plain data, in the order of their appearance: a loader would import and call them. */
	readonly hazards: Set<string>;
	/** Ids of what lies outside of the pickle. */
	readonly references: PickleValue[];
	/** Calls that would load a file of torch's which lies in the pickle, as a plain pickle keeps a tensor's storage. */
	readonly storageFiles: PickledObject[];
}

function nameOf(bytes: Uint8Array): string {
	try {
		return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
	} catch {
		throw fault("the name of a class is no text");
	}
}

/** Nothing found yet. */
export function pickleFindings(): PickleFindings {
	return { hazards: new Set(), references: [], storageFiles: [] };
}

/**
 * Reads one pickle of protocols 0 to 5 as data: no global is looked up, no object made, nothing called. Throws
 * `corrupt` for what no pickler writes, `unsupported` for parts that lie outside of the file, `too-large`, `cancelled`.
 */
export function readPickle(cursor: PickleCursor, findings: PickleFindings, signal?: AbortSignal): Promise<PickleValue> {
	// joblib keeps an array of objects as a pickle by itself, in which arrays stand as NumPy writes them.
	const readObjects = () => readInstructions(cursor, findings, signal);
	return readInstructions(cursor, findings, signal, (made) => takeJoblibValues(made, cursor, readObjects));
}

async function readInstructions(
	cursor: PickleCursor,
	findings: PickleFindings,
	signal?: AbortSignal,
	takeBehind?: (made: PickledObject) => Promise<void>,
): Promise<PickleValue> {
	const { source } = cursor;
	const { hazards, references, storageFiles } = findings;
	let kept = 0;
	let built: PickledObject | undefined;
	const global = (module: string, name: string): PickledGlobal => {
		const full = `${module}.${name}`;
		const plain = full.replace(/[^\x21-\x7e]/gu, "\u{fffd}");
		const shown = plain.length > MAX_NAME ? `${plain.slice(0, MAX_NAME)}…` : plain;
		if (!isPlainGlobal(full) && hazards.size < MAX_HAZARDS) hazards.add(shown);
		return { kind: "global", name: full };
	};
	const machine = pickleMachine({
		global,
		reference: (id) => void references.push(id),
		object: (made) => void (typeName(made) === STORAGE_FILE && storageFiles.push(made)),
		built: (made) => {
			built = made;
		},
	});

	for (let count = 0; count < MAX_OPCODES; count++) {
		if ((count & 0xffff) === 0) throwIfAborted(signal);
		const byte = cursor.position;
		try {
			const code = (cursor.ready(1) ?? (await cursor.load(1)))[0] as number;
			const opcode = OPCODES.get(code);
			if (opcode === undefined) throw fault(`the byte ${code} is no instruction of a pickle`);
			const operand = opcode.argument === "" ? null : await readOperand(opcode.argument, opcode.name);
			if (opcode.name === "STOP") return machine.result();
			machine.step(opcode.name, operand);
			if (built && typeName(built) === JOBLIB_ARRAY) await takeBehind?.(built);
			built = undefined;
		} catch (thrown) {
			throw TensorError.from(thrown).at({ file: source.name, byte });
		}
	}
	throw new TensorError("too-large", `The pickle has more than ${MAX_OPCODES} instructions.`, { file: source.name });

	async function readOperand(argument: Exclude<Argument, "">, opcode: string): Promise<PickleValue> {
		if (argument === "line") return parseLine(opcode, keep(await cursor.line()));
		if (argument === "lines") {
			const module = nameOf(keep(await cursor.line()));
			return global(module, nameOf(keep(await cursor.line())));
		}
		const [number, counts] = argument.split(" ") as ["u1" | "u2" | "i4" | "u4" | "u8" | "f8", string?];
		const value = await readNumber(cursor, number);
		return counts === undefined ? value : readString(opcode, value);
	}

	async function readString(opcode: string, length: number): Promise<PickleValue> {
		if (length < 0) throw fault(`a string has the length ${length}`);
		const offset = cursor.position;
		const isNumber = opcode.startsWith("LONG");
		const isText = opcode.includes("UNICODE");
		if (length > MAX_INLINE_BYTES) {
			if (isNumber) throw fault(`a number has ${length} bytes`, "too-large");
			cursor.skip(length);
			return { kind: isText ? "text" : "bytes", offset, length };
		}
		const bytes = keep(cursor.ready(length) ?? (await cursor.load(length)));
		if (isNumber) return parseLong(bytes);
		if (isText) return UTF8.decode(bytes);
		// What Python 2 calls a string is text more often than bytes; where all is ASCII both are the same.
		if (opcode.endsWith("BINSTRING") && bytes.every((byte) => byte < 128)) return latin1Text(bytes);
		return { kind: "bytes", bytes: bytes.slice(), offset, length };
	}

	function keep(bytes: Uint8Array): Uint8Array {
		kept += bytes.length;
		if (kept > MAX_KEPT_BYTES) throw fault(`its texts take more than ${MAX_KEPT_BYTES} bytes`, "too-large");
		return bytes;
	}
}
