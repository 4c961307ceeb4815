import { CITES, type CiteId } from "./norms/cites";

/** A sentence, and the paper or page it rests on. */
export type Cited = readonly [says: string, by: CiteId];

/** Frameworks whose defaults are told, with their names. */
export const FRAMEWORKS = { pytorch: "PyTorch", keras: "Keras", flax: "Flax", onnx: "ONNX" } as const;

export type FrameworkId = keyof typeof FRAMEWORKS;

/** What a framework starts from where nothing is given; what it has no such thing for is absent. */
export interface FrameworkDefault {
	/** The class, function or operator, with the arguments that make it this norm. */
	readonly name: string;
	/** A number, or words where it depends on the dtype. */
	readonly eps?: number | string;
	/** Absent where eps stands inside the root. */
	readonly epsPlace?: "outside" | "max";
	/** What the variance takes from the number of elements: 0 is the population's, 1 the unbiased one. */
	readonly ddof?: 0 | 1;
	/** The same for the variance that is gathered for inference. */
	readonly runningDdof?: 0 | 1;
	/** The weight of running statistics, and whether it is that of the new batch or of what was gathered before. */
	readonly momentum?: { readonly value: number; readonly of: "new" | "old" };
	/** The argument that says the axis, with its default. */
	readonly axis?: string;
	/** What else differs. */
	readonly note?: string;
}

/** What people want to know of a normalization before they choose it. */
export interface About {
	readonly strengths: readonly Cited[];
	readonly weaknesses: readonly Cited[];
	/** Where it is used. */
	readonly used: readonly Cited[];
	readonly defaults: Readonly<Partial<Record<FrameworkId, FrameworkDefault>>>;
}

/** The papers and pages that the sentences rest on, each once, in order. */
export function citesOf({ strengths, weaknesses, used }: About): CiteId[] {
	return [...new Set([...strengths, ...weaknesses, ...used].map(([, by]) => by))];
}

/** Where a paper or page is found; papers in full, "Wu & He 2018, arXiv:1803.08494". */
export function citeText(id: CiteId): string {
	const [short, where] = [CITES[id], id as string];
	return /^\d{4}\.\d{4,5}$/.test(where) ? `${short}, arXiv:${where}` : short;
}

/** Columns of a table of defaults. */
export const DEFAULT_COLUMNS = ["Framework", "Name", "eps", "Variance", "Momentum", "Axis", "Note"] as const;

/** The rows of that table as words, one for each framework that has the norm; "–" where it has no such default. */
export function defaultRows(about: About): string[][] {
	return (Object.keys(FRAMEWORKS) as FrameworkId[]).flatMap((id) => {
		const one = about.defaults[id];
		return one === undefined ? [] : [[FRAMEWORKS[id], one.name, epsWords(one), varianceWords(one), ...restWords(one)]];
	});
}

/** How numbers such as 1e-5 are written in code. */
function numeral(value: number): string {
	return value !== 0 && Math.abs(value) < 1e-2 ? value.toExponential() : `${value}`;
}

function epsWords({ eps, epsPlace }: FrameworkDefault): string {
	if (eps === undefined) return "–";
	const place = epsPlace === undefined ? "" : epsPlace === "max" ? " as the least divisor" : " added to the divisor";
	return `${typeof eps === "number" ? numeral(eps) : eps}${place}`;
}

function varianceWords({ ddof, runningDdof }: FrameworkDefault): string {
	const word = (value: 0 | 1) => (value === 0 ? "population" : "unbiased");
	if (ddof === undefined) return "–";
	return runningDdof === undefined || runningDdof === ddof ? word(ddof) : `${word(ddof)}; running ${word(runningDdof)}`;
}

function restWords({ momentum, axis, note }: FrameworkDefault): string[] {
	const sense = momentum?.of === "new" ? "of the new batch" : "of the old value";
	return [momentum ? `${momentum.value} ${sense}` : "–", axis ?? "–", note ?? ""];
}
