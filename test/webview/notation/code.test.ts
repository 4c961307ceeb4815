import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { describe, it } from "mocha";
import { numpyOf } from "../../../src/notation/numpy";
import { pytorchOf } from "../../../src/notation/pytorch";
import { cases, expected } from "./cases";

/** Code with the `y` that it makes: recorded by scripts/record-notation.py, which also runs it anew where Python has the packages. */
interface Run {
	readonly what: string;
	readonly module: "numpy" | "torch";
	readonly shape: readonly number[];
	readonly code: string;
	readonly y?: readonly number[];
}

const FIXTURE = path.resolve("test/fixtures/notation/code.json");
const SCRIPT = path.resolve("scripts/record-notation.py");

const runs: Run[] = cases().flatMap(({ what, chosen: { shape }, recipe }) => [
	{ what, module: "numpy", shape, code: numpyOf(recipe) },
	{ what, module: "torch", shape, code: pytorchOf(recipe) },
]);

/** The runs with what Python makes of them now, or undefined where it or a package is missing. */
function runNow(module: Run["module"]): Run[] | undefined {
	const wanted = JSON.stringify(runs.filter((run) => run.module === module));
	for (const python of ["/usr/bin/python3", "python3", "python"]) {
		try {
			execFileSync(python, ["-c", `import numpy, ${module}`], { stdio: "ignore" });
		} catch {
			continue;
		}
		return JSON.parse(execFileSync(python, [SCRIPT, "-"], { input: wanted, encoding: "utf8", maxBuffer: 2 ** 26 }));
	}
	return undefined;
}

function assertNumbers(found: readonly Run[], module: Run["module"]): void {
	const all = cases();
	assert.equal(found.length, all.length);
	all.forEach(({ what, chosen }, k) => {
		const { y, code } = found[k] as Run;
		const wanted = expected(chosen);
		assert.equal(y?.length, wanted.length, what);
		wanted.forEach((value, at) => {
			const made = y?.[at] as number;
			assert.ok(Math.abs(made - value) < 1e-9, `${module}, ${what}, element ${at}: ${made}, not ${value}\n${code}`);
		});
	});
}

// To record: TENSOR_INSPECTOR_RECORD=1 on this test, then python3 scripts/record-notation.py test/fixtures/notation/code.json
if (process.env.TENSOR_INSPECTOR_RECORD === "1") writeFileSync(FIXTURE, JSON.stringify(runs));

describe("copied code", function () {
	this.timeout(60_000);
	const recorded = JSON.parse(readFileSync(FIXTURE, "utf8")) as Run[];

	for (const module of ["numpy", "torch"] as const) {
		it(`made the product's numbers when it was recorded, with ${module}, for every preset of several shapes`, () => {
			const found = recorded.filter((run) => run.module === module);
			assert.deepEqual(
				found.map(({ y: _, ...run }) => run),
				runs.filter((run) => run.module === module),
				"the code is no longer the one that was recorded: see above this test",
			);
			assertNumbers(found, module);
		});

		it(`makes the product's numbers now, with ${module}`, function () {
			const found = runNow(module);
			if (!found) {
				console.log(`      skipped: Python with ${module} is missing`);
				return this.skip();
			}
			assertNumbers(found, module);
		});
	}

	it("uses the framework's own function where it has one for these sets", () => {
		const code = new Map(cases().map(({ what, recipe }) => [what, pytorchOf(recipe).split("\n").at(-1)]));
		assert.equal(code.get("[1,4,1,1] of [3,4,2,5], NCHW"), "y = F.batch_norm(x, None, None, training=True, eps=1e-5)");
		assert.equal(code.get("[3,1,1,1] of [3,4,2,5], NCHW"), "y = F.layer_norm(x, (4, 2, 5), eps=1e-5)");
		assert.equal(code.get("[3,4,1,1] of [3,4,2,5], NCHW"), "y = F.instance_norm(x, eps=1e-5)");
		assert.equal(code.get("[3,2,1,1] of [3,4,2,5], NCHW"), "y = F.group_norm(x, 2, eps=1e-5)");
		assert.equal(
			code.get("[3,1,2,5] of [3,4,2,5], NCHW"),
			"y = F.layer_norm(x.movedim(1, -1), (4,), eps=1e-5).movedim(-1, 1)",
		);
		assert.equal(
			code.get("[1,1,1,4] of [3,2,5,4], NHWC"),
			"y = F.batch_norm(x.movedim(3, 1), None, None, training=True, eps=1e-5).movedim(1, 3)",
		);
	});
});
