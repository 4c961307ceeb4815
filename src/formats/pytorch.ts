import { TensorError } from "../core/errors";
import { HEAD_BYTES, latin1, unknownFormat } from "./detect";
import { isZip } from "./encoding/zip-directory";
import { KNOWN } from "./known";
import { openPickle } from "./pickle-file";
import { isLegacy, openLegacy } from "./pytorch/legacy";
import { isDataPickle, openTorchZip } from "./pytorch/zip";
import type { ByteSource, TensorReader } from "./reader";

/** What `torch.save` and TorchScript write: an archive since PyTorch 1.6, pickles in a row before. */
export const pytorch: TensorReader = {
	...KNOWN.pytorch,
	sniff: (head) => isLegacy(head) || isOldTar(head),
	sniffMembers: (names) => names.some(isDataPickle),
	async open(source, signal) {
		const head = await source.read(0, Math.min(HEAD_BYTES, source.size), signal);
		if (isZip(head)) return openTorchZip(source, signal);
		if (isLegacy(head)) return openLegacy(source, signal);
		if (isOldTar(head)) throw oldTar(source);
		// Pickles of protocols 0 and 1 have no sign of their own, and may begin with more than was looked at.
		return openPickle(source, signal).catch((thrown) => {
			const error = TensorError.from(thrown);
			const isPickle = error.code !== "corrupt" || error.message.includes("would first import");
			throw isPickle ? error : unknownFormat(head, source);
		});
	},
};

/** PyTorch before 0.1.10 wrote a tar archive of four files. */
function isOldTar(head: Uint8Array): boolean {
	const text = latin1(head);
	const first = text.slice(0, 100).replaceAll("\0", "").replace("./", "");
	return text.startsWith("ustar", 257) && ["sys_info", "pickle", "storages", "tensors"].includes(first);
}

function oldTar(source: ByteSource): TensorError {
	return new TensorError(
		"unsupported",
		"This is a PyTorch file from before version 0.1.10 (a tar archive), which is not read; load it with PyTorch and save it again.",
		{ file: source.name, byte: 0 },
	);
}
