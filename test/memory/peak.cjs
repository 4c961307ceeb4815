// Loaded before a program: writes the largest memory of its process, in bytes, to the file that PEAK_FILE names.
const fs = require("node:fs");
const os = require("node:os");
const { isMainThread } = require("node:worker_threads");

/** What `resourceUsage` says may be the parent's, from before the program was loaded: Linux tells the process's own. */
function peakBytes() {
	if (process.platform !== "linux") return process.resourceUsage().maxRSS * 1024;
	return Number(/^VmHWM:\s+(\d+) kB/m.exec(fs.readFileSync("/proc/self/status", "utf8"))?.[1]) * 1024;
}

// As on a machine of many cores: the most workers that there are, 4, each of which takes memory.
os.availableParallelism = () => 5;
if (isMainThread) process.once("exit", () => fs.writeFileSync(process.env.PEAK_FILE ?? "", String(peakBytes())));
