import fs from "node:fs";
import path from "node:path";
import { contender } from "./contenders.mjs";
import { bytesOf } from "./data.mjs";
import { startEngine } from "./engine-process.mjs";
import { interleave } from "./measure.mjs";

/**
 * @typedef {import("./rows.mjs").Row} Row
 * @typedef {import("./contenders.mjs").ContenderId} ContenderId
 * @typedef {import("./contenders.mjs").Run} Run
 * @typedef {import("./contenders.mjs").Place} Place
 *
 * @typedef {import("./contenders.mjs").Session & {
 *   readonly data: ReturnType<typeof import("./data.mjs").dataFolder>,
 *   readonly outputs: string,
 *   readonly engine: Parameters<typeof startEngine>[0],
 *   readonly runs: number,
 * }} BenchSession
 */

/** How far apart the averages of two contenders may be, relative to the deviation, which is about 1. */
const AGREE = { f32: 1e-3, f16: 1e-2, bf16: 2e-2 };

/**
 * Measures one row: every contender once to warm up, where their results are compared too, then all in turn.
 * @param {BenchSession} session
 * @param {Row} row
 * @returns {Promise<import("./measure.mjs").Measured>}
 */
export async function measureRow(session, row) {
	const input = session.data.pathOf(row.file);
	const engine = startEngine(session.engine);
	const unflushed = row.against.includes("unflushed") ? startEngine({ ...session.engine, flushes: false }) : undefined;
	/** @type {BenchSession} */
	const equipped = unflushed ? { ...session, runUnflushed: (one, place) => runOurs(unflushed, one, place) } : session;
	try {
		const able = row.against.filter((id) => contender(id).missing(session) === undefined);
		const runs = /** @type {const} */ (["ours", ...able]).map((id) => ({
			id,
			/** @param {Place} place */
			run: (place) => (id === "ours" ? runOurs(engine, row, place) : contender(id).run(equipped, row, place)),
		}));
		await warmUp(session, row, input, runs);
		const output = path.join(session.outputs, "output.npy");
		const timed = runs.map(({ id, run }) => ({
			id,
			run: async () => {
				const { ms } = await run({ input, output });
				fs.rmSync(output, { force: true });
				return ms;
			},
		}));
		// Compilers of the engine's kernels, too, need more than one run; for a large file one is plenty.
		if (row.part !== "large") await interleave(timed, 1);
		const times = await interleave(timed, row.runs === undefined ? session.runs : Math.min(row.runs, session.runs));
		const ours = times.get("ours");
		const peak = await engine.ask({ work: "peak" });
		if (ours === undefined || !("peakMb" in peak)) throw new Error(`${row.id} was not measured.`);
		const theirs = row.against.map((id) => {
			const found = times.get(id);
			return { id, ...(found ? { times: found } : { skipped: contender(id).missing(session) ?? "" }) };
		});
		const bytes = row.file.deflates === undefined ? bytesOf(row.file) : fs.statSync(input).size;
		return { row, bytes, ours, peakMb: peak.peakMb ?? undefined, theirs };
	} finally {
		await engine.end();
		await unflushed?.end();
	}
}

/**
 * @param {ReturnType<typeof startEngine>} engine
 * @param {Row} row
 * @param {Place} place
 * @returns {Promise<Run>}
 */
async function runOurs(engine, { work, layouts, file, norm }, { input, output }) {
	const { shape } = file;
	const answer = await (work === "moments"
		? engine.ask({ work, path: input, shape, layouts })
		: work === "describe"
			? engine.ask({ work, path: input })
			: norm && engine.ask({ work, path: input, shape, norm, output }));
	if (!answer || !("ms" in answer)) throw new Error("The engine's process gave no time.");
	return answer;
}

/**
 * Runs everyone once, and throws when they did not do the same work: a benchmark of a wrong answer is worth nothing.
 * @param {BenchSession} session
 * @param {Row} row
 * @param {string} input
 * @param {readonly { readonly id: ContenderId | "ours", readonly run: (place: Place) => Promise<Run> }[]} runs
 */
async function warmUp({ outputs, python }, row, input, runs) {
	/** @type {readonly number[] | undefined} */
	let expected;
	const tolerance = AGREE[row.file.dtype];
	const ourOutput = path.join(outputs, "ours.npy");
	try {
		for (const { id, run } of runs) {
			const output = id === "ours" ? ourOutput : path.join(outputs, "theirs.npy");
			const { check } = await run({ input, output });
			expected ??= check;
			check?.forEach((value, k) => {
				const apart = Math.abs(value - (expected?.[k] ?? NaN));
				if (!(apart <= tolerance)) throw new Error(`${row.id}: ${id} found ${check}, the engine ${expected}.`);
			});
			if (row.work === "normalize" && (id === "numpy" || id === "torch" || id === "unflushed")) {
				const { largest = NaN } = (await python?.ask({ work: "difference", paths: [ourOutput, output] })) ?? {};
				if (!(largest <= tolerance)) throw new Error(`${row.id}: the engine and ${id} are ${largest} apart.`);
			}
			if (output !== ourOutput) fs.rmSync(output, { force: true });
		}
	} finally {
		fs.rmSync(ourOutput, { force: true });
	}
}
