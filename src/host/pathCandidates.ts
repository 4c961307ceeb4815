import path from "node:path";
import { fileURLToPath } from "node:url";

/** Where a path in a text may lead: a path of this machine, or one to be joined to a folder. */
export type PathCandidate = { readonly absolute: string } | { readonly relative: string };

/**
 * The readings of a path literal on this machine, likeliest first: file URLs and `~` resolved, and on systems with forward
 * slashes also the path with its backslashes turned. `system` and `home` default to this machine's.
 */
export function pathCandidates(
	text: string,
	home: string,
	system: { readonly isAbsolute: (path: string) => boolean; readonly sep: string } = path,
): PathCandidate[] {
	if (/^file:\/\//i.test(text)) {
		try {
			return [{ absolute: fileURLToPath(text, { windows: system.sep === "\\" }) }];
		} catch {
			return [];
		}
	}
	if (/^~[\\/]/.test(text)) return [{ absolute: home + system.sep + text.slice(2) }];
	const reading = (spelling: string): PathCandidate =>
		system.isAbsolute(spelling) ? { absolute: spelling } : { relative: spelling.replaceAll("\\", "/") };
	return system.sep === "/" && text.includes("\\")
		? [system.isAbsolute(text) ? { absolute: text } : { relative: text }, reading(text.replaceAll("\\", "/"))]
		: [reading(text)];
}
