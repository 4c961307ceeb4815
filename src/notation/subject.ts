import type { Layout, Shape } from "../core/layout";
import type { Norm } from "../core/normalizations";

/** What words and code are written about: a norm on axes that have names. */
export interface Subject {
	readonly shape: Shape;
	/** One name per axis, most often a letter. */
	readonly letters: readonly string[];
	readonly channelAxis: number;
	readonly norm: Norm;
	/** Absent where the norm does not fit. */
	readonly layout?: Layout;
}
