// Runs a suite in Node:  node scripts/suite/node.mjs <milliseconds per test> <file.test.js>…
import { exitOnSignals } from "../setup/command.mjs";
import { runMocha } from "./mocha.mjs";

exitOnSignals();
const [timeoutMs, ...files] = process.argv.slice(2);
const { failed } = await runMocha(files, { timeoutMs: Number(timeoutMs) });
process.exit(failed === 0 ? 0 : 1);
