import { readFileSync } from "node:fs";
import path from "node:path";
import type { InputId } from "../../src/core/norm-inputs";
import type { NormOptions } from "../../src/core/norm-options";
import type { NormId } from "../../src/core/normalizations";

/** One output of PyTorch: of the array `x-RANK-DTYPE`, under a norm with its options and inputs. */
export interface RecordedCase {
	/** The output's name among the arrays. */
	readonly y: string;
	readonly norm: NormId;
	readonly rank: number;
	readonly dtype: "f32" | "f64";
	readonly options: Partial<NormOptions>;
	/** Names of arrays, without rank and dtype. */
	readonly inputs: Readonly<Partial<Record<InputId, string>>>;
}

const FOLDER = path.resolve("test", "fixtures", "pytorch");

/** What `scripts/record-catalogue.py` recorded, and with which PyTorch. */
export const RECORDED = JSON.parse(readFileSync(path.join(FOLDER, "catalogue.json"), "utf8")) as {
	readonly torch: string;
	readonly cases: readonly RecordedCase[];
};

/** The file of all arrays. */
export const ARRAYS = { file: path.join(FOLDER, "catalogue.npz") };
