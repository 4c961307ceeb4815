import { cancelled, type ErrorData, TensorError } from "./core/errors";

/** Anything that messages can be posted through: a worker, a MessagePort, a webview. */
export interface Port {
	post(message: unknown, transfer?: readonly Transferable[]): void;
	/** Calls back for every message that arrives; returns how to stop listening. */
	listen(receive: (message: unknown) => void): () => void;
}

/** How far a request has come, in units of its own (elements or bytes). */
export interface Progress {
	readonly done: number;
	readonly total: number;
}

/** What a handler gets beside its input. */
export interface CallContext {
	/** Aborted when the asker takes the request back or the channel closes. */
	readonly signal: AbortSignal;
	readonly progress: (progress: Progress) => void;
	/** Names buffers of the answer to be moved instead of copied. */
	readonly transfer: (...buffers: Transferable[]) => void;
}

/** What an asker may add to a request. */
export interface CallOptions {
	readonly signal?: AbortSignal | undefined;
	readonly onProgress?: ((progress: Progress) => void) | undefined;
	readonly transfer?: readonly Transferable[];
}

/** A contract: names of requests with the type of their input and answer. */
export type Contract<Api> = { readonly [Name in keyof Api]: (input: never) => unknown };

type Input<Method> = Method extends (input: infer I) => unknown ? I : never;
type Answer<Method> = Method extends (input: never) => infer A ? A : never;

/** One handler for every request of a contract; leaving one out does not compile. */
export type Handlers<Api extends Contract<Api>> = {
	readonly [Name in keyof Api]: (
		input: Input<Api[Name]>,
		context: CallContext,
	) => Answer<Api[Name]> | Promise<Answer<Api[Name]>>;
};

/** One end of a conversation: answers the requests of `Local`, asks those of `Remote`. */
export interface Channel<Remote extends Contract<Remote>> {
	/** Asks the other end; rejects with a TensorError, with `cancelled` as soon as the signal is aborted. */
	call<Name extends keyof Remote & string>(
		name: Name,
		input: Input<Remote[Name]>,
		options?: CallOptions,
	): Promise<Answer<Remote[Name]>>;
	/** Rejects what is open on both ends with the reason, and stops listening. */
	close(reason: TensorError): void;
}

type Message =
	| { readonly rpc: "request"; readonly id: number; readonly name: string; readonly input: unknown }
	| { readonly rpc: "answer"; readonly id: number; readonly value: unknown }
	| { readonly rpc: "error"; readonly id: number; readonly error: ErrorData }
	| { readonly rpc: "progress"; readonly id: number; readonly progress: Progress }
	| { readonly rpc: "cancel"; readonly id: number };

interface Pending {
	readonly resolve: (value: never) => void;
	readonly reject: (error: TensorError) => void;
	readonly onProgress: CallOptions["onProgress"];
}

/** Opens one end of a conversation over a port. Messages that are not of this protocol are ignored. */
export function openChannel<Local extends Contract<Local>, Remote extends Contract<Remote>>(
	port: Port,
	handlers: Handlers<Local>,
): Channel<Remote> {
	const pending = new Map<number, Pending>();
	const running = new Map<number, AbortController>();
	let nextId = 1;
	let closed: TensorError | undefined;

	const post = (message: Message, transfer?: readonly Transferable[]) => {
		if (!closed) port.post(message, transfer);
	};
	const postIfPossible = (message: Message) => {
		try {
			post(message);
		} catch {
			// The port has ended (a disposed view, a stopped worker): there is nobody left to tell.
		}
	};

	const answer = async ({ id, name, input }: Message & { rpc: "request" }) => {
		const abort = new AbortController();
		running.set(id, abort);
		const transfer: Transferable[] = [];
		const context: CallContext = {
			signal: abort.signal,
			progress: (progress) => post({ rpc: "progress", id, progress }),
			transfer: (...buffers) => transfer.push(...buffers),
		};
		try {
			const handler = Object.hasOwn(handlers, name) ? handlers[name as keyof Local] : undefined;
			if (!handler) throw new TensorError("internal", `The request "${name}" is not known here.`);
			const value = await handler(input as never, context);
			post({ rpc: "answer", id, value }, transfer);
		} catch (thrown) {
			postIfPossible({ rpc: "error", id, error: TensorError.from(thrown).toData() });
		} finally {
			running.delete(id);
		}
	};

	const stopListening = port.listen((message) => {
		if (!isMessage(message)) return;
		if (message.rpc === "request") void answer(message);
		else if (message.rpc === "cancel") running.get(message.id)?.abort();
		else if (message.rpc === "progress") pending.get(message.id)?.onProgress?.(message.progress);
		else {
			const request = pending.get(message.id);
			pending.delete(message.id);
			if (message.rpc === "answer") request?.resolve(message.value as never);
			else request?.reject(TensorError.fromData(message.error));
		}
	});

	return {
		call(name, input, options = {}) {
			const { signal, onProgress, transfer } = options;
			if (closed) return Promise.reject(closed);
			if (signal?.aborted) return Promise.reject(cancelled());
			const id = nextId++;
			return new Promise<never>((resolve, reject) => {
				const onAbort = () => {
					pending.delete(id);
					postIfPossible({ rpc: "cancel", id });
					reject(cancelled());
				};
				const settle = () => signal?.removeEventListener("abort", onAbort);
				signal?.addEventListener("abort", onAbort, { once: true });
				pending.set(id, {
					resolve: (value) => {
						settle();
						resolve(value);
					},
					reject: (error) => {
						settle();
						reject(error);
					},
					onProgress,
				});
				try {
					post({ rpc: "request", id, name, input }, transfer);
				} catch (thrown) {
					pending.delete(id);
					settle();
					reject(TensorError.from(thrown));
				}
			});
		},
		close(reason) {
			if (closed) return;
			for (const id of running.keys()) postIfPossible({ rpc: "error", id, error: reason.toData() });
			for (const id of pending.keys()) postIfPossible({ rpc: "cancel", id });
			closed = reason;
			stopListening();
			for (const abort of running.values()) abort.abort();
			for (const request of pending.values()) request.reject(reason);
			pending.clear();
		},
	};
}

function isMessage(message: unknown): message is Message {
	if (typeof message !== "object" || message === null) return false;
	const { rpc, id, name, error, progress } = message as Readonly<Record<string, unknown>>;
	if (typeof id !== "number") return false;
	if (rpc === "request") return typeof name === "string";
	if (rpc === "error") return typeof error === "object" && error !== null;
	if (rpc === "progress") return typeof progress === "object" && progress !== null;
	return rpc === "answer" || rpc === "cancel";
}
