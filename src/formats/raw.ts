import { byteLength } from "../core/dtype";
import { TensorError } from "../core/errors";
import { sizeOf } from "../core/layout";
import { type RawLayout, rawLayoutOf, rawShape } from "../core/raw-layout";
import { denseSource } from "./dense";
import { beginningOf, TELL } from "./detect";
import { type Json, parseJson } from "./encoding/json";
import { isRawName, KNOWN } from "./known";
import type { ByteSource, TensorReader, TensorSource } from "./reader";

/** A description beside a file is no longer than this; other JSON of the same name may be. */
const MAX_SIDECAR_BYTES = 2 ** 20;

/** Bytes without a header, which a file beside them describes; what its reader is told otherwise goes to `openRaw`. */
export const raw: TensorReader = {
	...KNOWN.raw,
	sniff: () => false,
	async open(source, signal) {
		const layout = await readSidecar(source, signal);
		if (layout === undefined) throw untold(await source.read(0, Math.min(8, source.size), signal), source);
		return openRaw(source, layout);
	},
};

/** The description in `NAME.EXT.json` or `NAME.json` beside a raw file, if there is one; throws `corrupt` where it makes no sense. */
export async function readSidecar(source: ByteSource, signal?: AbortSignal): Promise<RawLayout | undefined> {
	if (!isRawName(source.name)) return undefined;
	for (const name of [`${source.name}.json`, source.name.replace(/\.[^.]*$/, ".json")]) {
		const fields = await readFields(source, name, signal);
		if (fields === undefined) continue;
		try {
			const layout = rawLayoutOf(fields);
			return { ...layout, shape: rawShape(layout, source.size) };
		} catch (thrown) {
			throw new TensorError("corrupt", `${name} beside the file: ${TensorError.from(thrown).message}`);
		}
	}
	return undefined;
}

/** Opens a file by what is told about it. Throws `bad-option` where the values do not fit. */
export function openRaw(source: ByteSource, layout: RawLayout): TensorSource {
	const { dtype, offset, order, byteOrder } = layout;
	const shape = rawShape(layout, source.size);
	const bytes = byteLength(dtype, sizeOf(shape));
	const rest = source.size - offset - bytes;
	const notes = [
		...(offset > 0 ? [`The first ${offset} bytes are skipped.`] : []),
		...(rest > 0 ? [`${rest} bytes follow the values.`] : []),
	];
	const place = { source, start: offset, dtype, shape, order, bigEndian: byteOrder === "big" };
	return denseSource([{ info: { name: "", dtype, shape, bytes }, place }], {
		metadata: {},
		notes,
		close: async () => source.close?.(),
	});
}

/** The fields of a description; none where there is no such file or it describes something else (as a model's settings). */
async function readFields(source: ByteSource, name: string, signal: AbortSignal | undefined) {
	const sidecar = await source.sibling?.(name).catch(() => undefined);
	if (sidecar === undefined) return undefined;
	try {
		if (sidecar.size === 0 || sidecar.size > MAX_SIDECAR_BYTES) return undefined;
		const bytes = await sidecar.read(0, sidecar.size, signal);
		const fields: Json = parseJson(bytes, { file: name, byte: 0 });
		return fields instanceof Map && fields.has("dtype") && fields.has("shape")
			? (Object.fromEntries(fields) as Readonly<Record<string, Json>>)
			: undefined;
	} catch (thrown) {
		if (TensorError.from(thrown).code === "cancelled") throw thrown;
		return undefined;
	} finally {
		await sidecar.close?.();
	}
}

function untold(head: Uint8Array, source: ByteSource): TensorError {
	const { name } = source;
	return new TensorError(
		"unknown-format",
		`${beginningOf(head, source)}, as no format does that is read here, so how it is to be read has to be told: ${TELL}, or a file ${name}.json beside it such as {"dtype": "float32", "shape": [2, 3]}.`,
		{ file: name },
	);
}
