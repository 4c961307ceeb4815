import type { FlatBuffer, Table } from "./encoding/flatbuffers";

/** Scales of one tensor that are looked at. */
const MAX_SCALES = 2 ** 20;

/**
 * What the stored integers of a quantized tensor mean, in a sentence: value = scale · (stored − zero point), with one scale
 * or one per index of an axis (tensorflow.org/lite/performance/quantization_spec). Undefined for tensors that are not quantized.
 */
export async function quantizationNote(file: FlatBuffer, tensor: Table): Promise<string | undefined> {
	const quantization = await file.table(tensor, 4);
	const scales = quantization && (await file.vector(quantization, 2, 4));
	if (!quantization || !scales || scales.count === 0) return undefined;
	const stored = await file.bytes(scales, 4, MAX_SCALES);
	const zeros = await file.vector(quantization, 3, 8);
	const zeroPoints = zeros ? await file.bytes(zeros, 8, MAX_SCALES) : undefined;
	const scaleAt = (k: number) => Number(stored.getFloat32(4 * k, true).toPrecision(6));
	const points = new Set(
		Array.from({ length: zeros?.count ?? 0 }, (_, k) => (zeroPoints as DataView).getBigInt64(8 * k, true)),
	);
	const [point = 0n] = points;
	const shifted = points.size > 1 ? "(stored − zero point)" : point === 0n ? "stored" : `(stored − ${point})`;
	const raw = "stored integers of a quantized tensor";
	if (scales.count === 1) return `${raw}: value = ${scaleAt(0)} × ${shifted}`;
	let [least, most] = [Infinity, -Infinity];
	for (let k = 0; k < scales.count; k++) [least, most] = [Math.min(least, scaleAt(k)), Math.max(most, scaleAt(k))];
	const axis = await file.integer(quantization, 6, 4);
	return `${raw}: value = scale × ${shifted}, with a scale from ${least} to ${most} for each of the ${scales.count} indices of axis ${axis}`;
}
