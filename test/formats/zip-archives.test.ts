import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { TensorError } from "../../src/core/errors";
import { openTensors } from "../../src/formats";
import { openZip } from "../../src/formats/encoding/zip";
import { nodeSource } from "./node-source";

/** Folders of archives, most of them broken or disguised on purpose. */
const FOLDERS = [
	"test/fixtures/formats/yauzl",
	"test/fixtures/formats/picklescan",
	"../shared/data/yauzl",
	"../shared/data/picklescan",
];
/** Those that have to show at least one fault. */
const FAULTY =
	/^test\/fixtures\/formats\/yauzl|\/failure\/|wrong-entry-sizes|_0x1\.|_0x40|central_directory|encryption/;

for (const folder of FOLDERS) {
	describe(`the zip archives of ${folder}`, () => {
		if (!fs.existsSync(folder)) {
			it.skip("are not tried: there is no such folder");
			return;
		}
		const files = fs.readdirSync(folder, { recursive: true, encoding: "utf8" });
		for (const file of files.filter((name) => /\.(zip|pt|npz)$/.test(name)).sort()) {
			const full = `${folder}/${file.replaceAll(path.sep, "/")}`;
			const faulty = FAULTY.test(full);
			it(`${file} ${faulty ? "is refused, as a whole or a member of it" : "is read, or refused with a sentence"}`, async () => {
				const faults = await faultsOf(full);
				if (faulty) assert.notDeepEqual(faults, []);
			});
			it(`${file} ${file.endsWith(".npz") ? "opens" : "is no tensor file"}`, async () => {
				const source = await nodeSource(full);
				if (file.endsWith(".npz")) await (await openTensors(source)).close();
				else await assert.rejects(openTensors(source), (thrown) => thrown instanceof TensorError);
			});
		}
	});
}

/** What goes wrong when every member of an archive is read whole; all that may be thrown are TensorErrors. */
async function faultsOf(file: string): Promise<readonly TensorError[]> {
	const faults: TensorError[] = [];
	const source = await nodeSource(file);
	const attempt = async <Result>(work: () => Promise<Result>): Promise<Result | undefined> => {
		try {
			return await work();
		} catch (thrown) {
			assert.ok(thrown instanceof TensorError && thrown.code !== "internal", String(thrown));
			faults.push(thrown);
			return undefined;
		}
	};
	const archive = await attempt(() => openZip(source));
	for (const entry of archive?.entries ?? []) {
		await attempt(async () => {
			const member = await archive?.open(entry);
			await member?.read(0, member.size);
			await member?.close?.();
		});
	}
	await source.close?.();
	return faults;
}
