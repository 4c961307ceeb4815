import { TensorError, throwIfAborted } from "../core/errors";
import { denseBoxes } from "./dense";
import { latin1 } from "./detect";
import { mat4Header, readMat4 } from "./encoding/mat4";
import { type Matrix, readMat5 } from "./encoding/mat5";
import { COMPRESSED, MATRIX, openCompressed, readElement } from "./encoding/mat5-element";
import { KNOWN } from "./known";
import type { MatVariable } from "./mat-values";
import { rangeOf } from "./memory";
import { readAhead } from "./read-ahead";
import type { ByteSource, TensorReader } from "./reader";
import { unreadable } from "./shape";

const HEADER_BYTES = 128;
const MAX_VARIABLES = 1_000_000;
/** Compressed variables up to this size are inflated once when the file is opened, so that damage shows at once. */
const CHECKED_BYTES = 2 ** 16;
/** Bytes that are inflated for that, in all. */
const CHECKED_IN_ALL = 2 ** 24;

/** MATLAB's .mat files of the versions 4 to 7 (7.3 is HDF5). */
export const mat: TensorReader = {
	...KNOWN.mat,
	sniff: (head) => isMat5(head) || isMat4(head),
	async open(source, signal) {
		const head = await source.read(0, Math.min(HEADER_BYTES, source.size), signal);
		const five = isMat5(head);
		const found: MatVariable[] = [];
		const notes: string[] = [];
		try {
			const variables = five ? walk5(source, head, notes, signal) : walk4(source, signal);
			for await (const variable of variables) {
				throwIfAborted(signal);
				if (found.push(variable) > MAX_VARIABLES) throw tooMany(source);
			}
		} catch (thrown) {
			const error = TensorError.from(thrown);
			if (found.length === 0 || error.code === "cancelled") throw error;
			found.push({ info: unreadable(`variable ${found.length + 1}`, error) });
		}
		const byName = lastOfName(found, notes);
		const text = new TextDecoder("latin1").decode(head.subarray(0, 116)).replace(/[\0\s]+$/, "");
		const lookUp = (name: string): MatVariable & { readonly read: object } => {
			const variable = byName.get(name);
			if (variable === undefined) throw new TensorError("not-found", `The file has no variable called "${name}".`);
			const { info, read } = variable;
			if (info.problem) throw TensorError.fromData(info.problem).at({ tensor: name });
			if (read === undefined) throw new TensorError("internal", "This variable has no values.", { tensor: name });
			return { info, read };
		};
		return {
			tensors: [...byName.values()].map(({ info }) => info),
			metadata: five ? { header: text } : {},
			notes,
			boxes: ({ name }, maxElements) => denseBoxes(lookUp(name).info.shape, "F", maxElements),
			async read({ name }, box, readSignal, target) {
				try {
					return await lookUp(name).read(box, readSignal, target);
				} catch (thrown) {
					throw TensorError.from(thrown).at({ tensor: name });
				}
			},
			close: async () => source.close?.(),
		};
	},
};

/** The first variable of a version 4 file: it has a name that ends in 0, in either byte order. */
function isMat4(head: Uint8Array): boolean {
	const header = mat4Header(head);
	return header !== undefined && /^[A-Za-z]\w*\0+$/.test(latin1(head.subarray(20, 20 + header.nameBytes)));
}

function isMat5(head: Uint8Array): boolean {
	const [low, high, first, second] = head.subarray(124, 128);
	const little = low === 0 && high === 1 && first === 0x49 && second === 0x4d;
	return little || (low === 1 && high === 0 && first === 0x4d && second === 0x49);
}

async function* walk4(source: ByteSource, signal: AbortSignal | undefined): AsyncGenerator<MatVariable> {
	const near = readAhead(source);
	for (let at = 0; at < source.size; ) {
		const { variable, next } = await readMat4(near, at, signal);
		yield variable;
		at = next;
	}
}

async function* walk5(
	source: ByteSource,
	head: Uint8Array,
	notes: string[],
	signal: AbortSignal | undefined,
): AsyncGenerator<MatVariable> {
	const bigEndian = head[126] === 0x4d;
	const near = readAhead(source);
	let checked = 0;
	for (let at = HEADER_BYTES, index = 1; at < source.size; index++) {
		const element = await readElement(near, at, source.size, bigEndian, signal);
		let variable: MatVariable;
		try {
			let matrix: Matrix;
			if (element.type === COMPRESSED) {
				const open = await openCompressed(near, element, bigEndian, signal);
				const size = open().size;
				if (element.length <= CHECKED_BYTES && checked + size <= CHECKED_IN_ALL) {
					checked += size;
					await inflateAll(open(), signal);
				}
				matrix = { open, bigEndian };
			} else if (element.type === MATRIX) {
				const size = element.start + element.length - at;
				const start = at;
				matrix = { open: () => rangeOf(near, source.name, start, size), bigEndian };
			} else {
				const message = `A variable was expected here, but this is an element of type ${element.type}; save the file again.`;
				throw new TensorError("corrupt", message, { file: source.name, byte: at });
			}
			variable = await readMat5(matrix, signal);
		} catch (thrown) {
			const error = TensorError.from(thrown);
			if (error.code === "cancelled") throw error;
			variable = { info: unreadable(`variable ${index}`, error) };
		}
		// MATLAB keeps what objects and function handles need in a variable without a name.
		if (variable.info.name === "") notes.push("Data that MATLAB keeps for its objects is left out.");
		else yield variable;
		at = element.next;
	}
}

async function inflateAll(stream: ByteSource, signal: AbortSignal | undefined): Promise<void> {
	try {
		await stream.read(stream.size - 1, 1, signal);
	} finally {
		await stream.close?.();
	}
}

/** Of variables of one name MATLAB takes the last. */
function lastOfName(found: readonly MatVariable[], notes: string[]): ReadonlyMap<string, MatVariable> {
	const byName = new Map<string, MatVariable>();
	for (const variable of found) {
		const { name } = variable.info;
		if (byName.has(name)) notes.push(`The file holds "${name}" more than once; the last is shown, as MATLAB does.`);
		byName.set(name, variable);
	}
	return byName;
}

function tooMany(source: ByteSource): TensorError {
	const message = `The file holds more than the ${MAX_VARIABLES} variables that are read.`;
	return new TensorError("too-large", message, { file: source.name });
}
