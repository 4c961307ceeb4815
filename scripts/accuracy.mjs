// Builds, measures how far results are from exact arithmetic, and writes docs/accuracy.md:  npm run accuracy
// NumPy's and PyTorch's columns stay as they were recorded where no Python has both of them.
import path from "node:path";
import { findPython } from "../test/bench/python.mjs";
import { build } from "./setup/build.mjs";
import { exitOnSignals, say } from "./setup/command.mjs";
import { ensureDependencies } from "./setup/dependencies.mjs";
import { runScript } from "./setup/project.mjs";

exitOnSignals();
await ensureDependencies();
await build();
const python = await findPython("numpy, torch");
if (python === undefined) say("NumPy's and PyTorch's columns stay: no Python here has both of them");
await runScript(path.join("dist", "test", "accuracy", "generate.js"), python === undefined ? [] : [python], {
	show: true,
});
