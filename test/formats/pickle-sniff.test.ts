import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { HEAD_BYTES } from "../../src/formats/detect";
import { isOldPickle } from "../../src/formats/pickle-sniff";
import { join } from "./build";
import { randomOf } from "./damage";

const ARRAY = "cnumpy.core.multiarray\n_reconstruct\np0\n(cnumpy\nndarray\np1\n";

describe("a pickle of protocol 0 or 1", () => {
	for (const [what, text] of [
		["an array", ARRAY],
		["an array in a list in a dictionary", `(dp0\nS'a key'\np1\n(lp2\n${ARRAY}`],
		["an array behind numbers and texts", `(lp0\nI-3\naL5L\naF-1.5e-05\naFnan\naVtext\np1\na${ARRAY}`],
		[
			"an array of protocol 1",
			"}q\x00(U\x03abcq\x01K\x05M\x01\x02X\x02\x00\x00\x00abq\x02cnumpy.core.multiarray\n_reconstruct\n",
		],
		["an object of a class", "ccopy_reg\n_reconstructor\np0\n(c__main__\nModel\np1\n"],
		["an object whose class is called first", `(csome.module\nModel\np0\n(lp1\n${ARRAY}`],
	] as const) {
		it(`is known by its opcodes up to the first type: ${what}`, () => {
			assert.equal(isOldPickle(join(text)), true);
		});
	}

	for (const [what, text] of [
		["a table", "column,other\n1,2\n3,4\n"],
		["a table of single letters", "c\nI\n1\nI\n2\n(\n)\n"],
		["numbers", "1\n2\n3.5\n"],
		["JSON", '{"a": [1, 2], "c": "numpy.core.multiarray"}\n'],
		["a list in JSON", "[]\n"],
		["a global that no array is made with", "cnp\nndarray\np0\n."],
		["a call of anything", "cos\nsystem\n(S'true'\ntR."],
		["a global behind an end", `I1\n.${ARRAY}`],
		["a global behind text that is none", `some text\n${ARRAY}`],
		["a global behind a broken number", `I1x\n${ARRAY}`],
		["a global behind an open quotation", `S'text\n${ARRAY}`],
		["a global that is cut off", ARRAY.slice(0, 30)],
		["a global behind a text longer than the file", `U\xff${ARRAY}`],
		["a global behind an opcode of protocol 3", `C\x01a${ARRAY}`],
		["nothing", ""],
	] as const) {
		it(`is not mistaken for ${what}`, () => {
			const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
			assert.equal(isOldPickle(bytes), false);
		});
	}

	it("is none of the other fixtures and sources, and those of its own are recognized", () => {
		const own: string[] = [];
		for (const folder of ["test", "src", "docs", "scripts", "media"]) {
			for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
				if (!entry.isFile()) continue;
				const file = path.join(entry.parentPath, entry.name);
				if (isOldPickle(new Uint8Array(fs.readFileSync(file)).subarray(0, HEAD_BYTES))) own.push(file);
			}
		}
		const wanted = ["arrays-p0.pkl", "arrays-p1.pkl"].map((name) => path.join("test", "fixtures", "torch", name));
		assert.deepEqual(own.sort(), wanted);
	});

	it("is nothing that happens by chance", () => {
		const random = randomOf(5);
		// Mostly opcodes, digits and ends of lines: what comes nearest.
		const letters = "(.012FIJKLMNPQRSTUVXabcdeghijlopqrstu)]}\n\n\n0123456789numpy'";
		for (let run = 0; run < 50_000; run++) {
			const bytes = Uint8Array.from({ length: 60 }, () => letters.charCodeAt(random(letters.length)));
			assert.equal(isOldPickle(bytes), false, String.fromCharCode(...bytes));
		}
	});
});
