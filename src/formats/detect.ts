import { TensorError } from "../core/errors";
import { formatBytes } from "../core/format";

/** Bytes at the start of a file that tell what it is. */
export const HEAD_BYTES = 4096;
/** Bytes at its end that do, for formats which have their sign there. */
export const END_BYTES = 64;

const UNPACK = "unpack it and open what is in it";

const PLAIN = "save it uncompressed, as joblib does with compress=0";

/** Other kinds of files that people open by mistake or in hope, by their first bytes. */
const OTHER_KINDS: readonly {
	readonly kind: string;
	readonly test: (head: Uint8Array, text: string) => boolean;
	/** What to do, where there is something better than to choose another file. */
	readonly advice?: string;
}[] = [
	{ kind: "a gzip archive", test: (head) => head[0] === 0x1f && head[1] === 0x8b, advice: UNPACK },
	{ kind: "a tar archive", test: (_, text) => text.startsWith("ustar", 257), advice: UNPACK },
	{ kind: "an XZ archive", test: (_, text) => text.startsWith("\xfd7zXZ"), advice: UNPACK },
	{ kind: "a bzip2 archive", test: (_, text) => /^BZh[1-9]1AY&SY/.test(text), advice: UNPACK },
	{ kind: "a 7-Zip archive", test: (_, text) => text.startsWith("7z\xbc\xaf\x27\x1c"), advice: UNPACK },
	{ kind: "zlib data", test: ([cmf, flags = 0]) => cmf === 0x78 && (cmf * 256 + flags) % 31 === 0, advice: PLAIN },
	{ kind: "LZMA data", test: (_, text) => text.startsWith("\x5d\0\0"), advice: PLAIN },
	{ kind: "Zstandard data", test: (_, text) => text.startsWith("\x28\xb5\x2f\xfd"), advice: UNPACK },
	{
		kind: "a NetCDF file of the classic kind",
		test: (_, text) => /^CDF[^ -~]/.test(text),
		advice: "convert it to NetCDF-4 by nccopy -k nc4, or by xarray's to_netcdf",
	},
	{ kind: "a PDF document", test: (_, text) => text.startsWith("%PDF-") },
	{ kind: "a PNG picture", test: (_, text) => text.startsWith("\x89PNG") },
	{ kind: "a JPEG picture", test: (_, text) => text.startsWith("\xff\xd8\xff") },
	{ kind: "a NIfTI image", test: (_, text) => text.startsWith("n+1\0", 344) },
	{
		kind: "a web page",
		test: (_, text) => /^\s*<(!doctype )?html/i.test(text),
		advice: "perhaps it is what a server answered instead of the file, so download it again",
	},
	{
		kind: "a TensorFlow SavedModel's graph",
		test: (_, text) => isSavedModel(text),
		advice: "its values are in variables/variables.index beside it, so open that",
	},
	{ kind: "a TensorFlow graph", test: (_, text) => isTensorFlowGraph(text) },
];

/** The error of a file that holds no bytes, or only says where its bytes are (Git LFS); undefined for all others. */
export function placeholderError(head: Uint8Array, source: { readonly name: string; readonly size: number }) {
	const where = { file: source.name, byte: 0 };
	if (source.size === 0) {
		return new TensorError("corrupt", "The file is empty (0 bytes); save or download it again.", where);
	}
	const text = latin1(head);
	if (!text.startsWith("version https://git-lfs.github.com/spec/")) return undefined;
	const oid = /^oid (\S+)/m.exec(text)?.[1];
	const size = Number(/^size (\d+)/m.exec(text)?.[1] ?? NaN);
	const real = Number.isFinite(size) ? ` of ${formatBytes(size)} (${size} bytes)` : "";
	return new TensorError(
		"unknown-format",
		`This is a Git LFS pointer of ${source.size} bytes to a file${real} that was not downloaded${oid ? ` (${oid})` : ""}; run "git lfs pull" and open it again.`,
		where,
	);
}

/** What a file is that no reader takes, where its first bytes tell; a file that is plainly this is not merely damaged. */
export function otherKind(head: Uint8Array): string | undefined {
	return kindOf(head)?.kind;
}

function kindOf(head: Uint8Array) {
	const text = latin1(head);
	return OTHER_KINDS.find(({ test }) => test(head, text));
}

/** The error of a file that no reader takes: how large it is, how it begins, what it looks like, and what to do. */
export function unknownFormat(head: Uint8Array, source: { readonly name: string; readonly size: number }): TensorError {
	const where = { file: source.name, byte: 0 };
	const shard = /^(.+)\.data-\d{5}-of-\d{5}$/.exec(source.name);
	if (shard) {
		const message = `This holds the values of a TensorFlow checkpoint without their names and shapes; open "${shard[1]}.index" beside it.`;
		return new TensorError("unknown-format", message, where);
	}
	const other = kindOf(head);
	const text = head.every(isTextByte);
	const found = `${beginningOf(head, source)}${other ? ` and looks like ${other.kind}` : text ? " and is text" : ", as no format does that is read here"}`;
	const advice =
		other?.advice ??
		(other ? "open a file of tensors" : text ? SAVE : `if it holds bare numbers, tell their type and shape: ${TELL}`);
	return new TensorError("unknown-format", `${found}; ${advice}.`, where);
}

const SAVE = "save its numbers with numpy.save or another writer of tensors";

/** How the bytes of a file without a header are told. */
export const TELL = '"Open as Raw Tensor…" in the editor, --raw-dtype and --raw-shape in the terminal';

/** The start of a sentence about a file that says nothing of itself: its size and its first bytes. */
export function beginningOf(head: Uint8Array, { size }: { readonly size: number }): string {
	const bytes = size < 1024 ? `${size} bytes` : `${formatBytes(size)} (${size} bytes)`;
	return `This file of ${bytes} begins with ${hex(head.subarray(0, 8))}`;
}

/** Bytes as people write them: "93 4e 55". */
export function hex(bytes: Uint8Array): string {
	return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

/** Each byte as the character of the same number. */
export function latin1(bytes: Uint8Array): string {
	let text = "";
	for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
	return text;
}

/** SavedModel: schema version 1 (field 1), then a MetaGraphDef (field 2) that starts with its MetaInfoDef (field 1). */
function isSavedModel(text: string): boolean {
	if (!text.startsWith("\x08\x01\x12")) return false;
	let at = 3;
	while (text.charCodeAt(at) >= 128) at++;
	return at <= 8 && text[at + 1] === "\n";
}

/** GraphDef: nodes (field 1) with a name (field 1) and an operator (field 2), of which there are a few that come first. */
function isTensorFlowGraph(text: string): boolean {
	return text.startsWith("\n") && /\n.{1,300}?(Placeholder|Const|NoOp|VarHandleOp)[*"]/s.test(text.slice(1, 400));
}

function isTextByte(byte: number): boolean {
	return (byte >= 32 && byte < 127) || (byte >= 9 && byte <= 13);
}
