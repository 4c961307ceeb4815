import assert from "node:assert/strict";
import { hasShared, tableTruth } from "./tables";
import { sharedCases } from "./truth";

describe("Arrow tables", function () {
	this.timeout(60_000);
	const tally = { compared: 0, refused: 0 };
	if (!hasShared) it.skip("are not compared: there is no folder of shared files");
	tableTruth(sharedCases(/^arrow-testing\/.*(\.arrow_file|\.arrow|fuzz-\d+)$/), tally);
	if (hasShared)
		it("were compared in at least 80 columns", () => assert.ok(tally.compared >= 80, JSON.stringify(tally)));
});
