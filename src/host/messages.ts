import { AXIS_CONVENTIONS, type AxisConventionId } from "../core/axes";
import { type Check, count, flag, listOf, nothing, number, oneOf, record, such, tableOf, text } from "../core/check";
import type { Layout } from "../core/layout";
import { INPUT_IDS, type InputId } from "../core/norm-inputs";
import { isNormId, type Norm } from "../core/normalizations";
import { PROFILE_SORTS, type ProfileSort } from "../core/profile-order";
import type { HostApi } from "../protocol";
import type { CallContext, Handlers } from "../rpc";

/** Axes of a tensor at most, far past what any file format has. */
const MAX_RANK = 1024;

const part = oneOf(0, 1);
const shape = listOf(count, MAX_RANK);
const layout: Check<Layout> = record({ shape, cells: shape });
const option = such(
	(value): value is string | number | boolean | readonly number[] =>
		["string", "number", "boolean"].includes(typeof value) ||
		(Array.isArray(value) && value.length <= MAX_RANK && value.every((item) => typeof item === "number")),
	"a number, a word or a list of numbers",
);
/** Which options a norm has, and what they may be, is the catalogue's to say: `layoutOf` throws what does not fit. */
const norm = record({
	id: such(isNormId, "the id of a normalization"),
	options: (value: unknown, name: string) => {
		record({ eps: number, cells: shape })(value, name);
		return tableOf(option, 64)(value, name);
	},
}) as unknown as Check<Norm>;
/** Names of tensors by the inputs they are. */
const inputs = record(
	{},
	Object.fromEntries(INPUT_IDS.map((id) => [id, text] as const)) as Record<InputId, typeof text>,
);
/** A stretch of an axis that a slice shows. */
const stretch = record({ axis: count, start: count, length: count, cells: count });
const conventions = Object.keys(AXIS_CONVENTIONS) as AxisConventionId[];
/** What is remembered of a file's axes; what an older version left behind is checked too. */
export const axisChoices = tableOf(
	record({}, { convention: oneOf(...conventions, "own"), letters: listOf(text, MAX_RANK) }),
	MAX_RANK,
);

const sorts = Object.keys(PROFILE_SORTS) as ProfileSort[];

/** What every request of the webview has to be. */
export const INPUTS: { readonly [Name in keyof HostApi]: Check<Parameters<HostApi[Name]>[0]> } = {
	open: nothing,
	rememberAxes: axisChoices,
	inspect: record({ tensor: text, part }, { norm, inputs, sample: flag }),
	boxStatistics: record({ tensor: text, part, box: record({ origin: shape, shape }) }),
	profile: record({ tensor: text, part, stretch: record({ axis: count, start: count, length: count }) }),
	ranked: record({ tensor: text, part, ranking: record({ axis: count, sort: oneOf(...sorts) }) }),
	elements: record({ tensor: text, part, indices: listOf(listOf(count, 2 ** 16), MAX_RANK) }),
	slice: record(
		{
			tensor: text,
			part,
			window: record({ columns: stretch, index: shape }, { rows: stretch }),
			each: oneOf("mean", "largest"),
			aspects: listOf(oneOf("before", "after", "difference"), 3),
		},
		{ norm, inputs, most: count },
	),
	distribution: record({ tensor: text, part }, { layout }),
	numerics: record({ tensor: text, norm }),
	batchSizes: record({ tensor: text, norm, axis: count }),
	maskEffect: record({
		tensor: text,
		norm,
		mask: record({ kind: oneOf("mask", "lengths"), tensor: text, inverted: flag, timeAxis: count }),
	}),
	compareNorms: record({ tensor: text, part, norms: listOf(norm, 256) }),
	normsApart: record({ tensor: text, norms: listOf(norm, 64) }),
	chooseOther: record({ again: flag }),
	compareTensors: record(
		{ tensor: text, other: record({ from: oneOf("own", "chosen"), tensor: text }) },
		{ map: listOf(count, 2) },
	),
	alreadyNormalized: record({ tensor: text }),
	normalize: record({ tensor: text, norm }, { inputs }),
	copyStatistics: record({ tensor: text }),
	savePlot: record({ tensor: text, name: text, format: oneOf("svg", "png", "csv"), content: text }),
	exportTensor: record({ tensor: text, format: oneOf("csv", "json", "html") }, { norm, inputs }),
};

/** Handlers that refuse a request which is not what it has to be, with `bad-option`. */
export function checkedHandlers(handlers: Handlers<HostApi>): Handlers<HostApi> {
	const checked = Object.entries(handlers).map(([name, handle]) => [
		name,
		async (input: unknown, context: CallContext) =>
			handle(INPUTS[name as keyof HostApi](input, name) as never, context),
	]);
	return Object.fromEntries(checked) as Handlers<HostApi>;
}
