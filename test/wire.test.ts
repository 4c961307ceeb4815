import assert from "node:assert/strict";
import { fromWire, toWire } from "../src/wire";

/** What JSON makes of a message, as VS Code sends it. */
const sent = (message: unknown) => fromWire(JSON.parse(JSON.stringify(toWire(message))));

describe("messages between the panel and the extension", () => {
	it("keep NaN, the infinities and 64-bit integers, which JSON has not", () => {
		const message = { mean: NaN, ends: [Infinity, -Infinity], min: -(2n ** 63n), max: 2n ** 64n - 1n, count: 3 };
		assert.deepEqual(sent(message), message);
	});

	it("keep strings that look like the marks of such numbers", () => {
		const message = ["\u0000nNaN", "\u0000b1", "\u0000", "NaN", ""];
		assert.deepEqual(sent(message), message);
	});

	it("keep a tensor called __proto__ as a name", () => {
		const message = JSON.parse('{ "__proto__": "weights", "constructor": "x" }');
		assert.deepEqual(Object.keys(sent(message) as object), ["__proto__", "constructor"]);
	});

	it("pass typed arrays on as they are", () => {
		const means = Float64Array.of(NaN, 1);
		assert.equal((fromWire(toWire({ means })) as { means: unknown }).means, means);
	});
});
