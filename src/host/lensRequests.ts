import type { Engine, FileRef } from "../engine/api";
import type { HostApi } from "../protocol";
import type { Handlers } from "../rpc";

type LensName = "compareNorms" | "numerics" | "batchSizes" | "maskEffect" | "normsApart" | "alreadyNormalized";

/** Answers what the panel's lenses ask, about one file. */
export function lensHandlers(
	engine: Engine,
	fileOf: (signal: AbortSignal) => Promise<FileRef>,
): Pick<Handlers<HostApi>, LensName> {
	return {
		async numerics(input, { signal, progress }) {
			return engine.numerics({ ...input, file: await fileOf(signal) }, { signal, onProgress: progress });
		},
		async batchSizes(input, { signal, progress }) {
			return engine.batchSizes({ ...input, file: await fileOf(signal) }, { signal, onProgress: progress });
		},
		async maskEffect({ mask: { kind, tensor, inverted, timeAxis }, ...input }, { signal, progress }) {
			const file = await fileOf(signal);
			const ref = { file, tensor };
			const mask = kind === "mask" ? { kind, ref, inverted } : { kind, ref, timeAxis };
			return engine.maskEffect({ ...input, file, mask }, { signal, onProgress: progress });
		},
		async compareNorms(input, { signal, progress }) {
			return engine.compareNorms({ ...input, file: await fileOf(signal) }, { signal, onProgress: progress });
		},
		async normsApart(input, { signal, progress }) {
			return engine.normsApart({ ...input, file: await fileOf(signal) }, { signal, onProgress: progress });
		},
		async alreadyNormalized(input, { signal, progress }) {
			return engine.alreadyNormalized({ ...input, file: await fileOf(signal) }, { signal, onProgress: progress });
		},
	};
}
