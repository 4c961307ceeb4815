import { TensorError } from "../core/errors";
import type { Span } from "./encoding/protobuf";
import { KNOWN } from "./known";
import { uniqueNames } from "./names";
import { isTensorHead } from "./onnx-sniff";
import { type OnnxFile, onnxFile } from "./onnx-tensor";
import { onnxType } from "./onnx-types";
import { addTensor, textOf, type Walk } from "./onnx-walk";
import type { TensorReader } from "./reader";
import { type FoundTensor, valuesSource } from "./values";

/**
 * A protobuf file of onnx.proto3 without a model: one TensorProto, or a SequenceProto or OptionalProto of them, as the
 * inputs and outputs of ONNX test cases are. Nothing in the file says which, so its fields have to.
 */
export const onnxPb: TensorReader = {
	...KNOWN.onnxPb,
	sniff: isTensorHead,
	async open(source, signal) {
		const walk: Walk = {
			file: onnxFile(source, signal),
			found: new Map<string, FoundTensor>(),
			nameOnce: uniqueNames(),
		};
		const whole = { start: 0, length: source.size };
		const { name, elements, isTensor, nested } = await lookAt(walk.file, whole);
		if (isTensor) await addTensor(walk, whole, (own) => own);
		for (const [k, element] of elements.entries()) await addTensor(walk, element, () => `${name}[${k}]`);
		if (walk.found.size === 0 && nested === 0) {
			const message =
				"This protobuf file holds no TensorProto of ONNX; if it belongs to a TensorFlow SavedModel, open variables/variables.index beside it.";
			throw new TensorError("unknown-format", message, { file: source.name, byte: 0 });
		}
		const notes = nested > 0 ? [`${nested} sequences or maps inside the sequence are left out.`] : [];
		return valuesSource([...walk.found.values()], { metadata: {}, notes, close: async () => source.close?.() });
	},
};

/** What kind of message a file is: TensorProto has its type in field 2, a sequence its TensorProtos in field 3. */
async function lookAt(file: OnnxFile, whole: Span) {
	let [name, type, unknown]: [string, number | bigint, boolean] = ["", 0, false];
	const elements: Span[] = [];
	let nested = 0;
	await file.reader.fields(
		whole,
		async (field) => {
			const { number, wire } = field;
			if (number === 2 && wire === 0) type = field.value;
			else if (number === 2 || number > 16) unknown = true;
			else if (number === 1 && wire === 2) name = await textOf(file, field);
			else if (number === 3 && wire === 2) {
				if (await isTensor(file, field)) elements.push(field);
				else unknown = true;
			} else if (number >= 4 && number <= 7 && wire === 2) nested++;
		},
		file.signal,
	);
	if (elements.length > 0) return { name, elements, isTensor: false, nested };
	return {
		name,
		elements,
		isTensor: !unknown && onnxType(type).field !== undefined && type > 0 && type <= 26,
		nested: 0,
	};
}

async function isTensor(file: OnnxFile, message: Span): Promise<boolean> {
	let [type, fits]: [number | bigint, boolean] = [0, true];
	const visit = file.reader.fields(message, ({ number, wire, value }) => {
		if (number === 2 && wire === 0) type = value;
		else if (number === 2 || number > 16) fits = false;
	});
	return visit.then(
		() => fits && type > 0 && type <= 26,
		(thrown) => {
			if (TensorError.from(thrown).code === "corrupt") return false;
			throw thrown;
		},
	);
}
