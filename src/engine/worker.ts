import { parentPort } from "node:worker_threads";
import { openChannel } from "../rpc";
import { createJobs, type Jobs } from "./jobs";

const port = parentPort;
if (!port) throw new Error("This program runs as a worker thread only.");

openChannel<Jobs, Record<never, never>>(
	{
		post: (message, transfer) => port.postMessage(message, transfer as ArrayBuffer[] | undefined),
		listen(receive) {
			port.on("message", receive);
			return () => port.off("message", receive);
		},
	},
	createJobs(),
);
