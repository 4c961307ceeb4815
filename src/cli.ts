import path from "node:path";
import { version } from "../package.json";
import { type Arguments, BadUsage, parseArguments } from "./cli/arguments";
import { COMPARE, compare } from "./cli/compare";
import { DESCRIBE, describe } from "./cli/describe";
import { commandHelp, type HelpEntry, PROGRAM, programHelp, unknownCommand } from "./cli/help";
import { LENS, lens } from "./cli/lens";
import { normHelp } from "./cli/norm-help";
import { NORMALIZE, normalize } from "./cli/normalize";
import { NORMS, norms } from "./cli/norms";
import { REPORT, report as reportPage } from "./cli/report";
import { STATS, stats } from "./cli/stats";
import { printable } from "./cli/table";
import { EXIT, type ExitCode, progressBar, type Terminal, writerTo } from "./cli/terminal";
import { VERIFY, verify } from "./cli/verify";
import { describeError, TensorError } from "./core/errors";
import { isNormId } from "./core/normalizations";
import { createEngine } from "./engine/engine";

/** A command: what it takes, what the help says, and what it does. */
interface Command extends HelpEntry {
	readonly run: (parsed: Arguments, terminal: Terminal) => Promise<ExitCode>;
}

const COMMANDS: readonly Command[] = [
	{
		spec: DESCRIBE,
		about: "Lists the tensors of a file, from its headers alone.",
		examples: ["describe model.safetensors", "describe activations.npz --json"],
		run: describe,
	},
	{
		spec: STATS,
		about: "Prints count, mean, std, min, max, NaN and Inf of a tensor, or of every set that a norm averages.",
		examples: [
			"stats conv1.npy",
			"stats conv1.npy --norm groupNorm --groups 8",
			"stats conv1.npy --cells 1,64,1,1 --json",
			"stats conv1.npy --norm batchNorm --axes --csv > conv1.csv",
		],
		run: stats,
	},
	{
		spec: NORMALIZE,
		about: "Applies a normalization and writes the result to a file, whole or not at all.",
		examples: [
			"normalize conv1.npy --norm batchNorm -o conv1-bn.npy",
			"normalize model.safetensors --all --tensor 'conv*.weight' --norm layerNorm -o normalized.safetensors",
			"normalize model.safetensors --tensor h.0 --norm layerNorm --axis -1 --gamma model.safetensors#ln.weight -o h0.npy",
		],
		run: normalize,
	},
	{
		spec: COMPARE,
		about: "Compares two tensors element by element; NaN is close to NaN.",
		examples: ["compare mine.npy golden.npz#x --rtol 1e-4"],
		run: compare,
	},
	{
		spec: NORMS,
		about: "Prints what every norm that fits a tensor does to it, side by side, from one reading.",
		examples: ["norms conv1.npy", "norms activations.safetensors#h.0 --axis -1 --json"],
		run: norms,
	},
	{
		spec: REPORT,
		about:
			"Writes a page of HTML about a tensor that needs nothing else: statistics, charts, and what a norm averages.",
		examples: ["report conv1.npy --norm groupNorm --groups 8 -o conv1.html"],
		run: reportPage,
	},
	{
		spec: LENS,
		about:
			"Asks what a norm does: numerics (where float16, float32 or the fast variance go wrong), mask (what padding does to it), batch-size (do sub-batches stand for the batch), already (is it normalized), equivalence (which norms are the same here).",
		examples: [
			"lens numerics conv1.npy --norm layerNorm",
			"lens batch-size conv1.npy --norm batchNorm",
			"lens mask batch.npz --tensor hidden --lengths '#lengths' --norm batchNorm --axis -1",
			"lens already activations.safetensors --tensor h.0",
			"lens equivalence conv1.npy --groups 64",
		],
		run: lens,
	},
	{
		spec: VERIFY,
		about: "Runs ONNX backend tests of normalizations through the engine and compares with their recorded outputs.",
		examples: [
			"verify onnx/backend/test/data/node/test_layer_normalization_4d_axis1",
			"verify exported/tests --rtol 1e-5",
		],
		run: verify,
	},
];

async function main([word, ...rest]: readonly string[], signal: AbortSignal): Promise<ExitCode> {
	const write = writerTo(process.stdout, signal);
	if (word === "--version") {
		await write(`${version}\n`);
		return EXIT.fine;
	}
	const asksHelp = word === "--help" || word === "-h" || word === "help";
	if (asksHelp && rest[0] === undefined) {
		await write(programHelp(COMMANDS));
		return EXIT.fine;
	}
	if (word === undefined) throw new BadUsage(`A command is missing: ${names()}; see --help.`);
	const name = asksHelp ? rest[0] : word;
	if (asksHelp && isNormId(name)) {
		await write(normHelp(name));
		return EXIT.fine;
	}
	const command = COMMANDS.find(({ spec }) => spec.name === name);
	if (!command) throw unknownCommand(name ?? "", COMMANDS);
	const parsed = asksHelp ? undefined : parseArguments(command.spec, rest);
	if (!parsed || parsed.given.has("help")) {
		await write(commandHelp(command));
		return EXIT.fine;
	}
	const engine = createEngine({ workerPath: path.join(__dirname, "worker", "main.mjs") });
	try {
		const bar = (label: string) => progressBar(process.stderr, label);
		return await command.run(parsed, { engine, signal, write, tell, bar });
	} finally {
		await engine.close();
	}
}

function names(): string {
	return COMMANDS.map(({ spec }) => spec.name).join(", ");
}

function tell(line: string): void {
	process.stderr.write(`${printable(line)}\n`);
}

/** Tells what went wrong and which exit code says so. */
function report(thrown: unknown, signal: AbortSignal): ExitCode {
	if (thrown instanceof BadUsage) {
		tell(`${PROGRAM}: ${thrown.message}`);
		return EXIT.badUsage;
	}
	const error = TensorError.from(thrown);
	if (signal.aborted || error.code === "cancelled") {
		tell(`${PROGRAM}: Cancelled.`);
		return EXIT.cancelled;
	}
	tell(`${PROGRAM}: ${describeError(error)}`);
	// What cannot be done with a sound tensor was asked for wrongly.
	const asked = error.code === "bad-option" || error.code === "bad-layout" || error.code === "exists";
	return asked ? EXIT.badUsage : EXIT.badFile;
}

const interrupt = new AbortController();
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => interrupt.abort());
// Messages that nobody reads are no reason to fail.
process.stderr.on("error", () => {});
// Idle workers do not keep a process alive, but a command that has not ended must.
const alive = setInterval(() => {}, 2 ** 30);
main(process.argv.slice(2), interrupt.signal)
	.catch((thrown: unknown) => report(thrown, interrupt.signal))
	.then((code) => {
		process.exitCode = code;
		clearInterval(alive);
	});
