import * as fs from "node:fs";
import * as path from "node:path";
import type { Page } from "playwright-core";
import { openSession } from "../support/session";
import { closeAllEditors, openFromExplorer } from "../support/workbench";
import type { BenchFile } from "./frame-files";

/** Milliseconds from the panel's load event to the first numbers, and to the exact ones, each time it was opened. */
export interface Opening {
	readonly file: BenchFile;
	readonly first: readonly number[];
	readonly exact: readonly number[];
}

/** When a panel of the workbench was loaded and had drawn numbers, in its page's own clock; undefined before it had exact ones. */
async function timesOf(page: Page) {
	for (const frame of page.frames()) {
		const times = await frame
			.evaluate(() => {
				const at = (name: string) => performance.getEntriesByName(name)[0]?.startTime ?? Infinity;
				const [loaded, sampled, exact] = [at("loaded"), at("sampled numbers"), at("exact numbers")];
				return exact === Infinity ? undefined : { first: Math.min(sampled, exact) - loaded, exact: exact - loaded };
			})
			// The frame is gone, or is another site's.
			.catch(() => undefined);
		if (times) return times;
	}
	return undefined;
}

/** Opens each file from the Explorer of a real workbench, as often as is told, with the engine's workers running. */
export async function firstNumbers(files: Readonly<Record<BenchFile, string>>, runs: number): Promise<Opening[]> {
	const session = await openSession();
	const { page, folder } = session;
	try {
		const openings: Opening[] = [];
		for (const file of ["list", "tensor"] as const) {
			const name = path.basename(files[file]);
			fs.copyFileSync(files[file], path.join(folder, name));
			const [first, exact]: [number[], number[]] = [[], []];
			// The first opening starts the extension and its workers.
			for (let run = -1; run < runs; run++) {
				await openFromExplorer(page, name);
				let times: Awaited<ReturnType<typeof timesOf>>;
				while (!times) {
					await page.waitForTimeout(100);
					times = await timesOf(page);
				}
				if (run >= 0) {
					first.push(times.first);
					exact.push(times.exact);
				}
				await closeAllEditors(page);
			}
			openings.push({ file, first, exact });
		}
		return openings;
	} finally {
		await session.close();
	}
}
