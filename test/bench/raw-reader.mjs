// A thread that reads stretches of files with one reused buffer and does nothing with them.
import fs from "node:fs";
import { parentPort } from "node:worker_threads";

const buffer = new Uint8Array(2 ** 20);

parentPort?.on("message", ({ file, start, end }) => {
	const handle = fs.openSync(file, "r");
	let place = start;
	while (place < end) {
		const read = fs.readSync(handle, buffer, 0, Math.min(buffer.length, end - place), place);
		if (read === 0) break;
		place += read;
	}
	fs.closeSync(handle);
	parentPort?.postMessage(place - start);
});
