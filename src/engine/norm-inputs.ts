import { partsOf } from "../core/dtype";
import { TensorError } from "../core/errors";
import { denseStrides, type Shape, sizeOf } from "../core/layout";
import { INPUTS, type InputId, type NormInput } from "../core/norm-inputs";
import { inputsOf, layoutOf, type Norm, normalization } from "../core/normalizations";
import { type Broadcast, type NormInputs, sharedFloats } from "./affine-parameters";
import type { TensorRef } from "./api";
import { decodeChunk } from "./decoded";
import { findTensor, type OpenFiles, type Target, targetOf, useTarget } from "./open-files";
import { CHUNK_ELEMENTS, eachChunk } from "./share";
import { compose, indexTable } from "./tables";

/** Tensors that take part in a normalization. */
export type InputRefs = Readonly<Partial<Record<InputId, TensorRef>>>;

/** Elements that an input may have, as they are held in memory. */
const MAX_INPUT = 2 ** 25;

/** A tensor that was found to fit a norm as one of its inputs. */
export interface LocatedInput {
	readonly target: Target;
	readonly strides: Shape;
}

export type LocatedInputs = Readonly<Partial<Record<InputId, LocatedInput>>>;

/** Finds the inputs of a norm and checks that they fit; throws `bad-option` where one is missing, is not the norm's, or does not. */
export async function locateInputs(
	files: OpenFiles,
	refs: InputRefs,
	of: { readonly shape: Shape; readonly norm: Norm },
	signal: AbortSignal,
): Promise<LocatedInputs> {
	const { label, needs = [] } = normalization(of.norm.id);
	const taken = inputsOf(of.norm.id);
	const given = (Object.keys(refs) as InputId[]).filter((id) => refs[id] !== undefined);
	const wrong = given.find((id) => !taken.includes(id));
	if (wrong) {
		throw new TensorError(
			"bad-option",
			`${label} takes no ${wrong}; it takes ${taken.join(", ") || "no other tensor"}.`,
		);
	}
	const missing = needs.filter((id) => !given.includes(id));
	if (missing.length > 0) {
		throw new TensorError(
			"bad-option",
			`${label} needs ${missing.map((id) => `${id} (${(INPUTS[id] as NormInput).about.replace(/\.$/, "").toLowerCase()})`).join(" and ")}; name a tensor for it.`,
		);
	}
	const found: Partial<Record<InputId, LocatedInput>> = {};
	for (const id of given) found[id] = await locateInput(files, refs[id] as TensorRef, id, of, signal);
	return found;
}

function locateInput(
	files: OpenFiles,
	ref: TensorRef,
	id: InputId,
	{ shape, norm }: { readonly shape: Shape; readonly norm: Norm },
	signal: AbortSignal,
): Promise<LocatedInput> {
	return files.use(ref.file, signal, async (opened) => {
		const { dtype, name, shape: found } = findTensor(opened.open, ref.tensor);
		if (partsOf(dtype) === 2) {
			throw new TensorError("unsupported", `The values of ${id} are complex, and real numbers were expected.`, {
				tensor: name,
			});
		}
		const { along } = INPUTS[id] as NormInput;
		if (along !== "own" && sizeOf(found) > MAX_INPUT) {
			throw new TensorError(
				"too-large",
				`${sizeOf(found)} values were given as ${id}, more than the ${MAX_INPUT} that are kept in memory.`,
				{ tensor: name },
			);
		}
		const strides = {
			affine: () => affineStrides(found, id, shape, norm),
			three: () => threeNumbers(found, id),
			own: () => styleStrides(found, shape, norm),
		}[along]();
		return { target: targetOf(opened, ref), strides };
	});
}

function threeNumbers(found: Shape, id: InputId): number[] {
	if (sizeOf(found) === 3) return [1];
	throw new TensorError("bad-option", `The shape of ${id} is [${found.join(", ")}], but three numbers are needed.`);
}

/** How the statistics of a style's sets lie along the content: one set for each sample and channel, or the same for all samples. */
function styleStrides(found: Shape, shape: Shape, norm: Norm): number[] {
	const fits = found.length === shape.length;
	const sets = fits ? layoutOf(norm, found).cells : [];
	const content = layoutOf(norm, shape).cells;
	if (!fits || sets.some((parts, axis) => parts !== content[axis] && !(axis === 0 && parts === 1))) {
		throw new TensorError(
			"bad-option",
			`The style's shape is [${found.join(", ")}], but the content's [${shape.join(", ")}] needs one of as many axes with as many channels, and one sample or as many.`,
		);
	}
	return denseStrides(sets).map((step, axis) => (content[axis] === 1 || sets[axis] === 1 ? 0 : step));
}

/**
 * How gamma or beta of a shape lies along a tensor: exactly along the norm's affine axes (axes of length 1 do not
 * count), or as NumPy broadcasts it. Throws `bad-option`.
 */
export function affineStrides(found: Shape, role: InputId, shape: Shape, norm: Norm): number[] {
	const axes = normalization(norm.id).affineAxes(shape, norm.options);
	const wanted = axes.map((axis) => shape[axis] as number);
	const long = (lengths: Shape) => lengths.filter((length) => length !== 1).join();
	if (long(found) === long(wanted)) {
		const steps = denseStrides(wanted);
		return shape.map((_, axis) => (axes.includes(axis) ? (steps[axes.indexOf(axis)] as number) : 0));
	}
	const missing = shape.length - found.length;
	const fits = missing >= 0 && found.every((length, i) => length === 1 || length === shape[missing + i]);
	if (!fits) {
		throw new TensorError(
			"bad-option",
			`The shape of ${role} is [${found.join(", ")}], but this norm needs [${wanted.join(", ")}], or a shape that broadcasts to the tensor's [${shape.join(", ")}].`,
		);
	}
	const steps = denseStrides(found);
	return shape.map((_, axis) => {
		const i = axis - missing;
		return i >= 0 && found[i] !== 1 ? (steps[i] as number) : 0;
	});
}

/** Reads the inputs whose elements take part themselves. */
export async function readInputs(files: OpenFiles, located: LocatedInputs, signal: AbortSignal): Promise<NormInputs> {
	const read: Partial<Record<InputId, Broadcast>> = {};
	for (const [id, input] of Object.entries(located) as [InputId, LocatedInput][]) {
		if ((INPUTS[id] as NormInput).along !== "own") read[id] = await readBroadcast(files, input, signal);
	}
	return read;
}

/** A whole tensor in C order. */
function readBroadcast(files: OpenFiles, { target, strides }: LocatedInput, signal: AbortSignal): Promise<Broadcast> {
	return useTarget(files, target, signal, async ({ open }, info) => {
		const values = sharedFloats(sizeOf(info.shape));
		const steps = denseStrides(info.shape);
		const boxes = open.boxes(info, CHUNK_ELEMENTS);
		await eachChunk(open, info, boxes, { signal, progress: () => {} }, (chunk) => {
			const decoded = decodeChunk(chunk);
			const from = compose(chunk.shape.map((count, axis) => indexTable(0, count, decoded.strides[axis] as number)));
			const to = compose(
				chunk.shape.map((count, axis) => indexTable(chunk.origin[axis] as number, count, steps[axis] as number)),
			);
			for (let k = 0; k < from.length; k++) {
				values[to[k] as number] = decoded.values[decoded.offset + (from[k] as number)] as number;
			}
		});
		return { values, strides };
	});
}
