import assert from "node:assert/strict";
import { pathLiteralsAt } from "../../src/host/pathLiteral";

const SUFFIXES = [".npy", ".npz", ".safetensors", ".safetensors.index.json"];

/** The pieces at the caret `|` of a line; `column` is that of the character after it. */
function at(marked: string) {
	const column = marked.indexOf("|");
	return pathLiteralsAt(marked.replace("|", ""), column, SUFFIXES);
}

/** The likeliest path at the caret. */
const path = (marked: string) => at(marked)[0]?.path;

describe("a path literal under the cursor", () => {
	const found: readonly (readonly [fact: string, line: string, path: string])[] = [
		["is a quoted string", 'x = np.load("data/ac|ts.npy")', "data/acts.npy"],
		["is found from its opening quote on", 'x = np.load(|"acts.npy")', "acts.npy"],
		["is found up to its closing quote", "x = np.load('acts.npy|')", "acts.npy"],
		["may be a raw string", 'np.load(r"C:\\data\\n|ew.npy")', "C:\\data\\new.npy"],
		["has escaped backslashes once", 'np.load("C:\\\\data\\\\ne|w.npy")', "C:\\data\\new.npy"],
		[
			"keeps the two backslashes before a server's name",
			'np.load(r"\\\\server\\sha|re\\x.npy")',
			"\\\\server\\share\\x.npy",
		],
		["may be an f-string without fields", 'np.load(f"ac|ts.npy")', "acts.npy"],
		["has doubled braces of an f-string once", 'np.load(f"a{{1}}|.npy")', "a{1}.npy"],
		["may hold spaces inside quotes", 'load("my data/la|yer 1.npy")', "my data/layer 1.npy"],
		["may be a template literal", "load(`ac|ts.npz`)", "acts.npz"],
		["may begin at home", "open('~/ac|ts.npy')", "~/acts.npy"],
		["is the value of a YAML key", "file: data/ac|ts.npy", "data/acts.npy"],
		["is the target of a Markdown link", "see [the file](data/ac|ts.npy), please", "data/acts.npy"],
		["ends before the full stop of a sentence", "It is in data/acts.np|y.", "data/acts.npy"],
		["ends before a comma", "data/a.np|y, data/b.npy", "data/a.npy"],
		["is one word of a command", "python run.py --input=data/ac|ts.safetensors --fast", "data/acts.safetensors"],
		["may be a file URL", 'url: "file:///data/a%20b.np|y"', "file:///data/a%20b.npy"],
		["may be an index of shards", '"model.safetensors.in|dex.json"', "model.safetensors.index.json"],
		["may have an upper case suffix", '"ACTS.N|PY"', "ACTS.NPY"],
		["is not misled by an apostrophe before it", "don't read 'ac|ts.npy' twice", "acts.npy"],
		["is not misled by an escaped quote before it", 'f("a\\"b", "ac|ts.npy")', "acts.npy"],
		["may stand in triple quotes", '"""ac|ts.npy"""', "acts.npy"],
		["may begin with an underscore", "_ac|ts.npy", "_acts.npy"],
		["may stand between underscores", "_ac|ts.npy_", "acts.npy"],
		["may stand in emphasis", "**ac|ts.npy**", "acts.npy"],
	];
	for (const [fact, line, expected] of found) {
		it(fact, () => assert.equal(path(line), expected));
	}

	it("names a tensor after a number sign", () => {
		const [literal] = at('load("model.npz#conv1.wei|ght")');
		assert.deepEqual([literal?.path, literal?.tensor], ["model.npz", "conv1.weight"]);
	});

	it("tells the columns of the text between the quotes", () => {
		const [literal] = at('x = load("ac|ts.npy")');
		assert.deepEqual([literal?.start, literal?.end], [10, 18]);
	});

	it("is the whole string first and then the word, where the string is more than a path", () => {
		assert.deepEqual(
			at('run("python show.py data/ac|ts.npy")').map((literal) => literal.path),
			["python show.py data/acts.npy", "data/acts.npy"],
		);
	});

	it("is found in a line of a million characters", () => {
		const line = `${"x".repeat(500_000)} "acts.npy" ${"y".repeat(500_000)}`;
		assert.equal(pathLiteralsAt(line, 500_005, SUFFIXES)[0]?.path, "acts.npy");
		assert.equal(pathLiteralsAt(line, 500_005, SUFFIXES)[0]?.start, 500_002);
	});

	const absent: readonly (readonly [fact: string, line: string])[] = [
		["is not a string with another suffix", '"ac|ts.png"'],
		["is not an f-string with a field", 'load(f"acts-{la|yer}.npy")'],
		["is not an f-string with a field before it", 'load(f"{layer}_ac|ts.npy")'],
		["is not a template with a field", "load(`acts-$" + "{la|yer}.npy`)"],
		["is not a suffix alone", '"|.npy"'],
		["is not a suffix alone in a folder", '"data/|.npy"'],
		["is not on the web", '"https://example.org/ac|ts.npy"'],
		["is not beside the cursor", 'x = lo|ad("acts.npy")'],
		["is not an attribute that only begins like a suffix", '"acts.npy|thon"'],
	];
	for (const [fact, line] of absent) {
		it(fact, () => assert.deepEqual(at(line), []));
	}
});
