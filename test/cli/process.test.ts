import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { endOf, prepareProgram, startProgram } from "./program";
import { noise, npy, place, placeZeros, temporaryFolder } from "./tensor-files";

describe("tensor-inspector as a process", function () {
	this.timeout(120_000);
	let folder: string;
	let remove: () => void;

	before(prepareProgram);
	beforeEach(() => {
		({ folder, remove } = temporaryFolder());
	});
	afterEach(() => remove());

	/** Waits until a started program has begun to write, or has read for a while where it writes nothing. */
	async function untilBusy(files: number): Promise<void> {
		for (let tries = 0; tries < 600 && readdirSync(folder).length < files; tries++) await delay(20);
	}

	// On Windows a signal from another process ends a program at once, whatever it does.
	const onPosix = process.platform === "win32" ? it.skip : it;

	for (const signal of ["SIGINT", "SIGTERM"] as const) {
		onPosix(`ends with 130 on ${signal} while it normalizes, and leaves nothing`, async () => {
			const zeros = placeZeros(folder, "large.npy", [512, 64, 4096]);
			const out = path.join(folder, "y.npy");
			const child = startProgram(["normalize", zeros, "--norm", "layerNorm", "--axis", "-1", "-o", out]);
			const ended = endOf(child);
			await untilBusy(2);
			assert.equal(existsSync(out), false, "the output does not appear before it is whole");
			child.kill(signal);
			const { code, stdout, stderr } = await ended;
			assert.deepEqual([code, stdout], [130, ""], stderr);
			assert.match(stderr, /^tensor-inspector: Cancelled\.\n$/);
			assert.deepEqual(readdirSync(folder), ["large.npy"]);
		});
	}

	onPosix("keeps the file that --force would have replaced when it is cancelled", async () => {
		const zeros = placeZeros(folder, "large.npy", [512, 64, 4096]);
		const out = place(folder, "y.npy", "precious");
		const child = startProgram(["normalize", zeros, "--norm", "layerNorm", "--axis", "-1", "-o", out, "--force"]);
		const ended = endOf(child);
		await untilBusy(3);
		child.kill("SIGINT");
		assert.equal((await ended).code, 130);
		assert.equal(readFileSync(out, "utf8"), "precious");
		assert.deepEqual(readdirSync(folder).sort(), ["large.npy", "y.npy"]);
	});

	for (const command of ["stats", "compare"] as const) {
		onPosix(`ends with 130 soon after SIGINT while ${command} reads`, async () => {
			const zeros = placeZeros(folder, "large.npy", [2048, 64, 16384]);
			const child = startProgram(command === "stats" ? ["stats", zeros] : ["compare", zeros, zeros]);
			const ended = endOf(child);
			await delay(600);
			assert.equal(child.exitCode, null, "it still reads");
			const asked = Date.now();
			child.kill("SIGINT");
			const { code, stdout } = await ended;
			assert.deepEqual([code, stdout], [130, ""]);
			assert.ok(Date.now() - asked < 5000, `took ${Date.now() - asked} ms`);
		});
	}

	it("ends quietly when the reader of its results goes away", async () => {
		const count = 200_000;
		const file = place(folder, "many.npy", npy([count, 2], noise(2 * count)));
		const child = startProgram(["stats", file, "--norm", "layerNorm", "--json"]);
		let stderr = "";
		child.stderr?.setEncoding("utf8").on("data", (piece: string) => {
			stderr += piece;
		});
		child.stdout?.once("data", () => child.stdout?.destroy());
		const code = await new Promise((resolve) => child.on("exit", resolve));
		assert.deepEqual([code, stderr], [0, ""]);
	});

	it("says nothing on stderr while it works where that is no terminal", async () => {
		const zeros = placeZeros(folder, "large.npy", [64, 64, 4096]);
		const { code, stdout, stderr } = await endOf(startProgram(["stats", zeros, "--json"]));
		assert.deepEqual([code, stderr], [0, ""]);
		assert.deepEqual((JSON.parse(stdout) as { zeros: unknown }).zeros, [64 * 64 * 4096]);
	});

	it("finds files relative to the folder it was started in", async () => {
		place(folder, "x.npy", npy([2, 2], noise(4)));
		const args = ["normalize", "x.npy", "--norm", "layerNorm", "-o", "y.npy"];
		const { code, stdout } = await endOf(startProgram(args, folder));
		assert.equal(code, 0);
		assert.match(stdout, /^y\.npy: /);
		assert.deepEqual(readdirSync(folder).sort(), ["x.npy", "y.npy"]);
	});
});
