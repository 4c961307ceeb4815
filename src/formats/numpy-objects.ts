import { byteLength } from "../core/dtype";
import { denseValues } from "./dense";
import { fieldOf } from "./encoding/joblib";
import { type NpyType, npyType } from "./encoding/npy-dtype";
import {
	bytesSource,
	countOf,
	isNode,
	itemsOf,
	type PickledObject,
	type PickleValue,
	textOf,
	typeName,
} from "./encoding/pickle-values";
import { unreadableTensor } from "./pickle-tree";
import type { ByteSource } from "./reader";
import { bytesOf } from "./shape";
import type { FoundTensor } from "./values";

/** The records of arrays: by the calls that NumPy 1 and 2 make, and by joblib. */
const CALLS: readonly (readonly [RegExp, (node: PickledObject) => Parts | undefined])[] = [
	[/^numpy\.(core|_core)\.multiarray\._reconstruct$/, arrayParts],
	[
		/^numpy\.(core|_core)\.multiarray\.scalar$/,
		({ args: [type, data] }) => ({ type, data, shape: [], fortran: false }),
	],
	[
		/^numpy\.(core|_core)\.numeric\._frombuffer$/,
		({ args: [data, type, shape, order] }) => ({ type, data, shape: itemsOf(shape), fortran: order === "F" }),
	],
	[/^joblib\.numpy_pickle\.NumpyArrayWrapper$/, joblibParts],
];

interface Parts {
	readonly type: PickleValue | undefined;
	readonly data: PickleValue | undefined;
	readonly shape: readonly PickleValue[] | undefined;
	readonly fortran: boolean;
}

/** The array or scalar that a record of NumPy's means, with its values in `file`; undefined for records of others. */
export function numpyArray(name: string, node: PickledObject, file: ByteSource): FoundTensor | undefined {
	const type = typeName(node);
	const parts = CALLS.find(([pattern]) => pattern.test(type))?.[1];
	if (parts === undefined) return undefined;
	const { data, shape: sizes, fortran, type: described } = parts(node) ?? {};
	const shape = sizes?.map((size) => countOf(size) ?? -1) ?? [-1];
	if (shape.includes(-1))
		return unreadableTensor(name, { other: "unknown" }, [], "corrupt", "The array has no shape; save the file again.");
	const stored = numpyType(described);
	if ("other" in stored) {
		return unreadableTensor(
			name,
			{ other: stored.other },
			shape,
			stored.corrupt ? "corrupt" : "unsupported",
			`${stored.reason}.`,
		);
	}
	const { dtype, bigEndian, note } = stored;
	const size = bytesOf(shape, dtype);
	if ("impossible" in size)
		return unreadableTensor(name, dtype, [], "corrupt", `${size.impossible}; the file is damaged.`);
	const source = bytesSource(data, file, size.bytes);
	const info = { name, dtype, shape, bytes: size.bytes, ...(note ? { note } : {}) };
	if (source === undefined || source.size < byteLength(dtype, 0) + size.bytes) {
		const found = source === undefined ? "none were found" : `${source.size} were found`;
		return unreadableTensor(
			name,
			dtype,
			shape,
			"corrupt",
			`${size.bytes} bytes of values were expected, but ${found}; save the file again.`,
		);
	}
	const place = { source, start: 0, dtype, shape, order: fortran ? ("F" as const) : ("C" as const), bigEndian };
	return { info: { ...info, ...(source.sequential ? { sequential: true } : {}) }, values: denseValues(place) };
}

/** An array gets its shape, dtype, order and bytes after it was made; very old ones tell no version first. */
function arrayParts({ state }: PickledObject): Parts | undefined {
	const items = itemsOf(state);
	if (items === undefined || items.length < 4) return undefined;
	const [shape, type, fortran, data] = items.slice(-4);
	return { type, data, shape: itemsOf(shape), fortran: fortran === true || fortran === 1 };
}

/** joblib tells of an array in a dict; where its values are was found when they were passed. */
function joblibParts(node: PickledObject): Parts {
	const [type, sizes, order] = ["dtype", "shape", "order"].map((name) => fieldOf(node, name));
	return { type, data: node.items[0], shape: itemsOf(sizes), fortran: order === "F" };
}

/** What a pickled numpy.dtype means. */
function numpyType(value: PickleValue | undefined): NpyType {
	const unknown: NpyType = { other: "unknown", reason: "The array's type is not one that is known" };
	if (!isNode(value, "object") || typeName(value) !== "numpy.dtype") return unknown;
	const [, endian, subarray, names] = itemsOf(value.state) ?? [];
	if (names !== undefined && names !== null)
		return { other: "structured", reason: "The array is structured; save each field as an array of its own" };
	if (subarray !== undefined && subarray !== null)
		return { other: "subarray", reason: "The array is one of arrays; save it with a plain dtype" };
	const extension = EXTENSION_DTYPES[typeName(value.args[0])];
	if (extension) return { dtype: extension, bigEndian: endian === ">" };
	const code = textOf(value.args[0]);
	return code === undefined ? unknown : npyType(`${textOf(endian) ?? "|"}${code}`);
}

/** Types of the package ml_dtypes, which NumPy knows by their classes. */
const EXTENSION_DTYPES: Readonly<
	Record<string, "bf16" | "f8_e4m3" | "f8_e5m2" | "f8_e4m3fnuz" | "f8_e5m2fnuz" | "f8_e8m0">
> = {
	"ml_dtypes.bfloat16": "bf16",
	"ml_dtypes.float8_e4m3fn": "f8_e4m3",
	"ml_dtypes.float8_e5m2": "f8_e5m2",
	"ml_dtypes.float8_e4m3fnuz": "f8_e4m3fnuz",
	"ml_dtypes.float8_e5m2fnuz": "f8_e5m2fnuz",
	"ml_dtypes.float8_e8m0fnu": "f8_e8m0",
};
