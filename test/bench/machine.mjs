import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";

/** Names of file systems by the number that statfs gives. */
const FILE_SYSTEMS = new Map([
	[0xef53, "ext4"],
	[0x01021994, "tmpfs"],
	[0x58465342, "XFS"],
	[0x9123683e, "Btrfs"],
	[0x794c7630, "overlay"],
	[0x1a, "APFS"],
]);

/** The system's name and version, for people. */
function systemName() {
	// Without what a distribution or a host adds to it.
	const kernel = os.release().split("-", 1)[0];
	try {
		const name = /^PRETTY_NAME="?([^"\n]+)/m.exec(fs.readFileSync("/etc/os-release", "utf8"))?.[1];
		if (name !== undefined) return `${name}, kernel ${kernel}`;
	} catch {
		// Only Linux has that file.
	}
	if (process.platform === "darwin")
		return `macOS ${execFileSync("sw_vers", ["-productVersion"], { encoding: "utf8" }).trim()}`;
	return os.version();
}

/**
 * What the numbers depend on, without names of hosts, users or folders.
 * @param {{ readonly folder: string, readonly versions: import("./python.mjs").Versions | undefined, readonly workers: number }} about
 * @returns {readonly (readonly [string, string])[]}
 */
export function machineFacts({ folder, versions, workers }) {
	const cpu = os.cpus()[0]?.model.trim() || os.arch();
	const { type } = fs.statfsSync(folder);
	const fileSystem = FILE_SYSTEMS.get(type) ?? `type 0x${type.toString(16)}`;
	const torch = versions?.torch;
	return [
		["date", new Date().toISOString().slice(0, 10)],
		["processor", `${cpu}, ${os.availableParallelism()} cores, ${os.arch()}`],
		["memory", `${(os.totalmem() / 2 ** 30).toFixed(0)} GiB`],
		["system", systemName()],
		["files on", fileSystem],
		["Node", process.version.slice(1)],
		["workers of the engine", String(workers)],
		["NumPy", versions ? `${versions.numpy} (Python ${versions.python})` : "not there"],
		["PyTorch", torch ? `${torch}, ${versions.torchThreads} of its threads by default` : "not there"],
	];
}

/** Bytes of memory that programs and the page cache can still take. */
export function availableMemory() {
	try {
		const kilobytes = /^MemAvailable:\s+(\d+) kB/m.exec(fs.readFileSync("/proc/meminfo", "utf8"))?.[1];
		if (kilobytes !== undefined) return Number(kilobytes) * 1024;
	} catch {
		// Only Linux tells it.
	}
	return os.freemem();
}
