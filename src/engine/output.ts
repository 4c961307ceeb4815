import { promises as fs } from "node:fs";
import * as path from "node:path";
import { combineCrc32 } from "../formats/encoding/crc32";
import { type OutputPlan, planOutput } from "../formats/writer";
import { openError } from "./file";
import type { OutputJob } from "./output-job";
import { publish } from "./publish";
import type { Stretch } from "./transform-share";

/** Where everything goes in the output. */
export function planOf({ output, parts, metadata }: Pick<OutputJob, "output" | "parts" | "metadata">): OutputPlan {
	const tensors = parts.map(({ name, dtype, target: { shape }, order }) => ({ name, dtype, shape, order }));
	return planOutput(path.basename(output), tensors, metadata);
}

/** Creates the temporary file at its full size, with everything but the values. */
export async function startOutput(job: OutputJob): Promise<null> {
	const { size, pieces } = planOf(job);
	const handle = await fs.open(job.temporary, "wx").catch((thrown) => {
		throw openError(thrown, path.basename(job.output));
	});
	try {
		await handle.truncate(size);
		for (const { offset, bytes } of pieces) await writeAll(handle, bytes, offset);
	} finally {
		await handle.close();
	}
	return null;
}

/** Writes what was left to the end, and flushes; answers the file's size. */
export async function finishOutput(input: {
	readonly job: OutputJob;
	/** Of every part. */
	readonly stretches: readonly (readonly Stretch[])[];
}): Promise<number> {
	const { job, stretches } = input;
	const plan = planOf(job);
	const handle = await fs.open(job.temporary, "r+");
	try {
		for (const { offset, bytes } of plan.finish(plan.needsCrc ? stretches.map(joinedCrc) : [])) {
			await writeAll(handle, bytes, offset);
		}
		await handle.sync();
	} finally {
		await handle.close();
	}
	return plan.size;
}

/** Gives the temporary file the output's name: the output appears whole or not at all. */
export async function publishOutput({ temporary, output, overwrite }: OutputJob): Promise<null> {
	await publish(temporary, output, overwrite);
	return null;
}

function joinedCrc(stretches: readonly Stretch[]): number {
	const sorted = [...stretches].sort((a, b) => a.offset - b.offset);
	return sorted.reduce((crc, stretch) => combineCrc32(crc, stretch.crc, stretch.length), 0);
}

async function writeAll(handle: fs.FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
	for (let done = 0; done < bytes.length; ) {
		const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, offset + done);
		done += bytesWritten;
	}
}
