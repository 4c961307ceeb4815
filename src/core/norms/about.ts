import type { About } from "../norm-about";
import type { NormId } from "../normalizations";
import { ABOUT_COMBINED } from "./about-combined";
import { ABOUT_STANDARDIZED } from "./about-standardized";
import { ABOUT_UNCENTRED } from "./about-uncentred";
import { ABOUT_USUAL } from "./about-usual";

/** What each normalization is good and bad at, where it is used, and what frameworks start from. */
export const ABOUT = {
	...ABOUT_USUAL,
	...ABOUT_STANDARDIZED,
	...ABOUT_UNCENTRED,
	...ABOUT_COMBINED,
} as const satisfies Record<NormId, About>;
