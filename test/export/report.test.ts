import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { prepareProgram, run } from "../cli/program";
import { npy, place, safetensors, temporaryFolder } from "../cli/tensor-files";
import { chromiumPath, launchBrowser } from "../support/webview-page";

const EVIL = '<script>document.title = "hacked"</script><img src=x onerror=alert(1)>"\'&\u0000';

describe("a report", function () {
	this.timeout(60_000);
	const { folder, remove } = temporaryFolder();
	let browser: Browser | undefined;
	before(async function () {
		await prepareProgram();
		if (chromiumPath() === undefined) {
			console.log("      skipped: Chromium is missing");
			return this.skip();
		}
		browser = await launchBrowser();
	});
	after(async () => {
		await browser?.close();
		remove();
	});

	/** Opens a page and listens to what it does. */
	async function open(file: string) {
		if (!browser) throw new Error("The browser runs only during the tests.");
		const page = await browser.newPage({ viewport: { width: 1000, height: 800 } });
		const [problems, requests]: [string[], string[]] = [[], []];
		page.on("console", (message) => problems.push(message.text()));
		page.on("pageerror", (error) => problems.push(String(error)));
		page.on("request", (request) => requests.push(request.url()));
		page.on("dialog", (dialog) => {
			problems.push(dialog.message());
			return dialog.dismiss();
		});
		await page.goto(pathToFileURL(file).href);
		return { page, problems, requests };
	}

	it("tells NumPy's numbers of every index, warns of NaN, and draws a chart for each axis", async () => {
		const output = path.join(folder, "floats.html");
		const { code, stdout } = await run(
			...["report", "test/fixtures/export/floats.npy", "--norm", "groupNorm", "--groups", "2", "-o", output],
		);
		assert.equal(code, 0);
		assert.match(stdout, /floats\.html: \d/);
		const { page, problems, requests } = await open(output);
		const expected = JSON.parse(readFileSync("test/fixtures/export/expected.json", "utf8")).floats;
		for (const axis of [0, 1, 2]) {
			const letter = "NTD"[axis];
			const rows = await page
				.locator(`table[aria-label="Statistics along ${letter}"] tbody tr`)
				.evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent ?? "")));
			const recorded = expected.filter((row: { layout: string }) => row.layout === `axis ${axis}`);
			assert.equal(rows.length, recorded.length);
			recorded.forEach((row: Record<string, number>, k: number) => {
				const [, count, mean, std] = (rows[k] as string[]).map(Number);
				assert.equal(count, row.count);
				for (const [found, name] of [
					[mean, "mean"],
					[std, "std"],
				] as const) {
					const off = Math.abs((found as number) - (row[name] as number));
					assert.ok(off <= 1e-6 * Math.abs(row[name] as number), `${letter} ${k}: ${name} ${found}, not ${row[name]}`);
				}
			});
		}
		assert.match(await page.locator(".warnings").innerText(), /5 NaN, the first at \[0, 0, 0\]/);
		assert.match(await page.locator(".exact").innerText(), /Exact: from all 60 values\./);
		assert.equal(await page.locator("figure svg").count(), 6);
		const captions = await page.locator("figcaption").allInnerTexts();
		assert.match(
			captions[0] ?? "",
			/^52 finite values, without 5 NaN, 1 \+Inf, 2 −Inf\. 64 bins as wide as each other/,
		);
		assert.match(captions[1] ?? "", /^52 finite values, .*2 −Inf\. Each bin is from a power of two to \d+ times it/);
		const median = await page.locator('table[aria-label="Quantiles"] td').nth(2).innerText();
		assert.ok(Math.abs(Number(median) - 10000) < 1e3, `the median is ${median}`);
		assert.match(await page.locator("pre").nth(1).innerText(), /import numpy|x\.reshape|g = /);
		assert.deepEqual(problems, []);
		assert.deepEqual(requests, [pathToFileURL(output).href], "nothing else is loaded");
	});

	it("holds no script and no address, and its policy lets none in", async () => {
		const { stdout } = await run("report", "test/fixtures/export/wide.npy");
		assert.doesNotMatch(stdout, /<script|<link|<iframe|javascript:|\bon\w+=|url\(/i);
		const addresses = stdout.match(/(?:https?:)?\/\/[^\s"<]+/g) ?? [];
		assert.deepEqual([...new Set(addresses)], ["http://www.w3.org/2000/svg"]);
		assert.match(stdout, /default-src &#39;none&#39;; style-src &#39;sha256-[\w+/]+=*&#39;/);
		const tampered = path.join(folder, "tampered.html");
		writeFileSync(tampered, stdout.replace("</body>", "<script>document.title = 'hacked'</script></body>"));
		const { page } = await open(tampered);
		assert.doesNotMatch(await page.title(), /hacked/);
	});

	it("shows a tensor's name as text, whatever it holds", async () => {
		const shape = [2, 3];
		const file = place(
			folder,
			"evil.safetensors",
			safetensors({ [EVIL]: { shape, values: new Float32Array(6) } }, { [EVIL]: EVIL, axes: `${EVIL.slice(0, 20)},C` }),
		);
		const output = path.join(folder, "evil.html");
		assert.equal((await run("report", file, "--norm", "batchNorm", "-o", output)).code, 0);
		const { page, problems } = await open(output);
		assert.equal(await page.locator("h1").innerText(), EVIL.replace("\u0000", "\ufffd"));
		assert.equal(await page.locator("script, img").count(), 0);
		assert.ok(!(await page.title()).startsWith("hacked"));
		assert.deepEqual(problems, []);
	});

	for (const [what, shape] of [
		["a scalar", []],
		["an empty tensor", [0, 3]],
		["a long vector", [5000]],
		["eight axes", [2, 1, 2, 1, 2, 1, 2, 3]],
	] as const) {
		it(`is whole for ${what}`, async () => {
			const size = (shape as readonly number[]).reduce((product, length) => product * length, 1);
			const file = place(
				folder,
				"odd.npy",
				npy(
					shape,
					new Float64Array(size).map((_, k) => Math.sin(k)),
				),
			);
			const output = path.join(folder, "odd.html");
			const { code, stderr } = await run("report", file, "-o", output, "--force");
			assert.deepEqual([code, stderr], [0, ""]);
			const { page, problems } = await open(output);
			assert.equal(await page.locator("h3", { hasText: "axis" }).count(), shape.length);
			assert.doesNotMatch(await page.locator("body").innerText(), /undefined|\[object/);
			const broken = page.locator("path[d*=NaN], path[d*=Infinity], [x*=NaN], [y*=NaN]");
			assert.equal(await broken.count(), 0);
			assert.deepEqual(problems, []);
		});
	}

	it("replaces no file unless told to, and writes no half of one", async () => {
		const output = place(folder, "kept.html", "mine");
		const { code, stderr } = await run("report", "test/fixtures/export/wide.npy", "-o", output);
		assert.equal(code, 2);
		assert.match(stderr, /exists already/);
		assert.equal(readFileSync(output, "utf8"), "mine");
		const missing = await run("report", "nowhere.npy", "-o", path.join(folder, "never.html"));
		assert.equal(missing.code, 3);
		assert.ok(!existsSync(path.join(folder, "never.html")));
	});
});
