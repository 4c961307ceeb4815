import assert from "node:assert/strict";
import { once } from "node:events";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { MessageChannel, type MessagePort, type TransferListItem, Worker } from "node:worker_threads";
import { build } from "esbuild";
import { cancelled, TensorError } from "../src/core/errors";
import { type CallContext, type Channel, type Handlers, openChannel, type Port, type Progress } from "../src/rpc";

interface Nothing {
	readonly [name: string]: never;
}

/** What the far end of the tests answers. */
interface Far {
	double(input: number): number;
	failAsCorrupt(input: null): null;
	failPlainly(input: null): null;
	answerWithFunction(input: null): unknown;
	count(input: number): string;
	untilCancelled(input: null): null;
	fill(input: { bytes: Uint8Array<ArrayBuffer>; value: number }): Uint8Array<ArrayBuffer>;
}

const cancellations: string[] = [];

const farHandlers: Handlers<Far> = {
	double: (input) => 2 * input,
	failAsCorrupt: () => {
		throw new TensorError("corrupt", "The data ends early.", { file: "a.npy", tensor: "x", byte: 128 });
	},
	failPlainly: async () => {
		throw new RangeError("not a TensorError");
	},
	answerWithFunction: () => () => 1,
	count: (total, { progress }) => {
		for (let done = 1; done <= total; done++) progress({ done, total });
		return "counted";
	},
	untilCancelled: (_, { signal }) =>
		new Promise((_resolve, reject) => {
			signal.addEventListener("abort", () => {
				cancellations.push("aborted");
				reject(cancelled());
			});
		}),
	fill: ({ bytes, value }, { transfer }) => {
		transfer(bytes.buffer);
		return bytes.fill(value);
	},
};

function portOf(port: MessagePort | Worker): Port {
	return {
		post: (message, transfer) => port.postMessage(message, transfer as TransferListItem[] | undefined),
		listen: (receive) => {
			port.on("message", receive);
			return () => void port.off("message", receive);
		},
	};
}

const hasCode = (code: string) => (error: unknown) => error instanceof TensorError && error.code === code;

describe("a channel over a MessageChannel", () => {
	let ports: MessageChannel;
	let near: Channel<Far>;
	let far: Channel<Nothing>;
	let seenByFar: unknown[];

	beforeEach(() => {
		cancellations.length = 0;
		seenByFar = [];
		ports = new MessageChannel();
		ports.port2.on("message", (message) => seenByFar.push(message));
		near = openChannel<Nothing, Far>(portOf(ports.port1), {});
		far = openChannel<Far, Nothing>(portOf(ports.port2), farHandlers);
	});

	afterEach(() => {
		near.close(cancelled());
		far.close(cancelled());
		ports.port1.close();
	});

	it("answers every request with its own answer, also when many are open", async () => {
		const inputs = Array.from({ length: 100 }, (_, k) => k);
		const answers = await Promise.all(inputs.map((k) => near.call("double", k)));
		assert.deepEqual(
			answers,
			inputs.map((k) => 2 * k),
		);
	});

	it("carries a TensorError's code, sentence and place to the asker", async () => {
		await assert.rejects(near.call("failAsCorrupt", null), (error: unknown) => {
			assert.ok(error instanceof TensorError);
			assert.deepEqual(error.toData(), {
				code: "corrupt",
				message: "The data ends early.",
				where: { file: "a.npy", tensor: "x", byte: 128 },
			});
			return true;
		});
	});

	it("turns any other error of a handler into an internal one with its message", async () => {
		await assert.rejects(near.call("failPlainly", null), { code: "internal", message: "not a TensorError" });
	});

	it("ends a request in an error when its answer cannot be sent", async () => {
		await assert.rejects(near.call("answerWithFunction", null), hasCode("internal"));
	});

	it("ends a request in an error when its input cannot be sent, and lets go of the signal", async () => {
		const abort = new AbortController();
		const input = (() => 1) as unknown as number;
		await assert.rejects(near.call("double", input, { signal: abort.signal }), hasCode("internal"));
		abort.abort();
		assert.equal(await near.call("double", 4), 8);
		const names = seenByFar.map((message) => (message as { rpc: string }).rpc);
		assert.deepEqual(names, ["request"], "no cancel follows for a request that was never sent");
	});

	it("refuses a request that the other end does not know, naming it", async () => {
		const call = near.call as unknown as (name: string, input: null) => Promise<unknown>;
		await assert.rejects(call("toString", null), { code: "internal", message: /"toString"/ });
		await assert.rejects(call("fly", null), { code: "internal", message: /"fly"/ });
	});

	it("reports progress in order and before the answer", async () => {
		const seen: Progress[] = [];
		const answer = await near.call("count", 3, { onProgress: (progress) => seen.push(progress) });
		assert.equal(answer, "counted");
		assert.deepEqual(
			seen,
			[1, 2, 3].map((done) => ({ done, total: 3 })),
		);
	});

	it("rejects at once when the asker aborts, and aborts the signal on the other side", async () => {
		const abort = new AbortController();
		const open = near.call("untilCancelled", null, { signal: abort.signal });
		await delay(20);
		assert.deepEqual(cancellations, []);
		abort.abort();
		await assert.rejects(open, hasCode("cancelled"));
		await near.call("double", 1);
		assert.deepEqual(cancellations, ["aborted"]);
	});

	it("sends nothing for a request whose signal is aborted already", async () => {
		await assert.rejects(near.call("double", 1, { signal: AbortSignal.abort() }), hasCode("cancelled"));
		await near.call("double", 2);
		assert.equal(seenByFar.length, 1);
	});

	it("leaves no listener on a signal that outlives its requests", async () => {
		const { signal } = new AbortController();
		let listening = 0;
		const counted = new Proxy(signal, {
			get: (target, key) => {
				if (key === "addEventListener") listening++;
				if (key === "removeEventListener") listening--;
				const value: unknown = Reflect.get(target, key, target);
				return typeof value === "function" ? value.bind(target) : value;
			},
		});
		await near.call("double", 1, { signal: counted });
		await assert.rejects(near.call("failPlainly", null, { signal: counted }));
		assert.equal(listening, 0);
	});

	it("moves named buffers both ways instead of copying them", async () => {
		const bytes = new Uint8Array(1024);
		const filled = await near.call("fill", { bytes, value: 7 }, { transfer: [bytes.buffer] });
		assert.equal(bytes.byteLength, 0, "the sender's buffer has moved");
		assert.deepEqual(filled, new Uint8Array(1024).fill(7));
	});

	it("rejects what is open and what follows with the reason when closed, and aborts the far handler", async () => {
		const open = near.call("untilCancelled", null);
		await delay(20);
		near.close(new TensorError("internal", "The worker stopped."));
		await assert.rejects(open, { code: "internal", message: "The worker stopped." });
		await assert.rejects(near.call("double", 1), { code: "internal", message: "The worker stopped." });
		await delay(20);
		assert.deepEqual(cancellations, ["aborted"]);
	});

	it("tells the asker the reason when the answering end closes", async () => {
		const open = near.call("untilCancelled", null);
		await delay(20);
		far.close(new TensorError("changed", "The file was closed."));
		assert.deepEqual(cancellations, ["aborted"]);
		await assert.rejects(open, { code: "changed", message: "The file was closed." });
	});

	it("ignores messages that are not of its protocol, and answers to requests it never made", async () => {
		const foreign = [
			null,
			"text",
			42,
			{ type: "request" },
			{ rpc: "request", id: 1 },
			{ rpc: "answer", id: "1", value: 0 },
			{ rpc: "error", id: 1 },
			{ rpc: "progress", id: 1 },
			{ rpc: "nonsense", id: 1 },
			{ rpc: "answer", id: 999, value: 0 },
			{ rpc: "cancel", id: 999 },
		];
		const open = near.call("untilCancelled", null);
		for (const message of foreign) ports.port2.postMessage(message);
		for (const message of foreign) ports.port1.postMessage(message);
		assert.equal(await near.call("double", 21), 42);
		const outcome = await Promise.race([open.catch(String), delay(20, "still open")]);
		assert.equal(outcome, "still open");
		open.catch(() => {});
	});

	it("lets both ends ask each other over one port", async () => {
		const { port1, port2 } = new MessageChannel();
		const greeter = (name: string) => ({ greet: (input: string, _: CallContext) => `${name} got ${input}` });
		interface Greeter {
			greet(input: string): string;
		}
		const a = openChannel<Greeter, Greeter>(portOf(port1), greeter("a"));
		const b = openChannel<Greeter, Greeter>(portOf(port2), greeter("b"));
		assert.deepEqual(await Promise.all([a.call("greet", "1"), b.call("greet", "2")]), ["b got 1", "a got 2"]);
		port1.close();
	});
});

describe("a channel to a worker", () => {
	let code: string;
	let worker: Worker;
	let channel: Channel<Busy>;

	interface Busy {
		/** Works in turns of the event loop until it is cancelled; answers how often it was cancelled so far. */
		spin(input: null): null;
		cancels(input: null): number;
		sum(input: Float64Array<ArrayBuffer>): number;
		die(input: null): null;
	}

	before(async function () {
		this.timeout(20_000);
		const built = await build({
			stdin: {
				contents: `
					import { parentPort } from "node:worker_threads";
					import { openChannel } from "./src/rpc";
					import { throwIfAborted } from "./src/core/errors";
					let cancels = 0;
					openChannel(
						{
							post: (message, transfer) => parentPort.postMessage(message, transfer),
							listen: (receive) => {
								parentPort.on("message", receive);
								return () => parentPort.off("message", receive);
							},
						},
						{
							async spin(_, { signal, progress }) {
								try {
									for (let done = 0; ; done++) {
										progress({ done, total: Infinity });
										await new Promise((resolve) => setImmediate(resolve));
										throwIfAborted(signal);
									}
								} finally {
									cancels++;
								}
							},
							cancels: () => cancels,
							sum: (numbers) => numbers.reduce((a, b) => a + b, 0),
							die: () => process.exit(3),
						},
					);
				`,
				resolveDir: path.resolve("."),
				loader: "ts",
			},
			bundle: true,
			write: false,
			platform: "node",
			format: "cjs",
		});
		code = built.outputFiles[0]?.text ?? "";
	});

	beforeEach(() => {
		worker = new Worker(code, { eval: true });
		channel = openChannel<Nothing, Busy>(portOf(worker), {});
	});

	afterEach(async () => {
		await worker.terminate();
	});

	it("carries numbers there and back", async () => {
		const numbers = Float64Array.from([1, 2, 3.5]);
		assert.equal(await channel.call("sum", numbers, { transfer: [numbers.buffer] }), 6.5);
		assert.equal(numbers.length, 0);
	});

	it("stops the worker's work when the asker aborts, and serves the next request", async () => {
		const abort = new AbortController();
		let seen = 0;
		const spinning = channel.call("spin", null, {
			signal: abort.signal,
			onProgress: ({ done }) => {
				seen = done;
				if (done >= 3) abort.abort();
			},
		});
		await assert.rejects(spinning, hasCode("cancelled"));
		assert.ok(seen >= 3);
		for (let tries = 0; tries < 100 && (await channel.call("cancels", null)) === 0; tries++) await delay(5);
		assert.equal(await channel.call("cancels", null), 1);
	});

	it("lets its owner end open requests with a reason when the worker dies", async () => {
		worker.once("exit", (exitCode) =>
			channel.close(new TensorError("internal", `The worker stopped with code ${exitCode}.`)),
		);
		const asked = channel.call("die", null);
		await Promise.all([
			once(worker, "exit"),
			assert.rejects(asked, { code: "internal", message: "The worker stopped with code 3." }),
		]);
	});
});
