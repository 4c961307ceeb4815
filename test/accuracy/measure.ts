import path from "node:path";

import type { NormId } from "../../src/core/normalizations";
import type { Engine } from "../../src/engine/api";
import type { InputRefs } from "../../src/engine/norm-inputs";
import { at, f32, f64, readValues, writeTensors } from "../engine/files";
import { type Exact, exactly, ulps } from "./decimal";
import { DEFINITIONS, exactOf, type GivenInputs, inputsOf, normOf } from "./definitions";
import { KINDS, type Kind, type KindId, SHAPE, valuesOf } from "./kinds";

/** One entry on data of one kind and type. */
export interface Case {
	readonly id: NormId;
	readonly kind: KindId;
	readonly dtype: "f64" | "f32";
}

/** What a case is called in records. */
export function keyOf({ id, kind, dtype }: Case): string {
	return `${id}-${kind}-${dtype}`;
}

/** Every entry on every kind of data, in both types where the data exist in both. */
export function allCases(): Case[] {
	return (Object.keys(DEFINITIONS) as NormId[]).flatMap((id) =>
		(Object.entries(KINDS) as [KindId, Kind][]).flatMap(([kind, { dtypes }]) =>
			dtypes.map((dtype) => ({ id, kind, dtype })),
		),
	);
}

/** The exact results of a case. */
export function exactResults({ id, kind, dtype }: Case): readonly Exact[] {
	const values = Array.from(valuesOf(kind, dtype), exactly);
	const norm = normOf(id, SHAPE);
	return exactOf(norm, SHAPE, values, inputsOf(norm, SHAPE));
}

/** The largest error of results, in units in the last place of the exact ones. */
export function largestError(found: ArrayLike<number>, exact: readonly Exact[], dtype: "f64" | "f32"): number {
	return exact.reduce((worst, value, i) => Math.max(worst, ulps(found[i] as number, value, dtype)), 0);
}

/** Writes the data of a case as a .npy file. */
export function writeCase(folder: string, { kind, dtype }: Case): string {
	const values = valuesOf(kind, dtype);
	return writeTensors(path.join(folder, `${kind}-${dtype}.npy`), [(dtype === "f64" ? f64 : f32)("", SHAPE, values)]);
}

/** Writes other tensors that take part, and names them. */
export function writeInputs(file: string, inputs: GivenInputs): InputRefs {
	const given = Object.entries(inputs);
	if (given.length === 0) return {};
	writeTensors(
		file,
		given.map(([id, { shape, values }]) => f64(id, shape, [...values])),
	);
	return Object.fromEntries(given.map(([id]) => [id, { ...at(file), tensor: id }]));
}

/** What the engine gives for a case. */
export async function ourResults(engine: Engine, folder: string, one: Case): Promise<Float64Array> {
	const output = path.join(folder, `${keyOf(one)}.ours.npy`);
	const norm = normOf(one.id, SHAPE);
	const inputs = writeInputs(path.join(folder, `${one.id}-inputs.safetensors`), inputsOf(norm, SHAPE));
	await engine.normalize({ ...at(writeCase(folder, one)), ...inputs, norm, dtype: one.dtype, output, overwrite: true });
	return (await readValues({ file: output })).values;
}
