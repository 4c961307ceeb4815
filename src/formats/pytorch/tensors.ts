import { byteLength, type DType } from "../../core/dtype";
import type { ErrorCode, ErrorData } from "../../core/errors";
import { countOf, isNode, itemsOf, type PickledObject, type PickleValue, typeName } from "../encoding/pickle-values";
import { numpyArray } from "../numpy-objects";
import { unreadableTensor } from "../pickle-tree";
import type { ByteSource } from "../reader";
import { bytesOf } from "../shape";
import { reachOf, stridedValues } from "../strided";
import type { FoundTensor } from "../values";
import type { StorageInside, StoragesInside } from "./inside";
import { dequantized } from "./quantized";
import { type StorageOf, scalarDType, storageId } from "./storage";

/** What repeats one element may be far larger than its file, but not without end. */
const MAX_EXPANDED_BYTES = 2 ** 40;
const MAX_WRAPPERS = 64;

/** Where the parts of a pickle of torch's are. */
export interface TorchFile {
	/** The bytes of the pickle itself. */
	readonly pickle: ByteSource;
	readonly storageOf: StorageOf;
	/** Storages in files of their own inside of the pickle. */
	readonly inside?: StoragesInside;
}

/** The tensor that a record of torch's (or NumPy's) means; undefined for records of others. */
export function torchTensor(name: string, object: PickledObject, file: TorchFile): FoundTensor | undefined {
	let node: PickleValue | undefined = object;
	for (let k = 0; k < MAX_WRAPPERS && isNode(node, "object"); k++) {
		const call = /^torch\._utils\._rebuild_(\w+)$/.exec(typeName(node))?.[1];
		const { args }: PickledObject = node;
		switch (call) {
			case undefined:
				return numpyArray(name, node, file.pickle);
			case "parameter":
			case "parameter_with_state":
			case "device_tensor_from_numpy":
			case "xla_tensor":
				node = args[0];
				break;
			case "tensor":
			case "tensor_v2":
				return storedTensor(name, args, file);
			case "tensor_v3":
				return storedTensor(name, args, file, scalarDType(args[6]));
			case "qtensor":
				return quantizedTensor(name, args, file);
			case "sparse_tensor":
			case "sparse_csr_tensor":
				return sparseTensor(name, args);
			default:
				return unreadableTensor(
					name,
					{ other: call },
					[],
					"unsupported",
					`The tensor is of a kind that is not read (${call}); save it as a plain tensor.`,
				);
		}
	}
	return unreadableTensor(
		name,
		{ other: "unknown" },
		[],
		"corrupt",
		"The parameter holds no tensor; save the file again.",
	);
}

/** Marks of views that torch applies when it reads their values. */
const FLAGS: Readonly<Record<string, string>> = { conj: "conjugated", neg: "negated" };

/** A view of a storage: storage, offset, size, stride, all in elements of `told` or of the storage's own type. */
function storedTensor(
	name: string,
	[reference, offsetValue, size, stride, , , ...more]: readonly PickleValue[],
	file: TorchFile,
	told?: DType | { readonly other: string },
): FoundTensor {
	const storage = storageOf(reference, file);
	const { id, place } = storage && "id" in storage ? storage : {};
	const shape = itemsOf(size)?.map(countOf);
	const strides = itemsOf(stride)?.map(countOf);
	const offset = countOf(offsetValue);
	const refuse = (code: ErrorCode, message: string) =>
		unreadableTensor(
			name,
			told ?? id?.dtype ?? { other: id?.type ?? "unknown" },
			shape?.some((n) => n === undefined) ? [] : ((shape as number[]) ?? []),
			code,
			message,
		);
	if (storage && "code" in storage) return refuse(storage.code, storage.message);
	if (id === undefined || place === undefined)
		return refuse("corrupt", "The tensor's values are in no storage of this file; save the file again.");
	if (!isShape(shape) || !isShape(strides) || offset === undefined || shape.length !== strides.length) {
		return refuse("corrupt", "The tensor's size, strides or offset are no counts of elements; save the file again.");
	}
	const flag = ["conj", "neg"].find((each) =>
		more.some((one) => isNode(one, "dict") && one.entries.get(each) === true),
	);
	if (flag !== undefined) {
		return refuse(
			"unsupported",
			`The tensor is a view that is marked as ${FLAGS[flag]}, which is not applied; save it after .resolve_${flag}().`,
		);
	}
	const dtype = told ?? id.dtype ?? { other: `${id.type}Storage` };
	if (typeof dtype !== "string")
		return refuse("unsupported", `The type "${dtype.other}" is not one that is read; save the tensor with another.`);
	const bytes = bytesOf(shape, dtype);
	if ("impossible" in bytes) return refuse("corrupt", `${bytes.impossible}; the file is damaged.`);
	if ("code" in place) return { info: { name, dtype, shape, bytes: bytes.bytes, problem: place } };
	const unit = byteLength(id.dtype ?? "u8", 1);
	const within = id.view ?? { offset: 0, length: id.length };
	const room = byteLength(dtype, 1);
	const reach = reachOf({ shape, strides, offset });
	const begin = within.offset * unit;
	if (reach * room > within.length * unit) {
		return refuse(
			"corrupt",
			`The tensor reaches element ${reach} of its storage, which has ${Math.floor((within.length * unit) / room)}; the file is damaged.`,
		);
	}
	if (begin + reach * room > place.bytes) {
		return refuse(
			"corrupt",
			`The data end early: the tensor reaches byte ${begin + reach * room} of its storage, of which the file has ${place.bytes}; save or download the file again.`,
		);
	}
	if (strides.includes(0) && bytes.bytes > MAX_EXPANDED_BYTES) {
		return refuse(
			"too-large",
			`The tensor repeats ${reach} elements until they take ${bytes.bytes} bytes, more than is read; save it before it is expanded.`,
		);
	}
	const info = { name, dtype, shape, bytes: bytes.bytes, ...(place.source.sequential ? { sequential: true } : {}) };
	const { source, bigEndian } = place;
	return {
		info,
		values: stridedValues({ source, start: place.start + begin, dtype, shape, strides, offset, bigEndian }),
	};
}

/** The storage that a tensor names, with its place or why there is none; undefined where it names none. */
function storageOf(reference: PickleValue | undefined, file: TorchFile): StorageInside | ErrorData | undefined {
	if (isNode(reference, "object")) return file.inside?.get(reference);
	const id = isNode(reference, "reference") ? storageId(reference.id) : undefined;
	return id && { id, place: file.storageOf(id) };
}

function quantizedTensor(name: string, args: readonly PickleValue[], file: TorchFile): FoundTensor {
	const raw = storedTensor(name, args, file);
	const { values, info } = raw;
	if (values === undefined) return raw;
	const [scheme, scale, zero, axisValue] = itemsOf(args[4]) ?? [];
	const kind = typeName(scheme).replace(/^torch\./, "");
	const storage = storageOf(args[0], file);
	const type = storage && "id" in storage ? storage.id.type : "quantized";
	const stored = `stored as ${type.toLowerCase()}`;
	const shown = { ...info, dtype: "f32" as const, bytes: 4 * (info.bytes / byteLength(info.dtype as DType, 1)) };
	if (kind === "per_tensor_affine" && typeof scale === "number" && typeof zero === "number") {
		const note = `${stored}, dequantized: (q − ${zero}) · ${scale}`;
		return { info: { ...shown, note }, values: dequantized(values, { scales: [scale], zeros: [zero] }) };
	}
	const axis = countOf(axisValue);
	const [scales, zeros] = [parameter(scale, file), parameter(zero, file)];
	const length = axis === undefined ? undefined : info.shape[axis];
	if (!kind.startsWith("per_channel_affine") || axis === undefined || length === undefined || !scales || !zeros) {
		return unreadableTensor(
			name,
			{ other: type },
			info.shape,
			"unsupported",
			`The tensor is quantized in a way that is not read (${kind || "unknown"}); save it dequantized.`,
		);
	}
	if (scales.length !== length || zeros.length !== length) {
		return unreadableTensor(
			name,
			"f32",
			info.shape,
			"corrupt",
			`${length} scales and zero points were expected along axis ${axis}, but ${scales.length} and ${zeros.length} were found; the file is damaged.`,
		);
	}
	const note = `${stored}, dequantized with ${length} scales along axis ${axis}`;
	return {
		info: { ...shown, note },
		values: dequantized(values, { scales: scales.values, zeros: zeros.values, axis }),
	};
}

/** Scales or zero points: numbers in a list, or a tensor of one axis, read when they are needed. */
function parameter(value: PickleValue | undefined, file: TorchFile) {
	const items = itemsOf(value);
	if (items) return { length: items.length, values: items.map(Number) };
	const found = isNode(value, "object") ? torchTensor("", value, file) : undefined;
	if (!found?.values || found.info.shape.length !== 1) return undefined;
	return { length: found.info.shape[0] as number, values: { dtype: found.info.dtype as DType, ...found.values } };
}

function sparseTensor(name: string, [layout, data]: readonly PickleValue[]): FoundTensor {
	const parts = itemsOf(data) ?? [];
	const size = [...parts]
		.reverse()
		.map(itemsOf)
		.find((items) => items !== undefined);
	const shape = size?.map((length) => countOf(length) ?? 0) ?? [];
	const kind = (isNode(layout, "object") ? String(layout.args[0]) : typeName(layout)).replace(/^torch\./, "");
	return unreadableTensor(
		name,
		{ other: kind || "sparse" },
		shape,
		"unsupported",
		"The tensor is sparse, which is not read; save it with .to_dense().",
	);
}

function isShape(counts: readonly (number | undefined)[] | undefined): counts is number[] {
	return counts !== undefined && !counts.includes(undefined);
}
