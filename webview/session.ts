import { type Chosen, choose } from "../src/core/chosen";
import { describeError, TensorError } from "../src/core/errors";
import { formatCount, formatNumber } from "../src/core/format";
import { askedNorm, withUsualInputs } from "../src/core/input-choice";
import type { Inspection } from "../src/core/inspection";
import { coverageInWords, isSampled } from "../src/core/sampling";
import { firstShown, type TensorInfo } from "../src/core/tensor";
import type { AxisChoices, ExportTensorRequest, HostApi, InspectRequest, SavedPlot } from "../src/protocol";
import type { CallOptions, Channel } from "../src/rpc";
import { sameOnWire } from "../src/wire";
import type { State, Store } from "./store";

/** What the views can set off. */
export interface Session {
	/** For views that ask for numbers of their own. */
	readonly host: Channel<HostApi>;
	/** Reads the file's headers again, and the numbers after them. */
	readonly open: () => Promise<void>;
	readonly select: (tensor: string) => void;
	/** Asks for numbers of what is selected now; takes an older request back. */
	readonly inspect: () => void;
	readonly cancel: () => void;
	/** Lets the host remember what was said about the file's axes. */
	readonly rememberAxes: () => void;
	readonly normalize: () => Promise<void>;
	readonly copyStatistics: () => Promise<void>;
	/** Lets the user save a plot of the selected tensor, made when it is wanted. */
	readonly savePlot: (name: string, format: SavedPlot["format"], content: () => Promise<string>) => Promise<void>;
	/** Lets the user save the selected tensor's statistics, or a report about it. */
	readonly exportTensor: (format: ExportTensorRequest["format"]) => Promise<void>;
}

/** The selected tensor, if the file opened and has it. */
export const selectedTensor = lastOf((opened, name): TensorInfo | undefined =>
	opened?.ok ? opened.description.tensors.find((tensor) => tensor.name === name) : undefined,
);

/** Axes and norm of the selected tensor. */
export const chosenOf = lastOf((opened, name, choices): Chosen | undefined => {
	const tensors = opened?.ok ? opened.description.tensors : [];
	const tensor = tensors.find((tensor) => tensor.name === name);
	if (!tensor) return undefined;
	const chosen = choose(tensor.shape, choices[tensor.shape.length] ?? {}, tensor.axisNames);
	return withUsualInputs(chosen, tensors, tensor.name);
});

/** Something that follows from what is selected and chosen; found once for all views that ask after a change. */
function lastOf<Value>(
	find: (opened: State["opened"], tensor: State["tensor"], choices: State["choices"]) => Value,
): (state: State) => Value {
	let last: { readonly key: readonly unknown[]; readonly value: Value } | undefined;
	return ({ opened, tensor, choices }) => {
		const key = [opened, tensor, choices];
		if (!last?.key.every((part, k) => part === key[k])) last = { key, value: find(opened, tensor, choices) };
		return last.value;
	};
}

/** A tensor's name for people: that of the file where the tensor has none. */
export function titleOf(state: State, tensor: TensorInfo): string {
	return tensor.name || (state.opened?.ok ? state.opened.description.file : "");
}

/** Choices with what was said about axes in an earlier session, where nothing was said in this one. */
function withAxes(choices: State["choices"], axes: AxisChoices = {}): State["choices"] {
	const known = Object.entries(axes).map(([rank, axis]) => [rank, { ...axis, ...choices[Number(rank)] }] as const);
	return { ...choices, ...Object.fromEntries(known) };
}

function savedSentence(file: string | null): string | null {
	return file === null ? null : `Saved: ${file}`;
}

/** Leaves a mark in the page's timeline after what was just updated has been drawn. */
function markDrawn(name: "sampled numbers" | "exact numbers"): void {
	requestAnimationFrame(() => performance.mark(name));
}

/** Milliseconds that choices have to rest for numbers to be asked for: dragging through them asks once, for the last. */
const REST_MS = 40;

/** Milliseconds that the exact numbers wait for those of a sample. */
const PATIENCE_MS = 400;

const patience = () => new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));

function inWords({ whole: { count, mean, std } }: Inspection): string {
	return `${formatCount(count)} finite values, mean ${formatNumber(mean)}, standard deviation ${formatNumber(std)}.`;
}

/** What is shown when a sample arrives: only its norm where the tensor's exact numbers are there from another norm. */
function refined(shown: Inspection | undefined, sample: Inspection): Inspection {
	return shown?.exact && sample.norm ? { ...shown, norm: sample.norm } : shown?.exact ? shown : sample;
}

/** Connects the store with the host: one request for numbers at a time, the newest. */
export function createSession(store: Store, host: Channel<HostApi>): Session {
	let running: AbortController | undefined;
	let delay: ReturnType<typeof setTimeout> | undefined;

	const stop = () => {
		clearTimeout(delay);
		running?.abort();
		running = undefined;
	};

	/** Asks for numbers, where they did not come with the file. */
	const ask = async (wanted: InspectRequest, options: CallOptions): Promise<Inspection> => {
		const { opened } = store.get();
		const ahead = opened?.ok ? opened.ahead : undefined;
		return ahead && sameOnWire(ahead.request, wanted) ? ahead.inspection : host.call("inspect", wanted, options);
	};

	/** Shows the numbers of a sample, unless exact ones are there before them. */
	const sample = async (tensor: TensorInfo, wanted: InspectRequest, { signal }: AbortController) => {
		const before = store.get().inspection;
		const found = await ask({ ...wanted, sample: true }, { signal }).catch(() => undefined);
		const state = store.get();
		// What goes wrong with a sample goes wrong with all values too, and is told then.
		if (!found || signal.aborted || state.inspection !== before || state.work.state !== "running") return;
		const announcement = `First numbers of ${titleOf(state, tensor)}, from ${coverageInWords(found)}: ${inWords(found)}`;
		store.update({ inspection: refined(before, found), announcement });
		markDrawn("sampled numbers");
	};

	const request = async () => {
		const state = store.get();
		const tensor = selectedTensor(state);
		const chosen = chosenOf(state);
		if (!tensor || !chosen) return;
		const abort = new AbortController();
		running = abort;
		const newest = () => running === abort;
		const wanted = { tensor: tensor.name, part: state.part, ...askedNorm(chosen) };
		try {
			// A sample is soon there if nothing else is read meanwhile; where it is not, the exact numbers need not wait.
			if (isSampled(tensor)) await Promise.race([sample(tensor, wanted, abort), patience()]);
			if (!newest()) return;
			const inspection = await ask(wanted, {
				signal: abort.signal,
				onProgress: (progress) => newest() && store.update({ work: { state: "running", progress } }),
			});
			if (!newest()) return;
			store.update({
				inspection,
				work: { state: "idle" },
				announcement: `Statistics of ${titleOf(state, tensor)}: ${inWords(inspection)}`,
			});
			markDrawn("exact numbers");
		} catch (thrown) {
			if (!newest()) return;
			const error = TensorError.from(thrown).toData();
			if (error.code === "cancelled") return store.update({ work: { state: "cancelled" }, announcement: "Cancelled." });
			const changed = store.get().changed || error.code === "changed";
			store.update({ inspection: undefined, work: { state: "failed", error }, changed });
		}
	};

	const inspect = (restMs = REST_MS) => {
		stop();
		store.update({ notice: "" });
		const tensor = selectedTensor(store.get());
		if (!tensor || tensor.problem) {
			store.update({ work: { state: "idle" }, inspection: undefined });
			return;
		}
		store.update({ work: { state: "running", progress: undefined } });
		if (restMs === 0) void request();
		else delay = setTimeout(() => void request(), restMs);
	};

	const say = async (answer: Promise<string | null>) => {
		try {
			const sentence = await answer;
			store.update({ notice: sentence ?? "" });
		} catch (thrown) {
			const error = TensorError.from(thrown).toData();
			store.update({ notice: error.code === "cancelled" ? "" : describeError(error) });
		}
	};

	return {
		host,
		async open() {
			stop();
			store.update({ changed: false, work: { state: "idle" } });
			try {
				const opened = await host.call("open", null);
				const choices = opened.ok ? withAxes(store.get().choices, opened.axes) : store.get().choices;
				store.update({ opened, inspection: undefined, choices });
				if (!opened.ok) return;
				const { tensors } = opened.description;
				const { tensor } = store.get();
				if (!tensors.some(({ name }) => name === tensor)) {
					store.update({ tensor: firstShown(tensors)?.name, part: 0 });
				}
				inspect(0);
			} catch (thrown) {
				store.update({ opened: { ok: false, name: "", error: TensorError.from(thrown).toData() } });
			}
		},
		select(tensor) {
			const { opened, tensor: old } = store.get();
			if (!opened?.ok || old === tensor || !opened.description.tensors.some(({ name }) => name === tensor)) return;
			store.update({ tensor, part: 0, inspection: undefined });
			inspect();
		},
		inspect: () => inspect(),
		cancel() {
			if (store.get().work.state !== "running") return;
			stop();
			store.update({ work: { state: "cancelled" }, announcement: "Cancelled." });
		},
		rememberAxes() {
			const said = Object.entries(store.get().choices).flatMap(([rank, { convention, letters }]) =>
				convention ? [[rank, { convention, ...(letters ? { letters } : {}) }] as const] : [],
			);
			void host.call("rememberAxes", Object.fromEntries(said)).catch(() => undefined);
		},
		async normalize() {
			const state = store.get();
			const chosen = chosenOf(state);
			if (state.tensor === undefined || !chosen?.layout) return;
			const written = host.call("normalize", { tensor: state.tensor, norm: chosen.norm, inputs: chosen.inputs });
			await say(written.then((file) => (file === null ? null : `Written: ${file}`)));
		},
		async copyStatistics() {
			const { tensor } = store.get();
			if (tensor === undefined) return;
			await say(host.call("copyStatistics", { tensor }).then(() => "Statistics copied as JSON."));
		},
		async savePlot(name, format, content) {
			const { tensor } = store.get();
			if (tensor === undefined) return;
			const saved = content().then((made) => host.call("savePlot", { tensor, name, format, content: made }));
			await say(saved.then(savedSentence));
		},
		async exportTensor(format) {
			const { tensor } = store.get();
			const chosen = chosenOf(store.get());
			if (tensor === undefined || !chosen) return;
			await say(host.call("exportTensor", { tensor, format, ...askedNorm(chosen) }).then(savedSentence));
		},
	};
}
