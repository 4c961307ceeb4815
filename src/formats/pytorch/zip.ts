import { TensorError } from "../../core/errors";
import { pickleFindings, readPickle } from "../encoding/pickle";
import { pickleCursor } from "../encoding/pickle-cursor";
import { isNode, type PickleValue } from "../encoding/pickle-values";
import { openZip, type ZipArchive, type ZipEntry } from "../encoding/zip";
import { explained, refuseUnlessTensors } from "../pickle-hazards";
import { pickleTree } from "../pickle-tree";
import type { ByteSource, TensorSource } from "../reader";
import { problem } from "../shape";
import { type FoundTensor, valuesSource } from "../values";
import type { StorageOf } from "./storage";
import { torchTensor } from "./tensors";

/** Whether a member is the pickle of a torch archive. */
export function isDataPickle(name: string): boolean {
	return /(^|\/)data\.pkl$/.test(name);
}

/** Opens what `torch.save` writes since 1.6, or a TorchScript archive: a zip with a pickle and a member for each storage. */
export async function openTorchZip(source: ByteSource, signal?: AbortSignal): Promise<TensorSource> {
	const archive = await openZip(source, signal);
	const byName = new Map(archive.entries.map((entry) => [entry.name, entry]));
	const pickles = archive.entries.filter(({ name }) => isDataPickle(name));
	const entry = pickles.reduce((shortest, each) => (each.name.length < shortest.name.length ? each : shortest));
	const root = entry.name.slice(0, -"data.pkl".length);
	const bigEndian = await isBigEndian(archive, byName.get(`${root}byteorder`), signal);
	const findings = pickleFindings();
	const found: FoundTensor[] = [];
	const metadata: Record<string, string> = {};
	const notes: string[] = [];

	const take = async (member: ZipEntry, folder: string, prefix: string) => {
		const pickle = await archive.open(member, signal);
		const storageOf: StorageOf = ({ key }) => {
			const storage = byName.get(`${root}${folder}/${key}`);
			if (storage === undefined)
				return problem(
					"corrupt",
					`The archive has no member "${root}${folder}/${key}", which holds the tensor's values; save or download it again.`,
				);
			if (storage.problem) return storage.problem;
			return { source: lazyMember(archive, storage, source.name), start: 0, bytes: storage.size, bigEndian };
		};
		const value = await readPickle(pickleCursor(pickle, 0, signal), findings, signal).catch((thrown) => {
			const { code, message } = explained(thrown, findings);
			throw new TensorError(code, `In the member "${member.name}": ${message}`, { file: source.name });
		});
		const tree = pickleTree(under(prefix, value), (name, node) => torchTensor(name, node, { pickle, storageOf }));
		found.push(...tree.tensors);
		Object.assign(metadata, tree.metadata);
		notes.push(...tree.notes);
	};
	await take(entry, "data", "");
	// TorchScript keeps the tensors of its code apart.
	const constants = byName.get(`${root}constants.pkl`);
	if (constants) await take(constants, "constants", "constants");
	const hazards = [...findings.hazards];
	if (found.length === 0) {
		refuseUnlessTensors(hazards, source);
		notes.push("The file holds no tensors.");
	}
	return valuesSource(found, { metadata, notes, hazards, close: async () => source.close?.() });
}

/** A stored member whose local header is read when its first value is: opening a file must not visit every tensor. */
function lazyMember(archive: ZipArchive, entry: ZipEntry, file: string): ByteSource {
	let member: Promise<ByteSource> | undefined;
	const open = (signal?: AbortSignal) => {
		member ??= archive.open(entry, signal).catch((thrown) => {
			member = undefined;
			throw thrown;
		});
		return member;
	};
	return {
		name: `${file}/${entry.name}`,
		size: entry.size,
		...(entry.method === 0 ? {} : { sequential: true }),
		read: async (offset, length, signal, target) => (await open(signal)).read(offset, length, signal, target),
		close: async () => (await member)?.close?.(),
	};
}

async function isBigEndian(archive: ZipArchive, entry: ZipEntry | undefined, signal?: AbortSignal): Promise<boolean> {
	if (entry === undefined) return false;
	const member = await archive.open(entry, signal);
	const word = new TextDecoder("latin1").decode(await member.read(0, Math.min(entry.size, 16), signal));
	if (word === "little" || word === "big") return word === "big";
	throw new TensorError("unsupported", `The archive's byte order is "${word}", where "little" or "big" was expected.`, {
		byte: entry.offset,
	});
}

/** A value under a key of its own, so that its tensors carry the key before their names. */
function under(prefix: string, value: PickleValue): PickleValue {
	if (prefix === "" || (isNode(value, "tuple") && value.items.length === 0)) return value;
	return { kind: "dict", entries: new Map([[prefix, value]]) };
}
