/** What went wrong, in one word; the sentence is in the message. Codes survive postMessage. */
export type ErrorCode =
	| "unknown-format"
	| "corrupt"
	| "unsupported"
	| "too-large"
	| "bad-layout"
	| "bad-option"
	| "not-found"
	| "exists"
	| "cancelled"
	| "changed"
	| "internal";

/** The place an error speaks of: a file (path or name), one of its tensors, a byte offset in the file. */
export interface Where {
	readonly file?: string;
	readonly tensor?: string;
	readonly byte?: number;
}

/** A TensorError as plain data, for messages between threads and views. */
export interface ErrorData {
	readonly code: ErrorCode;
	readonly message: string;
	readonly where: Where;
}

/** The only error users see: its message is one sentence with what was found, what was expected, and what to do. */
export class TensorError extends Error {
	readonly code: ErrorCode;
	readonly where: Where;

	constructor(code: ErrorCode, message: string, where: Where = {}) {
		super(message);
		this.name = "TensorError";
		this.code = code;
		this.where = where;
	}

	/** The same error with a place filled in where none was known; the innermost place wins. */
	at(where: Where): TensorError {
		return new TensorError(this.code, this.message, { ...where, ...this.where });
	}

	toData(): ErrorData {
		return { code: this.code, message: this.message, where: this.where };
	}

	static fromData(data: ErrorData): TensorError {
		return new TensorError(data.code, data.message, data.where);
	}

	/** Any thrown value as a TensorError: aborts become `cancelled`, unknown errors `internal`. */
	static from(thrown: unknown): TensorError {
		if (thrown instanceof TensorError) return thrown;
		if (thrown instanceof Error && thrown.name === "AbortError") return cancelled();
		return new TensorError("internal", thrown instanceof Error ? thrown.message : String(thrown));
	}
}

/** The error of a request that its asker took back. */
export function cancelled(): TensorError {
	return new TensorError("cancelled", "Cancelled.");
}

/** Throws `cancelled` when the signal has been aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
	if (signal?.aborted) throw cancelled();
}

/** One line for people: the place, then the sentence. Example: `acts.npy, tensor "x", byte 128: The data ends early …`. */
export function describeError(error: ErrorData): string {
	const { file, tensor, byte } = error.where;
	const place = [
		file,
		tensor ? `tensor "${tensor}"` : undefined,
		byte === undefined ? undefined : `byte ${byte}`,
	].filter((part) => part !== undefined);
	return place.length === 0 ? error.message : `${place.join(", ")}: ${error.message}`;
}
