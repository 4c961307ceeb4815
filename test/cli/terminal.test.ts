import assert from "node:assert/strict";
import { PassThrough, Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { WriteStream } from "node:tty";
import { progressBar, writerTo } from "../../src/cli/terminal";

describe("the command line's output", () => {
	/** A stream that says it is a terminal, and what was written to it. */
	function terminal(isTTY: boolean): { stream: WriteStream; text: () => string } {
		const stream = Object.assign(new PassThrough(), { isTTY, columns: 60 });
		return { stream: stream as unknown as WriteStream, text: () => String(stream.read() ?? "") };
	}

	it("shows a bar on a terminal within its width, and takes it away at the end", async () => {
		const { stream, text } = terminal(true);
		const bar = progressBar(stream, "Reading");
		bar.show({ done: 1, total: 4 });
		await delay(100);
		bar.show({ done: 2, total: 4 });
		const shown = text();
		assert.match(shown, /^\rReading \[#{8}-{22}\] 25 %/);
		assert.match(shown, /\rReading \[#{15}-{15}\] 50 %/);
		for (const line of shown.split("\r")) assert.ok(line.replace("\x1b[K", "").length < 60);
		bar.end();
		assert.equal(text(), "\r\x1b[K");
	});

	it("shows no more than some frames a second", () => {
		const { stream, text } = terminal(true);
		const bar = progressBar(stream, "Reading");
		for (let done = 0; done < 1000; done++) bar.show({ done, total: 1000 });
		assert.equal(text().split("\r").length, 2);
	});

	it("writes nothing where there is no terminal", () => {
		const { stream, text } = terminal(false);
		const bar = progressBar(stream, "Reading");
		bar.show({ done: 1, total: 4 });
		bar.end();
		assert.equal(text(), "");
	});

	it("waits while the reader is slower", async () => {
		let release = () => {};
		const slow = new Writable({
			write: (_piece, _encoding, done) => {
				release = done;
			},
		});
		const write = writerTo(slow, new AbortController().signal);
		let written = false;
		const writing = write("text").then(() => {
			written = true;
		});
		await delay(10);
		assert.equal(written, false);
		release();
		await writing;
	});

	it("stops waiting when it is cancelled", async () => {
		const stuck = new Writable({ write: () => {} });
		const abort = new AbortController();
		const writing = writerTo(stuck, abort.signal)("text");
		abort.abort();
		await assert.rejects(writing, { code: "cancelled" });
	});

	it("drops what follows when the reader has gone, but tells any other failure", async () => {
		const failing = (code: string) =>
			new Writable({ write: (_piece, _encoding, done) => done(Object.assign(new Error(code), { code })) });
		const { signal } = new AbortController();
		const gone = writerTo(failing("EPIPE"), signal);
		await gone("first");
		await gone("second");
		await assert.rejects(writerTo(failing("ENOSPC"), signal)("text"), { code: "ENOSPC" });
	});
});
