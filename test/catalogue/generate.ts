// Writes docs/catalogue.md; scripts/catalogue.mjs calls it.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { cataloguePage } from "./page";

mkdirSync("docs", { recursive: true });
writeFileSync(path.join("docs", "catalogue.md"), cataloguePage());
