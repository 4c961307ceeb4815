import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { normHelp } from "../../src/cli/norm-help";
import { factsOf, setsInWords } from "../../src/core/norm-facts";
import { NORMALIZATIONS, type NormId } from "../../src/core/normalizations";
import { cataloguePage } from "./page";

const ids = Object.keys(NORMALIZATIONS) as NormId[];

describe("the page of the catalogue", () => {
	it("is what npm run catalogue makes", () => {
		assert.equal(readFileSync("docs/catalogue.md", "utf8").replaceAll("\r\n", "\n"), cataloguePage());
	});

	it("has a section for every entry, and a link that leads there", () => {
		const page = cataloguePage();
		for (const id of ids) {
			const { label } = factsOf(id);
			assert.equal(page.split(`\n## ${label}\n`).length, 2, label);
			assert.ok(page.includes(`(\`${id}\`)`), id);
		}
		assert.ok(page.includes("[BatchNorm](#batchnorm)"));
	});

	it("tells sets as what is averaged, kept and cut", () => {
		assert.equal(setsInWords("batchNorm"), "averages N, H, W; keeps C");
		assert.equal(setsInWords("layerNorm"), "averages C, H, W; keeps N");
		assert.equal(setsInWords("instanceNorm"), "averages H, W; keeps N, C");
		assert.equal(setsInWords("groupNorm"), "averages H, W; keeps N; cuts C into groups");
		assert.equal(setsInWords("cells"), "averages, keeps or cuts each axis as you choose");
	});
});

describe("help about a normalization", () => {
	it("has the sentences, the defaults in lines, and an example that can be run", () => {
		const lines = normHelp("groupNorm").split("\n");
		assert.equal(lines[0], "GroupNorm");
		assert.ok(lines.includes("On (N, C, H, W) it averages H, W; keeps N; cuts C into groups."));
		assert.ok(
			lines.includes("  Keras: layers.GroupNormalization; eps 1e-3; variance population; axis=-1; groups=32"),
			lines.join("\n"),
		);
		assert.ok(lines.includes("  tensor-inspector stats conv1.npy --norm groupNorm --groups 8"));
		assert.ok(lines.includes("  Wu & He 2018, arXiv:1803.08494"));
	});

	for (const id of ids) {
		it(`says of ${id} all that the catalogue's page says`, () => {
			const [help, page] = [normHelp(id), cataloguePage()];
			for (const [says] of [factsOf(id).about.strengths, factsOf(id).about.weaknesses, factsOf(id).about.used].flat()) {
				assert.ok(help.includes(says), says);
				assert.ok(page.includes(says), says);
			}
		});
	}
});
