import assert from "node:assert/strict";
import { type Answer, askAll, BACK, type Place, type Question } from "../../src/host/questions";

interface Draft {
	readonly file?: string;
	readonly norm?: string;
	readonly groups?: number;
	readonly output?: string;
}

/** Asks four questions (groups only of groupNorm) with these answers, and notes what was asked at which place. */
async function converse(start: Draft, answers: readonly Answer<string>[]) {
	const asked: string[] = [];
	const left = [...answers];
	const ask =
		(key: keyof Draft) =>
		async (draft: Draft, { step, totalSteps, canGoBack }: Place) => {
			asked.push(`${key} ${step}/${totalSteps}${canGoBack ? " back" : ""}`);
			const answer = left.shift();
			return answer === undefined || answer === BACK ? answer : { ...draft, [key]: answer };
		};
	const questions: Question<Draft>[] = [
		{ open: ({ file }) => file === undefined, ask: ask("file") },
		{ open: ({ norm }) => norm === undefined, ask: ask("norm") },
		{ open: ({ norm, groups }) => norm === "groupNorm" && groups === undefined, ask: ask("groups") },
		{ open: ({ output }) => output === undefined, ask: ask("output") },
	];
	return { draft: await askAll(questions, start), asked };
}

describe("the questions of a flow", () => {
	it("are asked in order, numbered, and those that do not apply are left out", async () => {
		const { draft, asked } = await converse({}, ["a.npy", "batchNorm", "b.npy"]);
		assert.deepEqual(draft, { file: "a.npy", norm: "batchNorm", output: "b.npy" });
		assert.deepEqual(asked, ["file 1/3", "norm 2/3 back", "output 3/3 back"]);
	});

	it("grow by those that an answer opens", async () => {
		const { asked } = await converse({ file: "a.npy" }, ["groupNorm", "4", "b.npy"]);
		assert.deepEqual(asked, ["norm 1/2", "groups 2/3 back", "output 3/3 back"]);
	});

	it("are not asked where the answer was given", async () => {
		const given = { file: "a.npy", norm: "batchNorm", output: "b.npy" };
		assert.deepEqual(await converse(given, []), { draft: given, asked: [] });
	});

	it("go back to the one before, without its answer and what followed from it", async () => {
		const { draft, asked } = await converse({ file: "a.npy" }, ["groupNorm", BACK, "batchNorm", "b.npy"]);
		assert.deepEqual(draft, { file: "a.npy", norm: "batchNorm", output: "b.npy" });
		assert.deepEqual(asked, ["norm 1/2", "groups 2/3 back", "norm 1/2", "output 2/2 back"]);
	});

	it("end without a draft where the user leaves", async () => {
		assert.equal((await converse({}, ["a.npy", undefined])).draft, undefined);
	});
});
