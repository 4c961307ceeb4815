import type { Mask } from "../core/mask";
import { layoutOf, layoutsOf, type Norm, needsMagnitudes, normalization } from "../core/normalizations";
import type { Coefficients } from "./affine";
import type { AffineParameters, NormInputs } from "./affine-parameters";
import { affineParameters } from "./affine-parameters";
import { moving } from "./in-shares";
import type { Partials, Target } from "./jobs";
import { maskedPartials } from "./masked-partials";
import type { LocatedInputs } from "./norm-inputs";
import type { PartialsOf } from "./normalize";
import type { JobOptions, Pool } from "./pool";

/** What a norm makes of a tensor's elements, once everything that it depends on has been read. */
export interface NormWork {
	/** Null where each box of the tensor has all it takes to find its own. */
	readonly coefficients: Coefficients | null;
	readonly parameters: AffineParameters;
}

/** Reads inputs, the style's statistics and the tensor's own, as far as the norm needs them. */
export async function normWork(
	pool: Pool,
	partialsOf: PartialsOf,
	about: {
		readonly target: Target;
		readonly norm: Norm;
		readonly inputs: LocatedInputs;
		readonly mask: Mask | null;
		readonly wholeCells: number | null;
	},
	options: JobOptions,
): Promise<NormWork> {
	const { target, norm, mask, wholeCells } = about;
	const { signal } = options;
	const inputs = await inputsOf(pool, partialsOf, about, { signal });
	const parameters = affineParameters(inputs, norm, target.shape);
	if (wholeCells !== null) return { coefficients: null, parameters };
	const sigma = normalization(norm.id).spectral
		? await pool.runAside("largestSingularValue", { target }, { signal })
		: null;
	const wanted = layoutsOf(norm, target.shape);
	const partials = mask
		? (await maskedPartials(pool, target, layoutOf(norm, target.shape), mask, options)).valid
		: wanted.length > 0
			? await partialsOf(target, wanted, options, needsMagnitudes(norm))
			: nothingRead(target);
	const coefficients = await pool.runAside(
		"normCoefficients",
		{ ...partials, norm, inputs, sigma },
		moving(partials, options),
	);
	return { coefficients, parameters };
}

async function inputsOf(
	pool: Pool,
	partialsOf: PartialsOf,
	{ inputs: located, norm }: { readonly inputs: LocatedInputs; readonly norm: Norm },
	options: JobOptions,
): Promise<NormInputs> {
	if (Object.keys(located).length === 0) return {};
	const read = await pool.runAside("readInputs", located, options);
	const { style } = located;
	if (!style) return read;
	const partials = await partialsOf(style.target, layoutsOf(norm, style.target.shape), options);
	return {
		...read,
		...(await pool.runAside("styleParameters", { ...partials, style, norm }, moving(partials, options))),
	};
}

function nothingRead({ dtype, shape }: Target): Partials {
	return { dtype, shape, wanted: [], computed: [], ranges: [], seen: 0 };
}
