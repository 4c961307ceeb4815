import * as path from "node:path";
import { DTYPES, type DType, partsOf, resultDType } from "../core/dtype";
import { TensorError } from "../core/errors";
import { type Box, cellOfIndex, denseStrides, type Layout, partStart } from "../core/layout";
import { isInputId } from "../core/norm-inputs";
import { isPlain, layoutOf, type Norm, needPlain, normalization } from "../core/normalizations";
import type { NormalizeAllRequest, NormalizedPart } from "./api";
import type { MaskRequest, Padding } from "./lens-api";
import { type InputRefs, type LocatedInputs, locateInputs } from "./norm-inputs";
import { findTensor, type Opened, type OpenFiles, type Target, targetOf } from "./open-files";
import { planOf } from "./output";
import { checkTarget, temporaryBeside } from "./publish";
import { CHUNK_ELEMENTS } from "./share";
import { isOneRun, type Order } from "./transform";

/** How one tensor of an output is made. */
export interface OutputPart {
	readonly target: Target;
	/** Null where the values are written as they are. */
	readonly norm: Norm | null;
	/** The other tensors that take part. */
	readonly inputs: LocatedInputs;
	/** Which elements are valid, where not all are. */
	readonly mask: (MaskRequest & { readonly padding: Padding }) | null;
	readonly name: string;
	readonly dtype: DType;
	readonly order: Order;
	/** Whether the boxes of the source lie in one piece in the output too. */
	readonly inOrder: boolean;
	/** Elements of the boxes that hold whole cells of the norm each, so that one read serves statistics and result; null where none do. */
	readonly wholeCells: number | null;
	/** Bytes of the output before its values. */
	readonly offset: number;
}

/** How an output will be written. */
export interface OutputJob {
	readonly parts: readonly OutputPart[];
	readonly output: string;
	/** The file that is written first, beside the output. */
	readonly temporary: string;
	readonly overwrite: boolean;
	/** Whether the format wants checksums of the values. */
	readonly needsCrc: boolean;
	readonly metadata: Readonly<Record<string, string>>;
}

/** Finds the tensors and checks norms, the output's suffix, dtypes, folder and name, gamma and beta; reads headers only. */
export async function checkOutput(
	files: OpenFiles,
	{ file, tensors, output, overwrite }: NormalizeAllRequest,
	signal: AbortSignal,
): Promise<OutputJob> {
	const found = await files.use(file, signal, async (opened) => {
		const parts = tensors.map((part) => partOf(opened, { file, output }, part));
		return { parts, name: opened.name, metadata: opened.open.metadata };
	});
	const checked: OutputPart[] = [];
	for (const [number, part] of found.parts.entries()) {
		const { norm, target } = part;
		const refs = inputRefsOf(tensors[number] as NormalizedPart);
		const inputs = norm ? await locateInputs(files, refs, { shape: target.shape, norm }, signal) : {};
		checked.push({ ...part, inputs });
	}
	await checkTarget(output, overwrite);
	const told = checked.flatMap(({ norm, mask, target: { tensor } }) => {
		if (!norm) return [];
		const { uses } = normalization(norm.id);
		return [
			{
				norm: norm.id,
				...Object.fromEntries(uses.map((option) => [option, norm.options[option]])),
				...(mask ? { valid: mask.kind, padding: mask.padding } : {}),
				tensor,
				from: found.name,
			},
		];
	});
	const metadata = { ...found.metadata, normalization: JSON.stringify(checked.length === 1 ? told[0] : told) };
	const { regions, needsCrc } = planOf({ output, parts: checked, metadata });
	return {
		parts: checked.map((part, number) => ({ ...part, offset: regions[number]?.offset ?? 0 })),
		output,
		temporary: temporaryBeside(output),
		overwrite,
		needsCrc,
		metadata,
	};
}

/** The inputs among the fields of a request. */
function inputRefsOf(part: NormalizedPart): InputRefs {
	return Object.fromEntries(Object.entries(part).filter(([name]) => isInputId(name)));
}

function partOf(
	opened: Opened,
	{ file, output }: Pick<NormalizeAllRequest, "file" | "output">,
	part: NormalizedPart,
): OutputPart {
	const target = targetOf(opened, { file, ...(part.tensor === undefined ? {} : { tensor: part.tensor }) });
	const { shape, tensor } = target;
	const norm = part.norm ?? null;
	const mask = ("mask" in part ? part.mask : undefined) ?? null;
	if (norm && partsOf(target.dtype) === 2) {
		throw new TensorError(
			"unsupported",
			`Complex values (${target.dtype}) have no agreed normalization; save the real and the imaginary part as tensors of their own.`,
			{ tensor },
		);
	}
	if (norm && mask) needPlain(norm);
	const layout = norm && layoutOf(norm, shape);
	const { open, name } = opened;
	const info = findTensor(open, tensor);
	const [box] = open.boxes(info, CHUNK_ELEMENTS);
	const isIn = (order: Order) => !box || isOneRun(box, shape, order);
	const keepsF = !output.toLowerCase().endsWith(".safetensors");
	const order = !isIn("C") && isIn("F") && keepsF ? "F" : "C";
	const inOrder = isIn(order);
	if (!norm && !wholeBytes(target, order, open.boxes(info, CHUNK_ELEMENTS))) {
		throw new TensorError(
			"unsupported",
			`Values of ${target.dtype} are smaller than a byte and lie otherwise than the output keeps them; leave this tensor out.`,
			{ tensor },
		);
	}
	return {
		target,
		norm,
		inputs: {},
		mask,
		name: tensor || path.basename(name, path.extname(name)),
		dtype: norm ? (("dtype" in part ? part.dtype : undefined) ?? resultDType(target.dtype)) : target.dtype,
		order,
		inOrder,
		wholeCells:
			layout && inOrder && !mask && isPlain(norm) ? wholeCells(layout, (elements) => open.boxes(info, elements)) : null,
		offset: 0,
	};
}

/** Whether boxes can be written as they are: elements smaller than a byte only where each box is whole bytes in one piece. */
function wholeBytes({ dtype, shape }: Target, order: Order, boxes: Iterable<Box>): boolean {
	const { bits } = DTYPES[dtype];
	if (bits % 8 === 0) return true;
	const steps = denseStrides(shape, order);
	for (const box of boxes) {
		const start = box.origin.reduce((sum, index, axis) => sum + index * (steps[axis] as number), 0);
		if (!isOneRun(box, shape, order) || (start * bits) % 8 !== 0) return false;
	}
	return true;
}

/** Elements of boxes that may hold whole cells, the best first: of those that stay in a core's cache, the fewest boxes. */
const WHOLE_CELLS_ELEMENTS = [1 / 2, 1, 1 / 4, 1 / 8, 1 / 16].map((chunks) => chunks * CHUNK_ELEMENTS);

/** Elements of boxes that cut no cell of a layout, of some sizes up to a chunk's. */
function wholeCells(layout: Layout, boxes: (maxElements: number) => Iterable<Box>): number | null {
	return WHOLE_CELLS_ELEMENTS.find((elements) => cutsNoCell(layout, boxes(elements))) ?? null;
}

function cutsNoCell({ shape, cells }: Layout, boxes: Iterable<Box>): boolean {
	const isBorder = (index: number, axis: number) => {
		const [size, parts] = [shape[axis] as number, cells[axis] as number];
		return index === size || partStart(cellOfIndex(index, size, parts), size, parts) === index;
	};
	for (const { origin, shape: lengths } of boxes) {
		if (!origin.every((at, axis) => isBorder(at, axis) && isBorder(at + (lengths[axis] as number), axis))) return false;
	}
	return true;
}
