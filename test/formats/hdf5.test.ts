import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { TensorError } from "../../src/core/errors";
import { unravel } from "../../src/core/inspection";
import { denseStrides } from "../../src/core/layout";
import type { TensorInfo } from "../../src/core/tensor";
import { memorySource, openTensors } from "../../src/formats";
import { zipFile } from "./build";
import { randomOf } from "./damage";
import { nodeSource } from "./node-source";
import { type Case, SHARED, sharedCases, type TrueTensor, type Truth, truth } from "./truth";
import { allValues } from "./values";

/** Arrays of compounds inside compounds, which are refused, and a recording of a million small numbers. */
const APART = /comp_complex\.h5|isssue-523\.hdf5/;
const FILTERS = [1, 2, 3, 4, 6];

/** Names of h5py begin with "/"; what has no numbers is recorded under names of NumPy's. */
function asOurs(tensor: TrueTensor): TrueTensor {
	const { dtype, shape, ...rest } = tensor;
	const name = tensor.name.slice(1);
	if (rest.numeric === false) return { ...rest, name };
	return { ...rest, name, ...(shape && { shape }), ...(dtype && { dtype }) };
}

/** Values in C order, as they are in Fortran order. */
function fortranOrder<T>(values: readonly T[], shape: readonly number[]): T[] {
	const turned = [...shape].reverse();
	const steps = denseStrides(shape);
	return values.map((_, k) => {
		const index = unravel(k, turned).reverse();
		return values[index.reduce((sum, at, axis) => sum + at * (steps[axis] as number), 0)] as T;
	});
}

/** h5py has filters that are refused here, and fails on opaque values where they are named here. */
function inOurWords(known: Truth): Truth {
	const tensors = known.tensors ?? [];
	const refused = tensors.filter(({ filters = [] }) => !filters.every((id) => FILTERS.includes(id)));
	const errors = [
		...refused.map(({ name }) => ({ name, code: "E_UNSUPPORTED_CODEC" })),
		...(known.tensorErrors ?? []).map(({ name, code }) => ({
			name,
			code: code === "E_CORRUPT_DATA" ? "E_UNSUPPORTED_DTYPE" : code,
		})),
	];
	return {
		...known,
		...(known.tensors && { tensors: tensors.filter((tensor) => !refused.includes(tensor)).map(asOurs) }),
		tensorErrors: errors.map(({ name, code }) => ({ name: name.slice(1), code })),
	};
}

const cases = sharedCases(/\.(h5|hdf5|he5|nc)$/)
	.filter(({ file }) => !APART.test(file))
	.map(({ file, known }): Case => (known ? { file, known: inOurWords(known) } : { file }));

truth("HDF5 files", SHARED, cases, 99);

describe("what is built on HDF5", () => {
	const folder = path.resolve(SHARED, "matjl/test/v7.3");
	const shared = fs.existsSync(folder) ? it : it.skip;

	shared("as MATLAB 7.3 has its axes in MATLAB's order, in any boxes", async () => {
		const opened = await openTensors(await nodeSource(path.join(folder, "complex.mat")));
		const tensor = opened.tensors[0] as TensorInfo;
		assert.deepEqual(
			[opened.reader.id, tensor.name, tensor.dtype, tensor.shape],
			["mat-v7.3", "imaginary", "c128", [1, 7]],
		);
		const parts = [
			[1, -1, 1, 1, -1, -1, 0],
			[0, 0, 1, -1, 1, -1, 1],
		];
		for (const most of [1, 3, 100]) assert.deepEqual(await allValues(opened, tensor, most), parts);
		await opened.close();
	});

	shared("as MATLAB 7.3 says of what class its arrays are, and which are empty", async () => {
		const notes = async (file: string) => {
			const opened = await openTensors(await nodeSource(path.join(folder, file)));
			await opened.close();
			return Object.fromEntries(opened.tensors.map(({ name, note }) => [name, note]));
		};
		const logical = await notes("logical.mat");
		assert.match(logical.logical_mat ?? "", /class logical/);
		const text = await notes("string.mat");
		assert.match(text.simple_string ?? "", /Text in MATLAB/);
		assert.match(
			text.empty_string ?? "",
			/An empty array of MATLAB's class char: the numbers stored are its dimensions/,
		);
		assert.deepEqual(await notes("partial.mat"), { var1: undefined, var2: undefined });
	});

	shared("as MATLAB 7.3 has the numbers that were recorded, axes in MATLAB's order", async () => {
		let compared = 0;
		for (const file of fs.readdirSync(folder)) {
			const record = path.resolve(SHARED, "../expected/matjl/test/v7.3", `${file}.json`);
			const known = JSON.parse(fs.readFileSync(record, "utf8")) as { readonly tensors: readonly TrueTensor[] };
			const opened = await openTensors(await nodeSource(path.join(folder, file)));
			for (const { name, problem, shape } of opened.tensors) {
				if (problem) continue;
				for (const [part, suffix] of ["", ".real", ".imag"].entries()) {
					const wanted = known.tensors.find((tensor) => tensor.name === `/${name}${suffix}`);
					if (!wanted?.first8) continue;
					assert.deepEqual([...(wanted.shape ?? [])].reverse(), shape, `${file} ${name}`);
					const tensor = opened.tensors.find((each) => each.name === name) as TensorInfo;
					const values = (await allValues(opened, tensor, 2 ** 20))[Math.max(0, part - 1)] ?? [];
					// What MATLAB has in columns first is what the file has in rows first: the same run of values.
					const columns = fortranOrder(values, shape);
					assert.deepEqual(columns.slice(0, 8).map(Number), wanted.first8.map(Number), `${file} ${name}${suffix}`);
					assert.equal(values.length, wanted.count, `${file} ${name}${suffix}`);
					compared++;
				}
			}
			await opened.close();
		}
		assert.ok(compared >= 20, `${compared} tensors`);
	});

	for (const deflate of [false, true]) {
		shared(`as Keras 3 is read inside its archive (deflated: ${deflate})`, async () => {
			const file = path.resolve(SHARED, "hdf5-json/data/hdf5/h5ex_d_gzip.h5");
			const data = new Uint8Array(fs.readFileSync(file));
			const archive = zipFile([{ name: "model.weights.h5", data, deflate }]);
			const opened = await openTensors(memorySource("m.keras", archive));
			assert.deepEqual([opened.reader.id, opened.tensors[0]?.shape], ["keras", [32, 64]]);
			const [values] = await allValues(opened, opened.tensors[0] as TensorInfo, 1000);
			assert.deepEqual(values?.slice(0, 3), [0, -1, -2]);
			await opened.close();
		});
	}
});

describe("a damaged HDF5 file", () => {
	const files = ["hdf5-json/data/hdf5/h5ex_d_gzip.h5", "h5wasm/test/array.h5", "pyfive/tests/groups.hdf5"].map((file) =>
		path.resolve(SHARED, file),
	);
	const shared = files.every((file) => fs.existsSync(file)) ? it : it.skip;

	shared(
		"is read or refused with a sentence, however the library takes it, and the next file is read",
		async function () {
			this.timeout(60_000);
			const random = randomOf(7);
			const fine = (thrown: unknown) => {
				assert.ok(thrown instanceof TensorError, String(thrown));
				assert.ok(["corrupt", "unsupported", "too-large"].includes(thrown.code), thrown.message);
			};
			for (let run = 0; run < 600; run++) {
				const bytes = new Uint8Array(fs.readFileSync(files[run % files.length] as string));
				for (let flips = 1 + random(6); flips > 0; flips--) bytes[random(3000) % bytes.length] = random(256);
				try {
					const opened = await openTensors(memorySource("a.h5", bytes));
					for (const tensor of opened.tensors.filter(({ problem }) => !problem)) {
						const [box] = opened.boxes(tensor, 1000);
						if (box) await opened.read(tensor, box).catch(fine);
					}
					await opened.close();
				} catch (thrown) {
					fine(thrown);
				}
			}
			const opened = await openTensors(await nodeSource(files[0] as string));
			assert.deepEqual((await allValues(opened, opened.tensors[0] as TensorInfo, 1000))[0]?.slice(0, 2), [0, -1]);
			await opened.close();
		},
	);
});
