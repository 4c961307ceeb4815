import { DTYPES, type DType, factsOf } from "../../core/dtype";
import { TensorError } from "../../core/errors";
import { formatCount } from "../../core/format";
import { denseStrides, sizeOf } from "../../core/layout";
import type { TensorInfo } from "../../core/tensor";
import type { RowColumn, RowPiece } from "../rows";
import { bytesOf, problem } from "../shape";
import type { BufferReader } from "./buffers";
import { lookUp, missingInside } from "./dictionary";
import type { ArrowTable, Batch } from "./messages";
import type { Field } from "./schema";
import { bufferOf, corrupt, nodeOf, type Slot } from "./slots";
import { tensorShape } from "./tensor-extension";
import { readValues, type Validity, withMissing } from "./values";

/** A batch with the places of its fields. */
export interface PlacedBatch {
	readonly batch: Batch;
	readonly slots: ReadonlyMap<Field, Slot>;
}

/** A table whose batches are placed, with what reads them. */
export interface Reading {
	readonly table: ArrowTable;
	readonly batches: readonly PlacedBatch[];
	readonly buffers: BufferReader;
}

/** One field on the way from a row to its numbers: how many of the next it holds. */
interface Level {
	readonly field: Field;
	/** Elements in each list; 1 for structs and numbers. */
	readonly width: number;
}

/** A field and all below it that hold numbers as tensors, or why they cannot be. */
export function columnsOf(
	reading: Reading,
	field: Field,
	name = field.name,
	above: readonly Field[] = [],
): readonly RowColumn[] {
	if (field.kind === "struct" && !field.isDictionary) {
		return field.children.flatMap((child) => columnsOf(reading, child, `${name}.${child.name}`, [...above, field]));
	}
	return [columnOf(reading, field, name, above)];
}

function columnOf(reading: Reading, field: Field, name: string, above: readonly Field[]): RowColumn {
	const rows = reading.table.batches.reduce((sum, batch) => sum + batch.rows, 0);
	let known: Omit<TensorInfo, "problem"> = { name, dtype: { other: spelled(field) }, shape: [rows], bytes: 0 };
	try {
		const levels: Level[] = above.map((each) => ({ field: each, width: 1 }));
		let leaf = field;
		while (
			leaf.dtype === undefined &&
			!leaf.isDictionary &&
			["fixed_size_list", "list", "large_list"].includes(leaf.kind)
		) {
			const child = leaf.children[0];
			if (child === undefined)
				throw new TensorError("corrupt", "A list has no type of its elements; write the file again.");
			levels.push({
				field: leaf,
				width: leaf.kind === "fixed_size_list" ? leaf.listSize : widthOf(reading, leaf, child),
			});
			leaf = child;
		}
		if (leaf.dtype === undefined) {
			throw new TensorError("unsupported", unreadOf(leaf));
		}
		levels.push({ field: leaf, width: 1 });
		const needed = sizeOf(levels.map(({ width }) => width));
		for (const placed of reading.batches) checkRoom(placed, leaf, needed);
		const inside = reading.batches.reduce((sum, { batch }) => sum + missingInside(leaf, batch), 0);
		const stored = inside === 0 || factsOf(leaf.dtype).kind === "float" ? leaf.dtype : "f64";
		known = { ...known, dtype: stored };
		const widths = levels.slice(above.length, -1).map(({ width }) => width);
		const told = tensorShape(field, widths);
		const inner = told?.shape ?? widths;
		const nulls = reading.batches.reduce((sum, placed) => sum + nullsIn(placed, levels), 0);
		const dtype = nulls === 0 || factsOf(stored).kind === "float" ? stored : "f64";
		const size = bytesOf([rows, ...inner], dtype);
		if ("impossible" in size) throw new TensorError("corrupt", `${size.impossible}; write the file again.`);
		const notes = [
			...(nulls > 0 ? [`${formatCount(nulls)} values are missing, read as NaN`] : []),
			...(inside > 0 ? ["a value of the dictionary is missing, read as NaN"] : []),
			...(leaf.dtype === dtype ? [] : [`stored as ${leaf.dtype}, read as ${dtype}`]),
		];
		const note = notes.length === 0 ? {} : { note: notes.join("; ") };
		const axisNames = told?.axisNames ? { axisNames: ["", ...told.axisNames] } : {};
		known = { ...known, dtype, shape: [rows, ...inner], bytes: size.bytes, ...note, ...axisNames };
		const width = sizeOf(widths);
		const pieces = reading.batches.map((placed) => pieceOf(reading, placed, { levels, stored, dtype, width }));
		return { info: known, pieces, strides: told?.strides ?? denseStrides(inner) };
	} catch (thrown) {
		const error = TensorError.from(thrown);
		return { info: { ...known, problem: problem(error.code, error.message, error.where) } };
	}
}

function spelled({ kind, isDictionary, extension }: Field): string {
	return extension?.name ?? (isDictionary ? `dictionary of ${kind}` : kind);
}

/** Why the values of a field are no tensor. */
function unreadOf(field: Field): string {
	if (/utf8/.test(field.kind) && field.isDictionary) {
		return "The column is text in a dictionary, which is no tensor; save its codes as a column of integers to see them.";
	}
	return `Values of the type ${spelled(field)} are no numbers that are read.`;
}

/** Throws `corrupt` where a batch has fewer values than its rows need, so that nothing is shown on a header's word. */
function checkRoom({ batch, slots }: PlacedBatch, leaf: Field, width: number): void {
	const slot = slotIn(slots, leaf);
	const needed = batch.rows * width;
	const { length } = nodeOf(batch, slot);
	if (length < needed) throw corrupt(`A field has ${length} values, and ${needed} were expected`, batch);
	const stored = leaf.dictionary?.index ?? leaf.dtype;
	const bits = stored === "bool" || stored === undefined ? 1 : factsOf(stored).bits;
	const bytes = bufferOf(batch, slot, 1).length;
	if (batch.compression === "none" && 8 * bytes < needed * bits) {
		throw corrupt(`A field has ${bytes} bytes of values, and ${Math.ceil((needed * bits) / 8)} were expected`, batch);
	}
}

/** Values missing at any level, an element of a missing list once for each. */
function nullsIn({ batch, slots }: PlacedBatch, levels: readonly Level[]): number {
	let below = sizeOf(levels.map(({ width }) => width));
	let sum = 0;
	for (const { field, width } of levels) {
		sum += nodeOf(batch, slotIn(slots, field)).nulls * below;
		below /= Math.max(1, width);
	}
	return sum;
}

function slotIn(slots: ReadonlyMap<Field, Slot>, field: Field): Slot {
	const slot = slots.get(field);
	if (slot) return slot;
	throw new TensorError("internal", `The field "${field.name}" has no place in its batch.`);
}

/** Elements in each list where all may have as many; the offsets, which are checked when read, have the last word. */
function widthOf({ batches }: Reading, list: Field, child: Field): number {
	let [lists, values] = [0, 0];
	for (const { batch, slots } of batches) {
		const own = nodeOf(batch, slotIn(slots, list));
		if (own.nulls > 0) throw unequal();
		lists += own.length;
		values += nodeOf(batch, slotIn(slots, child)).length;
	}
	const width = lists === 0 ? 0 : values / lists;
	if (Number.isInteger(width)) return width;
	throw unequal();
}

function unequal(): TensorError {
	return new TensorError("unsupported", "The rows are lists of different lengths, which form no tensor.");
}

interface Column {
	readonly levels: readonly Level[];
	readonly stored: DType;
	readonly dtype: DType;
	/** Numbers in a row. */
	readonly width: number;
}

/** The rows of one batch. */
function pieceOf({ buffers }: Reading, placed: PlacedBatch, { levels, stored, dtype, width }: Column): RowPiece {
	const { batch, slots } = placed;
	const piece: RowPiece = {
		rows: batch.rows,
		async read(first, count, signal, target, part) {
			if (part && levels.slice(0, -1).some(({ field }) => nodeOf(batch, slotIn(slots, field)).nulls > 0)) {
				// What is missing above the values is told for whole rows.
				const bytes = await piece.read(first, 1, signal);
				const size = DTYPES[dtype].bits / 8;
				return bytes.subarray(part.from * size, (part.from + part.count) * size);
			}
			const missing: Validity[] = [];
			let leafMissing: Validity | undefined;
			let [start, length] = [first, count];
			for (const { field, width: each } of levels) {
				if (part && field === levels.at(-1)?.field) [start, length] = [start + part.from, part.count];
				const slot = slotIn(slots, field);
				const { nulls, length: there } = nodeOf(batch, slot);
				if (start + length > there)
					throw corrupt(`A field has ${there} values, and ${start + length} were expected`, batch);
				leafMissing = undefined;
				if (nulls > 0) {
					const from = Math.floor(start / 8);
					const bits = await buffers.read(
						batch,
						bufferOf(batch, slot, 0),
						from,
						Math.ceil((start + length) / 8) - from,
						signal,
					);
					leafMissing = { bits, shift: start - 8 * from, count: length };
					missing.push(leafMissing);
				}
				if (field.kind === "list" || field.kind === "large_list") {
					start = await listStart(buffers, placed, field, start, length, each, signal);
				} else start *= each;
				length *= each;
			}
			const { field } = levels.at(-1) as Level;
			const data = bufferOf(batch, slotIn(slots, field), 1);
			const index = field.dictionary?.index;
			const plain = missing.length === 0 && stored !== "bool" && index === undefined ? target : undefined;
			const own = await readValues(buffers, batch, data, index ?? stored, start, length, signal, plain);
			const positions = { bytes: own, count: length, ...(leafMissing && { missing: leafMissing }) };
			const bytes = index ? await lookUp(buffers, batch, field, positions, stored, signal) : own;
			if (missing.length === 0) return bytes;
			return withMissing(bytes, stored, dtype, part?.count ?? count * width, missing);
		},
	};
	return piece;
}

/** Where the elements of some lists start; throws unless each list has `width` of them. */
async function listStart(
	buffers: BufferReader,
	{ batch, slots }: PlacedBatch,
	field: Field,
	start: number,
	length: number,
	width: number,
	signal?: AbortSignal,
): Promise<number> {
	const wide = field.kind === "large_list";
	const size = wide ? 8 : 4;
	const bytes = await buffers.read(
		batch,
		bufferOf(batch, slotIn(slots, field), 1),
		start * size,
		(length + 1) * size,
		signal,
	);
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const offset = (k: number) => (wide ? Number(view.getBigInt64(8 * k, true)) : view.getInt32(4 * k, true));
	for (let k = 0; k < length; k++) if (offset(k + 1) - offset(k) !== width) throw unequal();
	if (offset(0) < 0) throw corrupt(`A list starts at ${offset(0)}`, batch);
	return offset(0);
}
