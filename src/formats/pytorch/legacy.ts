import { byteLength } from "../../core/dtype";
import { type ErrorData, TensorError, throwIfAborted } from "../../core/errors";
import { latin1 } from "../detect";
import { type PickleFindings, pickleFindings, readPickle } from "../encoding/pickle";
import { type PickleCursor, pickleCursor } from "../encoding/pickle-cursor";
import { countOf, itemsOf, type PickleValue, textOf } from "../encoding/pickle-values";
import { explained, refuseUnlessTensors } from "../pickle-hazards";
import { pickleTree } from "../pickle-tree";
import type { ByteSource, TensorSource } from "../reader";
import { problem } from "../shape";
import { valuesSource } from "../values";
import { type StorageId, type StorageOf, storageBytes, storageId } from "./storage";
import { torchTensor } from "./tensors";

/** The number that files of the old kind begin with, as a pickle of its own. */
const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;

/** Whether a file begins with the old kind's number, in any protocol. */
export function isLegacy(head: Uint8Array): boolean {
	const text = latin1(head.subarray(0, 64));
	const binary = text.indexOf("\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.");
	return (
		(binary >= 0 && binary <= 11 && (binary === 0 || head[0] === 0x80)) || /^L119547037146038801333356L?\n\./.test(text)
	);
}

/** Opens what `torch.save` wrote before 1.6. */
export async function openLegacy(source: ByteSource, signal?: AbortSignal): Promise<TensorSource> {
	const findings = pickleFindings();
	const { root, storageOf } = await readLegacy(source, findings, signal);
	const tree = pickleTree(root, (name, node) => torchTensor(name, node, { pickle: source, storageOf }));
	const hazards = [...findings.hazards];
	const notes = [...tree.notes];
	if (tree.tensors.length === 0) {
		refuseUnlessTensors(hazards, source);
		notes.push("The file holds no tensors.");
	}
	return valuesSource(tree.tensors, { metadata: tree.metadata, notes, hazards, close: async () => source.close?.() });
}

/** Reads five pickles in a row, and the length before each storage that follows them: what was saved, and where its values are. */
export async function readLegacy(
	source: ByteSource,
	findings: PickleFindings,
	signal?: AbortSignal,
): Promise<{ readonly root: PickleValue; readonly storageOf: StorageOf }> {
	const cursor = pickleCursor(source, 0, signal);
	const { root, keys } = await readPickles(cursor, () => readPickle(cursor, findings, signal)).catch((thrown) => {
		throw explained(thrown, findings);
	});
	const storages = new Map<string, StorageId>();
	for (const reference of findings.references) {
		const id = storageId(reference);
		if (id && !storages.has(id.key)) storages.set(id.key, id);
	}
	const places = await placeStorages(source, cursor.position, keys, storages, signal);
	const storageOf: StorageOf = ({ key }) => {
		const place =
			places.get(key) ??
			problem(
				"corrupt",
				`The file lists no storage "${key}", which holds the tensor's values; save or download it again.`,
			);
		return "code" in place ? place : { source, ...place, bigEndian: false };
	};
	return { root, storageOf };
}

async function readPickles(cursor: PickleCursor, next: () => Promise<PickleValue>) {
	const file = cursor.source.name;
	const magic = await next();
	if (magic !== MAGIC)
		throw new TensorError("corrupt", "The file does not begin with the number of PyTorch's old files.", {
			file,
			byte: 0,
		});
	const protocol = await next();
	if (protocol !== PROTOCOL) {
		throw new TensorError(
			"unsupported",
			`The file is of version ${String(protocol)} of PyTorch's old kind, where ${PROTOCOL} was expected; save it with a newer PyTorch.`,
			{ file },
		);
	}
	await next();
	const root = await next();
	const byte = cursor.position;
	const keys = itemsOf(await next())?.map((key) => textOf(key) ?? String(countOf(key) ?? ""));
	if (keys === undefined)
		throw new TensorError(
			"corrupt",
			"A list of the storages was expected behind the pickle; save or download the file again.",
			{ file, byte },
		);
	return { root, keys };
}

type Place = { readonly start: number; readonly bytes: number } | ErrorData;

/** Storages lie one behind the other, each with the number of its elements before it; only these numbers are read. */
async function placeStorages(
	source: ByteSource,
	start: number,
	keys: readonly string[],
	storages: ReadonlyMap<string, StorageId>,
	signal?: AbortSignal,
): Promise<ReadonlyMap<string, Place>> {
	const places = new Map<string, Place>();
	let at = start;
	let lost: ErrorData | undefined;
	for (const key of keys) {
		throwIfAborted(signal);
		const id = storages.get(key);
		const bytes = id && storageBytes(id);
		if (lost === undefined && bytes === undefined) {
			lost = problem(
				"unsupported",
				`Nothing tells how long the storage "${key}" is, so that this one, behind it, cannot be found.`,
				{ byte: at },
			);
		}
		if (lost === undefined && at + 8 > source.size) {
			lost = problem(
				"corrupt",
				`The file ends at byte ${source.size}, before the tensor's values; save or download it again.`,
				{ byte: source.size },
			);
		}
		if (lost || id === undefined || bytes === undefined) {
			places.set(key, lost ?? problem("corrupt", `The storage "${key}" is unknown.`));
			continue;
		}
		const count = await readCount(source, at, signal);
		if (count !== BigInt(id.length)) {
			lost = problem(
				"corrupt",
				`The storage "${key}" was expected to have ${id.length} elements, but the file gives ${count} at byte ${at}; save or download it again.`,
				{ byte: at },
			);
			places.set(key, lost);
			continue;
		}
		places.set(key, { start: at + 8, bytes: Math.min(bytes, source.size - at - 8) });
		at += 8 + byteLength("u8", bytes);
	}
	return places;
}

async function readCount(source: ByteSource, at: number, signal?: AbortSignal): Promise<bigint> {
	const bytes = await source.read(at, 8, signal);
	return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigInt64(0, true);
}
