// Builds, and writes docs/catalogue.md from the catalogue of normalizations:  npm run catalogue
import path from "node:path";
import { build } from "./setup/build.mjs";
import { exitOnSignals } from "./setup/command.mjs";
import { ensureDependencies } from "./setup/dependencies.mjs";
import { runScript } from "./setup/project.mjs";

exitOnSignals();
await ensureDependencies();
await build();
await runScript(path.join("dist", "test", "catalogue", "generate.js"), [], { show: true });
