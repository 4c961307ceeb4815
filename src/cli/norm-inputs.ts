import { INPUT_IDS, INPUTS, type InputId } from "../core/norm-inputs";
import { takersOf } from "../core/normalizations";
import type { TensorRef } from "../engine/api";
import { type Arguments, type OptionSpec, textOf } from "./arguments";
import { dashed } from "./norm-choice";
import { otherFile } from "./raw-choice";
import { chooseTensor, parseTensorRef } from "./tensor-choice";
import type { Terminal } from "./terminal";

/** How the terminal asks for the other tensors that norms take. */
export const INPUT_OPTIONS: Readonly<Record<string, OptionSpec>> = Object.fromEntries(
	INPUT_IDS.map((id) => {
		const users = takersOf(id);
		const few = users.length <= 3 ? ` (${users.join(", ")})` : "";
		return [dashed(id), { value: "FILE[#TENSOR]", about: INPUTS[id].about.replace(/\.$/, `${few}.`) }];
	}),
);

/** The other tensors that were named, each found in its file. */
export async function givenInputs(
	given: Arguments["given"],
	terminal: Terminal,
): Promise<Readonly<Partial<Record<InputId, TensorRef>>>> {
	const refs: Partial<Record<InputId, TensorRef>> = {};
	for (const id of INPUT_IDS) {
		const word = textOf(given, dashed(id));
		if (word === undefined) continue;
		const ref = otherFile(parseTensorRef(word), given);
		const { name } = await chooseTensor(ref, terminal, `--${dashed(id)} FILE#TENSOR`);
		refs[id] = { file: ref.file, tensor: name };
	}
	return refs;
}
