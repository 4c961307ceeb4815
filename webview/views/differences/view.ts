import { describeError, TensorError } from "../../../src/core/errors";
import { formatDType, formatShape } from "../../../src/core/format";
import type { TensorInfo } from "../../../src/core/tensor";
import type { ComparedTensors, CompareTensorsRequest, OtherFile } from "../../../src/protocol";
import type { Compared } from "../../compared";
import { button, dropdown } from "../../controls/controls";
import { el, setText, show } from "../../dom";
import { createPlotMenu } from "../../export/plot-menu";
import { chosenOf, type Session, selectedTensor, titleOf } from "../../session";
import type { State, Store } from "../../store";
import { createLens } from "../lenses/frame";
import { drawDifference } from "./answer";

type Other = CompareTensorsRequest["other"];

/** This tensor against another one of its file, or of a file that the user chooses in the host's dialog. */
export function createDifferences(store: Store, session: Session): HTMLElement {
	let chosenFile: OtherFile | undefined;
	// What is compared: what was chosen, as far as the selected tensor and the files that are known have it.
	let other: Other | undefined;
	let map: readonly [number, number] | undefined;

	const choose = (choice: Compared) => {
		store.update({ compared: { ...store.get().compared, ...choice } });
		arrange(store.get());
		lens.again();
	};
	const against = dropdown("Compare with", (value) =>
		choose({ other: value === "" ? undefined : (JSON.parse(value) as Other) }),
	);
	const axes = dropdown("Map of axes", (value) => choose({ map: JSON.parse(value) as [number, number] }));
	const problem = el("p", { class: "problem", role: "alert" });
	const another = button("Another file…", async () => {
		show(problem, false);
		try {
			const found = await session.host.call("chooseOther", { again: false });
			if (!found) return;
			chosenFile = found;
			const selected = selectedTensor(store.get());
			const fitting = comparable(found.tensors).filter((tensor) => selected && sameShape(tensor, selected));
			const same = fitting.find(({ name }) => name === selected?.name) ?? fitting[0] ?? comparable(found.tensors)[0];
			choose({ other: same && { from: "chosen", tensor: same.name } });
		} catch (thrown) {
			setText(problem, describeError(TensorError.from(thrown).toData()));
			show(problem, true);
		}
	});
	show(problem, false);

	const lens = createLens<ComparedTensors>(store, {
		view: "differences",
		title: "Compare tensors",
		about: "This tensor, a, element by element against another one of the same shape, b.",
		controls: el("div", {}, el("div", { class: "lens-controls" }, against.element, another, axes.element), problem),
		absent: () => (other ? undefined : "Choose the tensor to compare with."),
		key: () => JSON.stringify([other, map, chosenFile?.name]),
		ask: ({ tensor }, options) =>
			session.host.call(
				"compareTensors",
				{ tensor: tensor.name, other: other as Other, ...(map ? { map } : {}) },
				options,
			),
		draw: (answer, { chosen, tensor, state }) =>
			drawDifference(answer, {
				title: `${titleOf(state, tensor)} − ${other?.tensor || chosenFile?.name || "other"}`,
				letters: chosen.letters,
				menu: (label, plotOf) => createPlotMenu(session, label, plotOf),
			}),
	});

	const arrange = (state: State) => {
		const selected = selectedTensor(state);
		if (!selected || !state.opened?.ok) return;
		const own = comparable(state.opened.description.tensors).filter(({ name }) => name !== selected.name);
		const choices = [
			...listed(own, selected, (tensor) => ({ from: "own", tensor }), ""),
			...listed(
				comparable(chosenFile?.tensors ?? []),
				selected,
				(tensor) => ({ from: "chosen", tensor }),
				`${chosenFile?.name}: `,
			),
		];
		against.setChoices([{ value: "", label: "(choose a tensor)" }, ...choices]);
		const { compared } = state;
		other = choices.some(({ value }) => value === JSON.stringify(compared.other)) ? compared.other : undefined;
		against.set(other ? JSON.stringify(other) : "");
		const chosen = chosenOf(state);
		const pairs = pairsOf(selected.shape);
		map = pairs.find((pair) => pair.join() === compared.map?.join()) ?? pairs[0];
		show(axes.element, pairs.length > 1);
		axes.setChoices(
			pairs.map(([a, b]) => ({
				value: JSON.stringify([a, b]),
				label: `${chosen?.letters[a] ?? a} × ${chosen?.letters[b] ?? b}`,
			})),
		);
		if (map) axes.set(JSON.stringify(map));
	};
	store.watch(
		(state) => [state.opened, state.tensor, state.choices],
		(state) => {
			arrange(state);
			if (other === undefined) lens.again();
		},
	);
	// The host knows the other file from an earlier life of this panel.
	if (store.get().compared.other?.from === "chosen") {
		void session.host.call("chooseOther", { again: true }).then(
			(found) => {
				if (!found || chosenFile) return;
				chosenFile = found;
				choose({});
			},
			() => {},
		);
	}
	return lens.element;
}

function comparable(tensors: readonly TensorInfo[]): TensorInfo[] {
	return tensors.filter(({ problem, dtype }) => !problem && typeof dtype === "string");
}

function sameShape(a: TensorInfo, b: TensorInfo): boolean {
	return a.shape.join() === b.shape.join();
}

/** Entries of a list of tensors, those of the same shape first. */
function listed(
	tensors: readonly TensorInfo[],
	selected: TensorInfo,
	other: (name: string) => Other,
	file: string,
): { value: string; label: string }[] {
	const fits = (tensor: TensorInfo) => Number(!sameShape(tensor, selected));
	return [...tensors]
		.sort((a, b) => fits(a) - fits(b))
		.map(({ name, dtype, shape }) => ({
			value: JSON.stringify(other(name)),
			label: `${file}${name} ${formatDType(dtype)} [${formatShape(shape)}]`,
		}));
}

/** Pairs of axes longer than 1, those with the most cells first. */
function pairsOf(shape: readonly number[]): [number, number][] {
	const long = [...shape.keys()].filter((axis) => (shape[axis] as number) > 1).slice(0, 12);
	const cells = ([a, b]: [number, number]) => (shape[a] as number) * (shape[b] as number);
	return long
		.flatMap((a, k) => long.slice(k + 1).map((b): [number, number] => [a, b]))
		.sort((one, two) => cells(two) - cells(one));
}
