import { type Layout, sizeOf } from "../core/layout";
import type { Mask } from "../core/mask";
import { layoutsToCompute } from "./derive";
import { inShares } from "./in-shares";
import type { Partials, Target } from "./jobs";
import type { JobOptions, Pool } from "./pool";

/** Reads a tensor's statistics under one layout, of its valid elements and of all. */
export async function maskedPartials(
	pool: Pool,
	target: Target,
	layout: Layout,
	mask: Mask,
	options: JobOptions,
): Promise<Readonly<Record<"valid" | "all", Partials>>> {
	const { dtype, shape } = target;
	// Throws where there are too many sets, before anything is read.
	layoutsToCompute([layout]);
	const shares = await inShares(pool, target, options, (share, shareOptions) =>
		pool.run("maskedMomentsOfShare", { target, layout, mask, share }, shareOptions),
	);
	const of = (which: "valid" | "all"): Partials => ({
		dtype,
		shape,
		wanted: [layout],
		computed: [layout],
		ranges: [shares.map((share) => share[which])],
		seen: sizeOf(shape),
	});
	return { valid: of("valid"), all: of("all") };
}
