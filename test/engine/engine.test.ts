import assert from "node:assert/strict";
import { appendFileSync, existsSync, readFileSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { TensorError } from "../../src/core/errors";
import { type Layout, type Shape, sizeOf } from "../../src/core/layout";
import { COUNTED, cellStatistics, type Moments } from "../../src/core/moments";
import { normOptions } from "../../src/core/normalizations";
import { createEngine } from "../../src/engine/engine";
import type { Progress } from "../../src/rpc";
import { at, f32, f64, noise, toFortran, WORKER, withEngine, writeDeflated, writeTensors } from "./files";
import { assertClose, assertExact, exactCells, firstIndices } from "./oracle";

const code = (expected: TensorError["code"], sentence: RegExp) => (thrown: unknown) => {
	assert.ok(thrown instanceof TensorError, String(thrown));
	assert.equal(thrown.code, expected, thrown.message);
	assert.match(thrown.message, sentence);
	return true;
};

const whole = (shape: Shape): Layout => ({ shape, cells: shape.map(() => 1) });
const LARGE: Shape = [64, 64, 640];

describe("the engine", function () {
	this.timeout(60_000);
	const { file, engine } = withEngine();

	it("agrees with exactly computed statistics of hard cases to 1e-12", async () => {
		const folder = "test/fixtures/exact";
		const truth = JSON.parse(readFileSync(path.join(folder, "truth.json"), "utf8")) as readonly {
			readonly file: string;
			readonly hard: string;
			readonly shape: Shape;
			readonly cells: Shape;
			readonly first: Readonly<Record<string, readonly (number | null)[]>>;
			readonly [statistic: string]: unknown;
		}[];
		assert.ok(truth.length > 100);
		const files = [...new Set(truth.map((entry) => entry.file))];
		for (const name of files) {
			const entries = truth.filter((entry) => entry.file === name);
			const layouts = entries.map(({ shape, cells }) => ({ shape, cells }));
			const result = await engine().moments({ ...at(path.resolve(folder, name)), layouts });
			entries.forEach((entry, i) => {
				const moments = result.layouts[i]?.parts[0] as Moments;
				const numbers = (key: string) => (entry[key] as readonly (number | string)[]).map(Number);
				const [means, stds] = [numbers("mean"), numbers("std")];
				numbers("count").forEach((count, cell) => {
					const found = cellStatistics(moments, cell);
					const what = `${name} (${entry.hard}) cells [${entry.cells}] cell ${cell}`;
					assert.equal(found.count, count, what);
					for (const kind of COUNTED) {
						assert.equal(found[kind], numbers(kind)[cell], `${what}: ${kind}`);
						const first = entry.first[kind]?.[cell];
						if (first !== undefined)
							assert.equal(firstIndices(moments, kind)[cell], first ?? Infinity, `${what}: first ${kind}`);
					}
					if (count === 0) return;
					const [mean, std] = [means[cell] as number, stds[cell] as number];
					assertClose(found.std, std, std, `${what}: std`);
					assertClose(found.mean, mean, Math.max(Math.abs(mean), std), `${what}: mean`);
					const exact = (key: string) => (entry[key] as readonly (number | string)[])[cell];
					for (const end of ["min", "max"] as const) {
						const expected = typeof found[end] === "bigint" ? BigInt(exact(end) as number) : Number(exact(end));
						assert.ok(found[end] === expected, `${what}: ${end} is ${found[end]}, not ${expected}`);
					}
				});
			});
		}
	});

	it("finds the same in C and in Fortran order, split over workers and chunks", async () => {
		const shape = [130, 33, 130];
		const values = noise(sizeOf(shape)).map((x, i) => (i % 1001 === 7 ? NaN : i % 997 === 9 ? 0 : x + 1e8));
		const layouts = [
			whole(shape),
			{ shape, cells: [1, 33, 1] },
			{ shape, cells: [13, 3, 1] },
			{ shape, cells: [1, 1, 130] },
			{ shape, cells: [1, 1, 33] },
		];
		const stored = { C: values, F: toFortran(shape, values) };
		for (const order of ["C", "F"] as const) {
			const input = writeTensors(file(`order-${order}.npy`), [f64("", shape, stored[order], order)]);
			const { layouts: found } = await engine().moments({ ...at(input), layouts });
			layouts.forEach((layout, i) => {
				assertExact(found[i]?.parts[0] as Moments, exactCells(values, layout), `${order} [${layout.cells}]`);
			});
		}
	});

	it("finds the same of a long axis whose indices are kept, in bands, whatever the order and the source", async () => {
		const shape = [5, 20_000];
		const values = noise(sizeOf(shape), 8).map((x, i) => (i % 5003 === 7 ? NaN : i % 997 === 9 ? 0 : x + 1e8));
		const layouts = [
			{ shape, cells: [1, 20_000] },
			{ shape, cells: [1, 1] },
			{ shape, cells: [5, 16] },
		];
		const [input, turned] = [file("wide.npy"), file("turned.npy")];
		writeTensors(input, [f64("", shape, values)]);
		writeTensors(turned, [f64("", shape, toFortran(shape, values), "F")]);
		const packed = writeDeflated(file("wide.npz"), "x", readFileSync(input));
		for (const from of [input, turned, packed]) {
			const { layouts: found } = await engine().moments({ ...at(from), layouts });
			layouts.forEach((layout, i) => {
				assertExact(found[i]?.parts[0] as Moments, exactCells(values, layout), `${from} [${layout.cells}]`);
			});
		}
	});

	it("describes a file by its headers", async () => {
		const input = writeTensors(file("two.safetensors"), [f32("a", [2, 3], noise(6)), f32("b", [1], [1])], {
			step: "3",
		});
		const { tensors, ...about } = await engine().describe({ path: input });
		assert.deepEqual(about.metadata, { step: "3" });
		assert.deepEqual(
			[about.file, about.format, about.size],
			["two.safetensors", "safetensors", readFileSync(input).length],
		);
		assert.deepEqual(
			tensors.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
			[
				{ name: "a", dtype: "f32", shape: [2, 3] },
				{ name: "b", dtype: "f32", shape: [1] },
			],
		);
	});

	it("reads bytes that are in memory as it reads files", async () => {
		const input = writeTensors(file("memory.npy"), [f32("", [4], [1, 2, 3, 6])]);
		const stored = readFileSync(input);
		const bytes = new Uint8Array(new SharedArrayBuffer(stored.length));
		bytes.set(stored);
		const ref = { name: "virtual.npy", bytes };
		assert.equal((await engine().describe(ref)).file, "virtual.npy");
		const inspection = await engine().inspect({ file: ref, part: 0 });
		assert.deepEqual([inspection.whole.mean, inspection.whole.std], [3, Math.sqrt(3.5)]);
	});

	it("inspects every axis, the whole, and a norm, from one read", async () => {
		const shape = [3, 4, 5000];
		const values = noise(sizeOf(shape)).map((x, i) => (i === 20_003 ? NaN : i === 7 ? -Infinity : x));
		const input = writeTensors(file("inspect.npy"), [f64("", shape, values)]);
		const norm = { id: "instanceNorm" as const, options: normOptions(shape) };
		const seen: Progress[] = [];
		const inspection = await engine().inspect({ ...at(input), part: 0, norm }, { onProgress: (p) => seen.push(p) });
		const { whole: all, first, profiles, norm: summary, part, dtype, exact } = inspection;
		assert.deepEqual([part, dtype, exact, all.count, all.nan, all.negInf], ["value", "f64", true, 59_998, 1, 1]);
		assert.deepEqual(first, { nan: [1, 0, 3], negInf: [0, 0, 7] });
		assert.deepEqual(
			profiles.map(({ axis, size, bins }) => [axis, size, bins]),
			[
				[0, 3, 3],
				[1, 4, 4],
				[2, 5000, 2048],
			],
		);
		const binned = exactCells(values, { shape, cells: [1, 1, 2048] });
		assert.deepEqual(
			[...(profiles[2]?.count ?? [])],
			binned.map(({ count }) => count),
		);
		assert.deepEqual([summary?.sets, summary?.setSize, summary?.first.length], [12, 5000, 12]);
		assertClose(summary?.after?.whole.mean as number, 0, 1, "mean after");
		assert.deepEqual(seen.at(-1), { done: 60_000, total: 60_000 });
	});

	it("inspects both parts of complex tensors", async () => {
		const numbers = Float32Array.of(1, 10, 2, NaN, 3, 30, 6, 20);
		const bytes = new Uint8Array(numbers.buffer);
		const input = writeTensors(file("complex.npy"), [{ name: "", dtype: "c64", shape: [2, 2], bytes }]);
		const real = await engine().inspect({ ...at(input), part: 0 });
		const imaginary = await engine().inspect({ ...at(input), part: 1 });
		assert.deepEqual([real.part, real.whole.mean, real.whole.max, real.first], ["real", 3, 6, {}]);
		assert.deepEqual([imaginary.part, imaginary.whole.mean, imaginary.whole.nan], ["imaginary", 20, 1]);
		assert.deepEqual(imaginary.first, { nan: [0, 1] });
		assert.deepEqual([...(imaginary.profiles[0]?.mean ?? [])], [10, 25]);
		const { layouts } = await engine().moments({ ...at(input), layouts: [{ shape: [2, 2], cells: [1, 2] }] });
		assert.deepEqual(
			layouts[0]?.parts.map(({ mean }) => [...mean]),
			[
				[2, 4],
				[20, 20],
			],
		);
	});

	it("inspects scalars and empty tensors", async () => {
		const scalar = writeTensors(file("scalar.npy"), [f64("", [], [4])]);
		const one = await engine().inspect({ ...at(scalar), part: 0 });
		assert.deepEqual([one.whole.count, one.whole.mean, one.profiles], [1, 4, []]);
		const empty = writeTensors(file("empty.npy"), [f64("", [3, 0], [])]);
		const none = await engine().inspect({ ...at(empty), part: 0 });
		assert.deepEqual([none.whole.count, none.whole.mean, none.profiles.map(({ bins }) => bins)], [0, NaN, [3, 0]]);
		assert.deepEqual([...(none.profiles[0]?.count ?? [])], [0, 0, 0]);
	});

	it("says what is missing: a file, a tensor, its name", async () => {
		const input = writeTensors(file("names.npz"), [f32("a", [1], [1]), f32("b", [1], [2])]);
		const layouts = [whole([1])];
		await assert.rejects(engine().moments({ ...at(input), layouts }), code("bad-option", /2 tensors.*"a", "b"/));
		await assert.rejects(
			engine().moments({ ...at(input, "c"), layouts }),
			code("not-found", /no tensor "c".*"a", "b"/),
		);
		await assert.rejects(engine().describe({ path: file("none.npy") }), code("not-found", /no such file/));
		await assert.rejects(engine().describe({ path: path.dirname(input) }), code("unsupported", /folder/));
		const other = engine().moments({ ...at(input, "a"), layouts: [whole([2])] });
		await assert.rejects(other, code("bad-layout", /\[2\].*\[1\]/));
	});

	it("refuses more sets than it keeps in memory before it reads", async () => {
		const shape = [2049, 2048, 1];
		const input = writeTensors(file("cells.npy"), [
			{ ...f32("", shape, []), bytes: new Uint8Array(4 * sizeOf(shape)) },
		]);
		const layouts = [{ shape, cells: shape }];
		await assert.rejects(engine().moments({ ...at(input), layouts }), code("too-large", /4196352 sets/));
	});

	it("compares across formats, orders and dtypes, element by element", async () => {
		const shape = [2, 3, 4];
		const values = noise(24);
		const a = writeTensors(file("compare.npy"), [f64("", shape, toFortran(shape, values), "F")]);
		const changed = values.map((x, i) => (i === 17 ? x + 0.5 : i === 5 ? x + 1e-9 : x));
		const b = writeTensors(file("compare.npz"), [f64("y", shape, changed)]);
		const found = await engine().compare({ a: at(a), b: at(b, "y"), rtol: 0, atol: 1e-6 });
		assert.deepEqual([found.sameShape, found.elements, found.mismatched, found.different], [true, 24, 1, 2]);
		assert.ok(Math.abs(found.maxAbs - 0.5) < 1e-15);
		assert.deepEqual(found.worst, { index: [1, 1, 1], a: values[17], b: changed[17] });
		assert.deepEqual(found.firstMismatch, found.worst);
		const single = writeTensors(file("compare32.npy"), [f32("", shape, values)]);
		const rounded = await engine().compare({ a: at(a), b: at(single), rtol: 1e-7, atol: 0 });
		assert.deepEqual([rounded.mismatched, rounded.different, rounded.b.dtype], [0, 24, "f32"]);
		const other = writeTensors(file("compare-other.npy"), [f64("", [24], values)]);
		const shapes = await engine().compare({ a: at(a), b: at(other), rtol: 0, atol: 0 });
		assert.deepEqual([shapes.sameShape, shapes.elements, shapes.worst], [false, 0, undefined]);
	});

	it("compares NaN, infinities and 64-bit integers as what they are", async () => {
		const a = writeTensors(file("special-a.npy"), [f64("", [5], [NaN, Infinity, -Infinity, NaN, 1])]);
		const b = writeTensors(file("special-b.npy"), [f64("", [5], [NaN, Infinity, Infinity, 0, 1])]);
		const found = await engine().compare({ a: at(a), b: at(b), rtol: 1, atol: 1 });
		assert.deepEqual([found.mismatched, found.different, found.maxAbs], [2, 2, 0]);
		assert.deepEqual(found.firstMismatch, { index: [2], a: -Infinity, b: Infinity });
		const wide = (value: bigint) => new Uint8Array(BigInt64Array.of(value, 0n).buffer);
		const x = writeTensors(file("wide-a.npy"), [{ name: "", dtype: "i64", shape: [2], bytes: wide(2n ** 62n) }]);
		const y = writeTensors(file("wide-b.npy"), [{ name: "", dtype: "i64", shape: [2], bytes: wide(2n ** 62n + 1n) }]);
		const integers = await engine().compare({ a: at(x), b: at(y), rtol: 0, atol: 0 });
		assert.deepEqual([integers.mismatched, integers.maxAbs], [1, 1]);
	});

	it("compares complex tensors part by part, and only with each other", async () => {
		const parts = (...numbers: number[]) => new Uint8Array(Float32Array.of(...numbers).buffer);
		const a = writeTensors(file("c-a.npy"), [{ name: "", dtype: "c64", shape: [2], bytes: parts(1, 2, 3, 4) }]);
		const b = writeTensors(file("c-b.npy"), [{ name: "", dtype: "c64", shape: [2], bytes: parts(1, 2, 3, 9) }]);
		const found = await engine().compare({ a: at(a), b: at(b), rtol: 0, atol: 0 });
		assert.deepEqual([found.elements, found.mismatched, found.firstMismatch], [4, 1, { index: [1, 1], a: 4, b: 9 }]);
		const real = writeTensors(file("c-r.npy"), [f32("", [2], [1, 2])]);
		const mixed = engine().compare({ a: at(a), b: at(real), rtol: 0, atol: 0 });
		await assert.rejects(mixed, code("unsupported", /c64.*f32.*complex/));
	});

	it("stops soon after it is cancelled, and works on", async () => {
		const input = writeTensors(file("cancel.npy"), [f32("", LARGE, noise(sizeOf(LARGE)))]);
		const abort = new AbortController();
		const run = engine().inspect({ ...at(input), part: 0 }, { signal: abort.signal, onProgress: () => abort.abort() });
		await assert.rejects(run, code("cancelled", /Cancelled/));
		const before = AbortSignal.abort();
		await assert.rejects(engine().describe({ path: input }, { signal: before }), code("cancelled", /Cancelled/));
		const again = await engine().inspect({ ...at(input), part: 0 });
		assert.equal(again.whole.count, sizeOf(LARGE));
	});

	it("notices when a file is changed while it is read, and reads the new one the next time", async function () {
		this.timeout(60_000);
		// A gigabyte that takes no place on the disk: longer to read than the first report of progress takes to come.
		const elements = 2 ** 28;
		const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${elements},), }`.padEnd(117);
		const input = file("changing.npy");
		writeFileSync(input, Buffer.from(`\x93NUMPY\x01\x00\x76\x00${header}\n`, "latin1"));
		truncateSync(input, 128 + 4 * elements);
		let touched = false;
		const run = engine().inspect(
			{ ...at(input), part: 0 },
			{
				onProgress: () => {
					if (!touched) appendFileSync(input, "x");
					touched = true;
				},
			},
		);
		await assert.rejects(run, code("changed", /changed on disk/));
		writeTensors(input, [f32("", [2], [1, 3])]);
		utimesSync(input, new Date(), new Date(Date.now() + 5000));
		assert.equal((await engine().inspect({ ...at(input), part: 0 })).whole.mean, 2);
	});

	it("reports progress that only grows, at most some 20 times a second", async () => {
		const input = writeTensors(file("progress.npy"), [f32("", LARGE, noise(sizeOf(LARGE)))]);
		const seen: Progress[] = [];
		const started = Date.now();
		await engine().inspect({ ...at(input), part: 0 }, { onProgress: (progress) => seen.push(progress) });
		assert.ok(seen.length >= 1 && seen.length <= 3 + (Date.now() - started) / 40, `${seen.length} reports`);
		assert.deepEqual(
			seen.map(({ done }) => done),
			seen.map(({ done }) => done).sort((a, b) => a - b),
		);
	});

	it("answers small questions while all workers are at work", async () => {
		const input = writeTensors(file("busy.npy"), [f32("", LARGE, noise(sizeOf(LARGE)))]);
		let ended = false;
		const long = Promise.all([1, 2, 3].map(() => engine().inspect({ ...at(input), part: 0 }))).then(() => {
			ended = true;
		});
		await engine().describe({ path: input });
		assert.equal(ended, false);
		await long;
	});
});

describe("an engine whose worker fails", function () {
	this.timeout(60_000);
	const { file } = withEngine();

	/** The real worker, which once, and a moment after its start, does something else. */
	const faultyWorker = (name: string, fault: string) => {
		const flag = file(`${name}.flag`);
		const program = file(`${name}.js`);
		writeFileSync(flag, "");
		writeFileSync(
			program,
			`const fs = require("node:fs");
			if (fs.existsSync(${JSON.stringify(flag)})) {
				fs.unlinkSync(${JSON.stringify(flag)});
				require("node:worker_threads").parentPort.once("message", () => setTimeout(() => { ${fault} }, 10));
			}
			import(${JSON.stringify(pathToFileURL(WORKER))});`,
		);
		return program;
	};
	const large = () => writeTensors(file("faulty.npy"), [f32("", [512, 64, 640], noise(512 * 64 * 640))]);

	it("says why a dead worker's work ended, leaves nothing half-written, and goes on with a new one", async () => {
		const input = large();
		const engine = createEngine({ workerPath: faultyWorker("dying", "process.exit(7)"), workers: 1 });
		try {
			const norm = { id: "batchNorm" as const, options: normOptions([512, 64, 640]) };
			const request = { ...at(input), norm, output: file("faulty-out.npy"), overwrite: false };
			await assert.rejects(engine.normalize(request), code("internal", /worker stopped: it ended with code 7/));
			assert.equal(existsSync(file("faulty-out.npy")), false);
			const small = writeTensors(file("small.npy"), [f32("", [2], [1, 3])]);
			assert.equal((await engine.inspect({ ...at(small), part: 0 })).whole.mean, 2);
		} finally {
			await engine.close();
		}
	});

	it("replaces a worker that does not stop when it is cancelled", async () => {
		const input = large();
		const engine = createEngine({ workerPath: faultyWorker("hanging", "for (;;) {}"), workers: 1 });
		try {
			const abort = new AbortController();
			const run = engine.inspect({ ...at(input), part: 0 }, { signal: abort.signal });
			setTimeout(() => abort.abort(), 400);
			await assert.rejects(run, code("cancelled", /Cancelled/));
			const small = writeTensors(file("small2.npy"), [f32("", [2], [1, 5])]);
			assert.equal((await engine.inspect({ ...at(small), part: 0 })).whole.mean, 3);
		} finally {
			await engine.close();
		}
	});

	it("ends open calls as cancelled when it is closed, and later ones too", async () => {
		const input = large();
		const engine = createEngine({ workerPath: WORKER, workers: 1 });
		const runs = [1, 2].map(() => engine.inspect({ ...at(input), part: 0 }));
		const ends = runs.map((run) => assert.rejects(run, code("cancelled", /Cancelled/)));
		await engine.close();
		await Promise.all(ends);
		await assert.rejects(engine.describe({ path: input }), code("cancelled", /Cancelled/));
	});

	it("says so when there is no worker program", async () => {
		const engine = createEngine({ workerPath: file("no-such-worker.js"), workers: 1 });
		await assert.rejects(
			engine.describe({ path: file("faulty.npy") }),
			code("internal", /worker stopped: .*no-such-worker/),
		);
		await engine.close();
	});
});
