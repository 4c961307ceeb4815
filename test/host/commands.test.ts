import assert from "node:assert/strict";
import fs from "node:fs";
import * as vscode from "vscode";
import type { StatisticsJson } from "../../src/core/statistics-json";
import type { CommandArguments } from "../../src/host/commandArguments";
import type { AllNormalized, Normalized } from "../../src/host/normalizeFlow";
import { inspector, useFolder } from "../support/extension";
import { npyHeader, npyOf, valuesOfNpy } from "../support/npy";
import { safetensorsOf, valuesOfSafetensors } from "../support/safetensors";

/** A (4, 3, 2, 2) activation whose channels differ in mean and spread. */
const SHAPE = [4, 3, 2, 2] as const;
const ACTIVATION = Float64Array.from(
	{ length: 48 },
	(_, i) => Math.sin(i * 1.7) * (1 + (i % 5)) + (Math.floor(i / 4) % 3),
);

/** BatchNorm by its formula: the mean and the population variance of every channel of ACTIVATION. */
function batchNorm(eps: number): Float64Array {
	const channelOf = (i: number) => Math.floor(i / 4) % 3;
	return ACTIVATION.map((x, i) => {
		const channel = [...ACTIVATION].filter((_, k) => channelOf(k) === channelOf(i));
		const mean = channel.reduce((sum, value) => sum + value, 0) / channel.length;
		const variance = channel.reduce((sum, value) => sum + (value - mean) ** 2, 0) / channel.length;
		return (x - mean) / Math.sqrt(variance + eps);
	});
}

const run = <Result>(command: string, argument?: CommandArguments | vscode.Uri | string) =>
	vscode.commands.executeCommand<Result>(`tensorInspector.${command}`, argument);

/** The message that a command called with an object rejects with. */
async function refusal(command: string, argument: object): Promise<string> {
	try {
		await vscode.commands.executeCommand(`tensorInspector.${command}`, argument);
	} catch (thrown) {
		return (thrown as Error).message;
	}
	return assert.fail(`${command} did not reject`);
}

describe("the commands, called by a program", () => {
	const files = useFolder("commands");
	before(async () => {
		await inspector();
		files.put("acts.npy", npyOf(SHAPE, ACTIVATION));
		files.put("short.npy", npyHeader("<f8", [1000]));
	});

	it("are all there", async () => {
		const commands = await vscode.commands.getCommands(true);
		const ours = commands.filter((id) => /^tensorInspector\.[a-zA-Z]+$/.test(id)).sort();
		const named = [
			"copyStatistics",
			"exportReport",
			"exportStatistics",
			"normalize",
			"open",
			"openRaw",
			"showStatistics",
		].map((name) => `tensorInspector.${name}`);
		assert.deepEqual(
			named.filter((id) => !ours.includes(id)),
			[],
		);
	});

	describe("normalize", () => {
		it("writes BatchNorm as the formula gives it, and answers with the file", async () => {
			const answer = await run<Normalized>("normalize", {
				file: files.uri("acts.npy"),
				norm: "batchNorm",
				eps: 1e-3,
				output: files.at("batch.npy"),
			});
			const { shape, values } = valuesOfNpy(fs.readFileSync(files.at("batch.npy")));
			assert.equal(answer.uri.fsPath, files.uri("batch.npy").fsPath);
			assert.deepEqual(shape, SHAPE);
			batchNorm(1e-3).forEach((expected, i) => {
				assert.ok(Math.abs((values[i] as number) - expected) < 1e-12, `element ${i}: ${values[i]}, not ${expected}`);
			});
		});

		it("writes a file that the engine reads back with mean 0 and deviation 1 in every group", async () => {
			const { engine } = await inspector();
			await run("normalize", {
				file: files.at("acts.npy"),
				norm: "groupNorm",
				groups: 3,
				eps: 0,
				output: "group.safetensors",
			});
			const layout = { shape: SHAPE, cells: [4, 3, 1, 1] };
			const { layouts } = await engine.moments({ file: { path: files.at("group.safetensors") }, layouts: [layout] });
			const [moments] = layouts[0]?.parts ?? [];
			assert.equal(moments?.count.length, 12);
			for (const mean of moments?.mean ?? []) assert.ok(Math.abs(mean) < 1e-12, `mean ${mean}`);
			for (const std of moments?.std ?? []) assert.ok(Math.abs(std - 1) < 1e-12, `deviation ${std}`);
		});

		it("gives every channel the mean and deviation that it has in the style, for the norm that takes one", async () => {
			const style = ACTIVATION.map((x, i) => 2 * x + (i % 7));
			files.put("style.npy", npyOf(SHAPE, style));
			const given = { file: files.at("acts.npy"), norm: "adaIN" as const, eps: 0, output: files.at("styled.npy") };
			assert.match(await refusal("normalize", given), /AdaIN needs style/);
			await run("normalize", { ...given, style: files.uri("style.npy") });
			const { values } = valuesOfNpy(fs.readFileSync(files.at("styled.npy")));
			for (let set = 0; set < 12; set++) {
				const of = (all: ArrayLike<number>) => Array.from(all).slice(4 * set, 4 * set + 4);
				const mean = (all: readonly number[]) => all.reduce((sum, value) => sum + value, 0) / 4;
				const std = (all: readonly number[]) => Math.sqrt(mean(all.map((value) => (value - mean(all)) ** 2)));
				for (const number of [mean, std]) {
					assert.ok(Math.abs(number(of(values)) - number(of(style))) < 1e-12, `${number.name} of set ${set}`);
				}
			}
			assert.match(
				await refusal("normalize", { ...given, norm: "lpNorm", p: "3", output: files.at("no.npy") }),
				/argument "p".*must be one of 1, 2, max/,
			);
		});

		it("multiplies by gamma and adds beta from other files", async () => {
			files.put("gamma.npy", npyOf([3], [2, 3, 4]));
			files.put("beta.npy", npyOf([3], [10, 20, 30]));
			await run("normalize", {
				file: files.at("acts.npy"),
				norm: "batchNorm",
				gamma: files.at("gamma.npy"),
				beta: files.uri("beta.npy"),
				output: files.at("affine.npy"),
			});
			const { values } = valuesOfNpy(fs.readFileSync(files.at("affine.npy")));
			batchNorm(1e-5).forEach((plain, i) => {
				const channel = Math.floor(i / 4) % 3;
				const expected = plain * (channel + 2) + 10 * (channel + 1);
				assert.ok(Math.abs((values[i] as number) - expected) < 1e-11, `element ${i}: ${values[i]}, not ${expected}`);
			});
		});

		describe("of all tensors of a file", () => {
			const tensors = {
				"conv1.weight": { shape: SHAPE, values: ACTIVATION },
				"conv2.weight": { shape: SHAPE, values: ACTIVATION.map((x) => 7 - 3 * x) },
				"conv2.bias": { shape: [3], values: [1, 2, 4] },
			};
			const given = () => ({ file: files.at("model.safetensors"), norm: "batchNorm" as const, axis: 1, eps: 0 });
			before(() => files.put("model.safetensors", safetensorsOf(tensors)));
			const isClose = (found: Float64Array | undefined, expected: ArrayLike<number>, what: string) => {
				assert.equal(found?.length, expected.length, what);
				found?.forEach((value, i) => {
					assert.ok(Math.abs(value - (expected[i] as number)) < 1e-12, `${what}, element ${i}`);
				});
			};

			it("writes those whose name fits, and tells why others were left out", async () => {
				const output = files.at("all.safetensors");
				const answer = await run<AllNormalized>("normalize", { ...given(), all: "conv?.*", output });
				assert.equal(answer.uri.fsPath, files.uri("all.safetensors").fsPath);
				assert.deepEqual(
					answer.result.tensors.map(({ name }) => name),
					["conv1.weight", "conv2.weight"],
				);
				assert.deepEqual(Object.values(answer.leftOut), [["conv2.bias"]]);
				const found = valuesOfSafetensors(fs.readFileSync(output));
				assert.deepEqual(Object.keys(found).sort(), ["conv1.weight", "conv2.weight"]);
				isClose(found["conv1.weight"], batchNorm(0), "conv1.weight");
				isClose(
					found["conv2.weight"],
					batchNorm(0).map((x) => -x),
					"conv2.weight",
				);
			});

			it("keeps the others bit by bit where told to", async () => {
				const output = files.at("kept.safetensors");
				await run("normalize", { ...given(), all: "conv1.weight", keepOthers: true, output });
				const found = valuesOfSafetensors(fs.readFileSync(output));
				isClose(found["conv1.weight"], batchNorm(0), "conv1.weight");
				for (const name of ["conv2.weight", "conv2.bias"] as const) {
					assert.deepEqual([...(found[name] ?? [])], [...tensors[name].values]);
				}
			});

			it("refuses a pattern that fits none, a file for one, and what is no pattern, and writes nothing", async () => {
				const names = files.names();
				const whole = { ...given(), output: files.at("none.npz") };
				assert.match(await refusal("normalize", { ...whole, all: "lstm*" }), /fits "lstm\*".*"conv1\.weight"/);
				assert.match(await refusal("normalize", { ...whole, all: 7 }), /"all" is 7; expected true or a pattern/);
				assert.match(await refusal("normalize", { ...whole, keepOthers: true }), /"keepOthers" belongs to "all"/);
				const one = { ...whole, all: true, output: files.at("none.npy") };
				assert.match(await refusal("normalize", one), /\.npy.*(one|single)/);
				assert.deepEqual(files.names(), names);
			});
		});

		it("replaces no file unless told to", async () => {
			files.put("taken.npy", "mine");
			const request = { file: files.at("acts.npy"), norm: "layerNorm", output: files.at("taken.npy") } as const;
			assert.match(await refusal("normalize", request), /taken\.npy/);
			assert.equal(fs.readFileSync(files.at("taken.npy"), "utf8"), "mine");
			await run("normalize", { ...request, overwrite: true });
			assert.deepEqual(valuesOfNpy(fs.readFileSync(files.at("taken.npy"))).shape, SHAPE);
		});

		it("leaves nothing when its token is cancelled", async () => {
			const names = files.names();
			const source = new vscode.CancellationTokenSource();
			source.cancel();
			const request = { file: files.at("acts.npy"), norm: "layerNorm", output: files.at("never.npy") };
			await refusal("normalize", { ...request, token: source.token });
			assert.deepEqual(files.names(), names);
		});

		const bad: readonly (readonly [fact: string, request: object, sentence: RegExp])[] = [
			["a norm there is none of", { norm: "batchnorm" }, /"norm" is "batchnorm"; expected one of batchNorm/],
			["an axis that does not exist", { norm: "batchNorm", axis: 7 }, /Axis 7 does not exist/],
			["groups that do not divide the channels", { norm: "groupNorm", groups: 2 }, /divisor of 3/],
			["a suffix there is no writer for", { norm: "batchNorm", output: "x.txt" }, /\.npy/],
			["a tensor that is not in the file", { norm: "batchNorm", tensor: "w" }, /There is no tensor "w"/],
			["a file that is not there", { norm: "batchNorm", file: "nowhere.npy" }, /nowhere\.npy/],
		];
		for (const [fact, request, sentence] of bad) {
			it(`refuses ${fact} with a sentence, and writes nothing`, async () => {
				const names = files.names();
				const whole = { file: files.at("acts.npy"), output: files.at("bad.npy"), ...request };
				assert.match(await refusal("normalize", whole), sentence);
				assert.deepEqual(files.names(), names);
			});
		}
	});

	it("say in one sentence that a file ends too early, and name it", async () => {
		const normalize = await refusal("normalize", {
			file: files.at("short.npy"),
			norm: "layerNorm",
			axis: 0,
			output: files.at("x.npy"),
		});
		const statistics = await refusal("copyStatistics", { file: files.at("short.npy") });
		for (const message of [normalize, statistics]) {
			assert.match(message, /short\.npy/);
			assert.match(message, /8\D?000|1\D?000/, "what was expected");
			assert.doesNotMatch(message, /\n/);
		}
	});

	it("copyStatistics puts the whole tensor's statistics on the clipboard and answers with them", async () => {
		const answer = await run<StatisticsJson>("copyStatistics", { file: files.at("acts.npy") });
		assert.deepEqual(JSON.parse(await vscode.env.clipboard.readText()), answer);
		assert.ok("count" in answer);
		assert.deepEqual([answer.cells, answer.count], [[1, 1, 1, 1], [48]]);
		assert.equal(answer.max[0], Math.max(...ACTIVATION));
	});

	it("copyStatistics has one number for every set of a norm", async () => {
		const answer = await run<StatisticsJson>("copyStatistics", { file: files.at("acts.npy"), norm: "batchNorm" });
		assert.ok("count" in answer);
		assert.deepEqual(
			[answer.cells, answer.count],
			[
				[1, 3, 1, 1],
				[16, 16, 16],
			],
		);
	});

	it("showStatistics opens a read-only document with a table for every axis", async () => {
		const answer = await run<StatisticsJson>("showStatistics", { file: files.at("acts.npy") });
		const document = vscode.window.activeTextEditor?.document;
		assert.ok("count" in answer);
		assert.deepEqual(answer.count, [48]);
		assert.equal(document?.uri.scheme, "tensor-statistics");
		const headings = document?.getText().match(/^(Whole tensor|Axis \d.*)$/gm);
		assert.deepEqual(headings, [
			"Whole tensor",
			"Axis 0 (N), 4 indices",
			"Axis 1 (C), 3 indices",
			"Axis 2 (H), 2 indices",
			"Axis 3 (W), 2 indices",
		]);
	});
});
