import { timeCat, timeCp, timeCpFlushed } from "./commands.mjs";
import { reductionOf } from "./rows.mjs";

/**
 * @typedef {import("./rows.mjs").Row} Row
 * @typedef {{ readonly ms: number, readonly check?: readonly number[] | undefined }} Run `check`: as in ours.ts.
 *
 * @typedef {object} Session What contenders run with.
 * @property {import("./python.mjs").Python | undefined} python
 * @property {number} cores
 * @property {boolean} commands Whether `cat` and `cp` are there.
 * @property {(file: string) => Promise<number>} readRaw
 * @property {(row: Row, place: Place) => Promise<Run>} [runUnflushed] The engine, where it need not wait for the disk.
 *
 * @typedef {object} Place
 * @property {string} input
 * @property {string} output A file that does not exist yet; only normalizations write it.
 *
 * @typedef {object} Facts
 * @property {string} label
 * @property {(session: Session) => string | undefined} missing Why it cannot run at all.
 * @property {(session: Session, row: Row, place: Place) => Promise<Run>} run
 */

/** @param {Session} session */
const withoutNumpy = ({ python }) => (python ? undefined : "there is no Python with NumPy");
/** @param {Session} session */
const withoutTorch = (session) =>
	withoutNumpy(session) ?? (session.python?.versions.torch ? undefined : "there is no PyTorch");
/** @param {Session} session */
const withoutCommands = ({ commands }) => (commands ? undefined : "there is no cat or cp");

/**
 * @param {"numpy" | "torch"} library
 * @param {Session} session
 * @param {Row} row
 * @param {Place} place
 * @param {{ readonly threads?: number | undefined, readonly flushed?: boolean }} [how]
 * @returns {Promise<Run>}
 */
async function runPython(library, { python }, row, { input, output }, { threads, flushed = false } = {}) {
	if (row.file.shape.length === 0 || python === undefined) throw new Error(`${row.id} is nothing for Python.`);
	const { shape, dtype } = row.file;
	const reductions = row.layouts.map((cells) => reductionOf(shape, cells));
	const about = { path: input, output, shape, dtype, reductions, norm: row.norm, threads, flushed };
	const { ms = NaN, check } = await python.ask({ work: `${row.work}_${library}`, ...about });
	return { ms, check };
}

/** Everything that the engine is held against, in the order of the tables' columns. */
export const CONTENDERS = /** @type {const} @satisfies {Record<string, Facts>} */ ({
	numpy: {
		label: "NumPy",
		missing: withoutNumpy,
		run: (session, row, place) => runPython("numpy", session, row, place),
	},
	torch: {
		label: "PyTorch",
		missing: withoutTorch,
		run: (session, row, place) =>
			runPython("torch", session, row, place, { threads: session.python?.versions.torchThreads }),
	},
	torchAllCores: {
		label: "PyTorch, all cores",
		missing: (session) =>
			withoutTorch(session) ??
			(session.python?.versions.torchThreads === session.cores ? "PyTorch uses all cores by itself" : undefined),
		run: (session, row, place) => runPython("torch", session, row, place, { threads: session.cores }),
	},
	numpyFlushed: {
		label: "NumPy, flushed",
		missing: withoutNumpy,
		run: (session, row, place) => runPython("numpy", session, row, place, { flushed: true }),
	},
	torchFlushed: {
		label: "PyTorch, flushed",
		missing: withoutTorch,
		run: (session, row, place) =>
			runPython("torch", session, row, place, { threads: session.python?.versions.torchThreads, flushed: true }),
	},
	unflushed: {
		label: "engine, not flushed",
		missing: () => undefined,
		run: async ({ runUnflushed }, row, place) => {
			if (!runUnflushed) throw new Error(`${row.id} writes nothing that could be flushed.`);
			return runUnflushed(row, place);
		},
	},
	cat: {
		label: "cat",
		missing: withoutCommands,
		run: async (_session, _row, { input }) => ({ ms: timeCat(input) }),
	},
	rawReads: {
		label: "raw reads",
		missing: () => undefined,
		run: async ({ readRaw }, _row, { input }) => ({ ms: await readRaw(input) }),
	},
	cp: {
		label: "cp",
		missing: withoutCommands,
		run: async (_session, _row, { input, output }) => ({ ms: timeCp(input, output) }),
	},
	cpFlushed: {
		label: "cp, flushed",
		missing: withoutCommands,
		run: async (_session, _row, { input, output }) => ({ ms: timeCpFlushed(input, output) }),
	},
});

/** @typedef {"numpy" | "torch" | "torchAllCores" | "numpyFlushed" | "torchFlushed" | "unflushed" | "cat" | "rawReads" | "cp" | "cpFlushed"} ContenderId */

/** A contender's facts, with what is optional visible. @param {ContenderId} id @returns {Facts} */
export function contender(id) {
	return CONTENDERS[id];
}
