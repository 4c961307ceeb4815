import { TensorError } from "../core/errors";
import { formatCount } from "../core/format";
import type { PickleFindings } from "./encoding/pickle";
import type { ByteSource } from "./reader";

/** Globals named in a sentence; the others are counted. */
const SHOWN = 12;

/** The same error, with what a loader would have run before it came to the fault. */
export function explained(thrown: unknown, { hazards }: PickleFindings): TensorError {
	const error = TensorError.from(thrown);
	if (hazards.size === 0 || error.code === "cancelled") return error;
	const message = `${error.message.replace(/\.$/, "")}. A loader would first import and run ${listed([...hazards])}; nothing was run here.`;
	return new TensorError(error.code, message, error.where);
}

/** Throws `unsupported` for a pickle without tensors that a loader would run something for: it is no tensor file. */
export function refuseUnlessTensors(hazards: readonly string[], source: ByteSource): void {
	if (hazards.length === 0) return;
	throw new TensorError(
		"unsupported",
		`This pickle holds no tensors, and loading it in Python would import and run ${listed(hazards)}; nothing was run here, and it should not be loaded unless you trust where it is from.`,
		{ file: source.name },
	);
}

function listed(names: readonly string[]): string {
	const rest = names.length - SHOWN;
	return `${names.slice(0, SHOWN).join(", ")}${rest > 0 ? ` and ${formatCount(rest)} more` : ""}`;
}
