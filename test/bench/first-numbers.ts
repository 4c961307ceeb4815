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

/** When the panel's page was loaded and when it had drawn numbers, in its own clock; undefined before. */
async function timesOf(page: Page) {
	for (const frame of page.frames()) {
		const times = await frame
			.evaluate(() => {
				const at = (name: string) => performance.getEntriesByName(name)[0]?.startTime ?? Infinity;
				if (at("exact numbers") === Infinity) return undefined;
				const all = [...performance.getEntriesByType("mark"), ...performance.getEntriesByType("resource")].map((e) => [
					e.name.split("/").at(-1),
					Math.round(e.startTime + e.duration),
				]);
				return {
					load: at("loaded"),
					first: Math.min(at("sampled numbers"), at("exact numbers")),
					exact: at("exact numbers"),
					all,
				};
			})
			.catch(() => undefined);
		if (times) return times;
	}
	return undefined;
}

/** Opens each file from the Explorer of a real workbench, as often as is told, with the engine's workers running. */
export async function firstNumbers(files: Readonly<Record<BenchFile, string>>, runs: number): Promise<Opening[]> {
	const session = await openSession({ files: {} });
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
				let times = await timesOf(page);
				while (!times) {
					await page.waitForTimeout(100);
					times = await timesOf(page);
				}
				console.error(JSON.stringify(times));
				if (run >= 0) {
					first.push(times.first - times.load);
					exact.push(times.exact - times.load);
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
