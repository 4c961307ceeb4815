import assert from "node:assert/strict";
import { TensorError } from "../../src/core/errors";
import { memorySource, openTensors } from "../../src/formats";
import { counting } from "./node-source";

/** Park and Miller's generator: the same damage in every run. */
export function randomOf(seed: number): (below: number) => number {
	let state = seed;
	return (below) => {
		state = (state * 48_271) % 2_147_483_647;
		return state % below;
	};
}

/** What a damaged header may still declare of so small a file: the shared bound of all checks. */
const MOST_BYTES = 200_000;

/** Damages a valid file in `runs` ways, each of which has to open or be refused. */
export async function survivesDamage(name: string, bytes: Uint8Array, runs: number): Promise<void> {
	const random = randomOf(20_261_124);
	for (let run = 0; run < runs; run++) {
		const damaged = bytes.slice(0, random(3) === 0 ? random(bytes.length + 1) : bytes.length);
		for (let flips = random(4); flips > 0 && damaged.length > 0; flips--) {
			damaged[random(damaged.length)] = random(2) === 0 ? random(256) : 255 * random(2);
		}
		await survives(name, damaged, run);
	}
}

/** Opens a file and reads what it offers; all that may be thrown is a TensorError that is no bug. */
export async function survives(name: string, bytes: Uint8Array, run: number): Promise<void> {
	const { source, reads } = counting({
		...memorySource(name, bytes),
		sibling: async () => memorySource("b.safetensors", bytes),
	});
	const fine = (thrown: unknown) => {
		const code = thrown instanceof TensorError ? thrown.code : "none";
		assert.ok(!["none", "internal", "cancelled", "bad-option"].includes(code), `run ${run}: ${thrown}`);
		assert.match((thrown as TensorError).message, /^[A-Z].*[.]$/s);
	};
	try {
		const opened = await openTensors(source);
		for (const tensor of opened.tensors) {
			assert.ok(tensor.problem || tensor.bytes <= MOST_BYTES, `run ${run}: ${tensor.bytes} bytes`);
			try {
				let boxes = 0;
				for (const box of opened.boxes(tensor, 1000)) {
					const chunk = await opened.read(tensor, box);
					assert.ok(chunk.bytes.length <= MOST_BYTES);
					if (++boxes > 100) break;
				}
			} catch (thrown) {
				fine(thrown);
			}
		}
		await opened.close();
	} catch (thrown) {
		fine(thrown);
	}
	assert.equal(reads.open, 0, `run ${run}: the source stays open`);
	assert.ok(reads.bytes < MOST_BYTES && reads.count < 500, `run ${run}: ${JSON.stringify(reads)}`);
}

/** Tests of damaged copies of small valid files: bytes changed at random, and files cut at every length. */
export function damagedCopies(seeds: readonly (readonly [string, Uint8Array])[], runs = 400): void {
	for (const [name, bytes] of seeds) {
		it(`that is damaged opens or is refused with a sentence, in bounded time and reads (${name})`, async function () {
			this.timeout(60_000);
			await survivesDamage(name, bytes, runs);
			for (let length = 0; length < Math.min(bytes.length, 1000); length++) {
				await survives(name, bytes.slice(0, length), length);
			}
		});
	}
}
