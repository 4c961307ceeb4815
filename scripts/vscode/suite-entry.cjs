// Runs inside code-server's extension host, in front of the real test entry: takes the suite's output out through a file
// (VS Code mixes it with its own log) and leaves the suite's own word about its result.
const { Console } = require("node:console");
const fs = require("node:fs");
const { Writable } = require("node:stream");

/** @param {string} name */
function fromEnvironment(name) {
	const value = process.env[name];
	if (value === undefined) throw new Error(`${name} is not set`);
	return value;
}

/** @param {string} file */
function sendOutputTo(file) {
	const descriptor = fs.openSync(file, "a");
	/** @param {string | Uint8Array} chunk */
	const put = (chunk) => fs.writeSync(descriptor, Buffer.from(chunk));
	const stream = new Writable({
		write(chunk, _encoding, done) {
			put(chunk);
			done();
		},
	});
	// The methods of VS Code's console cannot be replaced one by one; the object can.
	const console = new Console({ stdout: stream, stderr: stream, colorMode: false });
	const { error } = console;
	console.error = (...args) => {
		// VS Code's server logs without its compiled logger, too, and says so once at length.
		const aboutLogger = args.some((arg) => arg instanceof Error && arg.message.includes("spdlog"));
		if (!aboutLogger) error.apply(console, args);
	};
	globalThis.console = console;
	for (const target of [process.stdout, process.stderr]) {
		target.write = (/** @type {string | Uint8Array} */ chunk, /** @type {unknown[]} */ ...rest) => {
			put(chunk);
			const done = rest.at(-1);
			if (typeof done === "function") done();
			return true;
		};
	}
}

exports.run = async () => {
	sendOutputTo(fromEnvironment("TENSOR_INSPECTOR_SUITE_OUTPUT"));
	const verdict = fromEnvironment("TENSOR_INSPECTOR_SUITE_VERDICT");
	try {
		await require(fromEnvironment("TENSOR_INSPECTOR_SUITE")).run();
		fs.writeFileSync(verdict, "passed");
	} catch (error) {
		fs.writeFileSync(verdict, "failed");
		throw error;
	}
};
