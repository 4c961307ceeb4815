import assert from "node:assert/strict";
import { TensorError } from "../../src/core/errors";
import { keepWork } from "../../src/engine/kept-work";
import type { Progress } from "../../src/rpc";

/** A work that ends when it is told to, and counts how often it was started. */
function slowWork() {
	const signals: AbortSignal[] = [];
	let end: (value: string) => void = () => {};
	let tell: (progress: Progress) => void = () => {};
	return {
		signals,
		end: (value: string) => end(value),
		tell: (progress: Progress) => tell(progress),
		start: ({
			signal,
			onProgress,
		}: {
			signal?: AbortSignal | undefined;
			onProgress?: ((progress: Progress) => void) | undefined;
		}) => {
			signals.push(signal as AbortSignal);
			tell = (progress) => onProgress?.(progress);
			return new Promise<string>((resolve, reject) => {
				end = resolve;
				signal?.addEventListener("abort", () => reject(new TensorError("cancelled", "Cancelled.")));
			});
		},
	};
}

const cancelled = (thrown: unknown) => thrown instanceof TensorError && thrown.code === "cancelled";

describe("work that requests share", () => {
	it("is done once for all that ask while it lasts and after, and tells each its progress", async () => {
		const kept = keepWork<string>();
		const work = slowWork();
		const told: Progress[] = [];
		const first = kept.get("a", work.start, {});
		const second = kept.get("a", work.start, { onProgress: (progress) => told.push(progress) });
		work.tell({ done: 1, total: 2 });
		work.end("found");
		assert.deepEqual([await first, await second, await kept.get("a", work.start, {})], ["found", "found", "found"]);
		assert.equal(work.signals.length, 1);
		assert.deepEqual(told, [{ done: 1, total: 2 }]);
	});

	it("goes on when a request is cancelled and the next one asks for the same", async () => {
		const kept = keepWork<string>();
		const work = slowWork();
		const abort = new AbortController();
		const first = kept.get("a", work.start, { signal: abort.signal });
		abort.abort();
		await assert.rejects(first, cancelled);
		const second = kept.get("a", work.start, {});
		work.end("found");
		assert.equal(await second, "found");
		assert.equal(work.signals.length, 1);
	});

	it("is given up when other work is asked for, or nobody waits for it any more", async () => {
		const kept = keepWork<string>();
		const [one, other] = [slowWork(), slowWork()];
		const first = kept.get("a", one.start, {});
		const abort = new AbortController();
		const second = kept.get("b", other.start, { signal: abort.signal });
		await assert.rejects(first, cancelled);
		abort.abort();
		await assert.rejects(second, cancelled);
		assert.equal(other.signals[0]?.aborted, false);
		await new Promise((resolve) => setTimeout(resolve, 1200));
		assert.equal(other.signals[0]?.aborted, true);
	});

	it("that failed is started anew", async () => {
		const kept = keepWork<string>();
		await assert.rejects(kept.get("a", () => Promise.reject(new TensorError("corrupt", "Broken.")), {}));
		assert.equal(await kept.get("a", () => Promise.resolve("found"), {}), "found");
	});
});
