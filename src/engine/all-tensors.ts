import { DTYPES, type DType, partsOf } from "../core/dtype";
import { TensorError } from "../core/errors";
import { formatDType } from "../core/format";
import type { Shape } from "../core/layout";
import { namePattern } from "../core/name-pattern";
import { layoutOf, type Norm } from "../core/normalizations";
import type { FileDescription, TensorInfo } from "../core/tensor";
import type { NormalizedPart, NormalizeOptions } from "./api";

/** How the tensors of a file are chosen. */
export interface AllOptions {
	/** As `namePattern` reads it; without one all tensors of floating types. */
	readonly pattern?: string;
	/** Whether the others are written too, as they are. */
	readonly keepOthers: boolean;
	/** The norm on a shape of values of a dtype; throws a TensorError where it does not fit. */
	readonly normOf: (shape: Shape, dtype: DType) => Norm;
	readonly options: Omit<NormalizeOptions, "norm">;
}

/** The tensors of a file that are written, and why others are not normalized. */
export interface AllTensors {
	readonly parts: readonly NormalizedPart[];
	/** Names of tensors that are not normalized, by the reason; those whose name does not fit are not among them. */
	readonly leftOut: ReadonlyMap<string, readonly string[]>;
}

/** Chooses the tensors that a norm is applied to; throws `bad-option` where there is none, with the reasons. */
export function chooseAll({ file, tensors }: FileDescription, all: AllOptions): AllTensors {
	const fits = namePattern(all.pattern ?? "*");
	const leftOut = new Map<string, string[]>();
	const parts: NormalizedPart[] = [];
	let normalized = 0;
	for (const tensor of tensors) {
		const named = fits(tensor.name);
		const found = named ? tryNorm(tensor, all) : undefined;
		if (typeof found === "object") {
			normalized++;
			parts.push({ tensor: tensor.name, norm: found, ...all.options });
			continue;
		}
		if (found) leftOut.set(found, [...(leftOut.get(found) ?? []), tensor.name]);
		if (all.keepOthers && !tensor.problem && typeof tensor.dtype === "string") parts.push({ tensor: tensor.name });
	}
	if (normalized > 0) return { parts, leftOut };
	throw noTensorFits({ file, tensors }, all.pattern, leftOut);
}

/** The tensors of a file that a norm may be applied to, by their names and dtypes. */
export function fitting({ tensors }: Pick<FileDescription, "tensors">, pattern: string | undefined): TensorInfo[] {
	const fits = namePattern(pattern ?? "*");
	return tensors.filter((tensor) => fits(tensor.name) && !problemOf(tensor, pattern));
}

/** Says that no tensor can be normalized, and why those whose names fit cannot. */
export function noTensorFits(
	{ file, tensors }: Pick<FileDescription, "file" | "tensors">,
	pattern: string | undefined,
	leftOut: AllTensors["leftOut"] = new Map(),
): TensorError {
	const fits = namePattern(pattern ?? "*");
	const named = tensors.filter(({ name }) => fits(name));
	const reasons =
		leftOut.size > 0
			? [...leftOut].map(([reason, [name]]) => `${name}: ${reason}`)
			: named.flatMap((tensor) => problemOf(tensor, pattern)?.replace(/^/, `${tensor.name}: `) ?? []);
	const none = `No tensor${pattern === undefined ? "" : ` whose name fits "${pattern}"`} can be normalized so`;
	const names = tensors.slice(0, 20).map(({ name }) => JSON.stringify(name));
	const why =
		reasons.length > 0 ? `. ${reasons.slice(0, 3).join(" ")}` : `; the file holds ${names.join(", ") || "none"}.`;
	return new TensorError("bad-option", `${none}${why}`, { file });
}

/** The norm of a tensor, or the reason why it has none. */
function tryNorm(tensor: TensorInfo, { pattern, normOf }: AllOptions): Norm | string {
	const problem = problemOf(tensor, pattern);
	if (problem) return problem;
	const { shape, dtype } = tensor;
	try {
		const norm = normOf(shape, dtype as DType);
		layoutOf(norm, shape);
		return norm;
	} catch (thrown) {
		return thrown instanceof Error ? thrown.message : String(thrown);
	}
}

/** Why a tensor cannot be normalized whatever the norm; undefined where it can. */
function problemOf({ dtype, problem }: TensorInfo, pattern: string | undefined): string | undefined {
	if (problem) return problem.message;
	if (typeof dtype !== "string") return `Values of type ${formatDType(dtype)} are no numbers.`;
	if (partsOf(dtype) === 2) return `Complex values (${dtype}) have no agreed normalization.`;
	if (pattern === undefined && DTYPES[dtype].kind !== "float") {
		return `${dtype} is no floating type: name the tensor to normalize it too.`;
	}
	return undefined;
}
