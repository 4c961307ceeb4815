import { describeError, TensorError } from "../../src/core/errors";
import type { AxisProfile } from "../../src/core/inspection";
import { PILE_RULE } from "../../src/core/piles";
import { pileWords } from "../../src/drawing/pile-words";
import type { Progress } from "../../src/rpc";
import { button } from "../controls/controls";
import { el, setText, show } from "../dom";
import type { Session } from "../session";
import type { Store } from "../store";
import { flagRow } from "./profile-flags";

/** A fold that tells, from a reading of its own when it is opened, at which indices of an axis values pile up at their ends. */
export function createProfilePiles(
	store: Store,
	session: Session,
	pick: (bin: number) => void,
): {
	readonly element: HTMLElement;
	/** Of another axis or tensor than before the fold is shut. */
	readonly show: (profile: AxisProfile, shape: readonly number[], letter: string) => void;
} {
	const element = el("details", { class: "profile-piles" }, el("summary", {}, "Clipping"));
	const inside = () => {
		const status = el("p", { class: "quiet", role: "status" });
		const stop = button("Cancel", () => running?.abort());
		const rows = el("ul", { class: "profile-flags", "aria-label": "Piled up" });
		element.append(el("div", { class: "lens-work" }, status, stop), rows);
		return { status, stop, rows };
	};
	/** What the fold holds, made when it is opened first. */
	let made: ReturnType<typeof inside> | undefined;
	let subject:
		| { readonly profile: AxisProfile; readonly shape: readonly number[]; readonly letter: string }
		| undefined;
	let known: readonly unknown[] = [];
	let running: AbortController | undefined;
	let isTold = false;

	const forget = () => {
		running?.abort();
		running = undefined;
		isTold = false;
		made?.rows.replaceChildren();
		element.open = false;
	};
	const ask = async () => {
		const { tensor, part } = store.get();
		if (!subject || tensor === undefined) return;
		const { profile, shape, letter } = subject;
		made ??= inside();
		const { status, stop, rows } = made;
		const abort = new AbortController();
		running = abort;
		show(stop, true);
		show(status, true);
		setText(status, "Reading…");
		const cells = shape.map((_, axis) => (axis === profile.axis ? profile.bins : 1));
		const onProgress = ({ done, total }: Progress) => {
			if (running === abort) setText(status, `Reading… ${Math.floor((100 * done) / Math.max(1, total))} %`);
		};
		try {
			const request = { tensor, part, layout: { shape, cells } };
			const found = await session.host.call("distribution", request, { signal: abort.signal, onProgress });
			if (running !== abort) return;
			const words = pileWords(found, profile, letter);
			rows.replaceChildren(...words.map((each) => flagRow(each, letter, pick, false)));
			setText(status, words.length > 0 ? "" : `No index has values piled up at its min or max (${PILE_RULE}).`);
			isTold = true;
		} catch (thrown) {
			if (running !== abort) return;
			const error = TensorError.from(thrown).toData();
			setText(status, error.code === "cancelled" ? "Cancelled; open it again to read." : describeError(error));
		} finally {
			if (running === abort) {
				running = undefined;
				show(stop, false);
				show(status, status.textContent !== "");
			}
		}
	};
	element.addEventListener("toggle", () => {
		if (element.open && !isTold && !running) void ask();
	});

	return {
		element,
		show(profile, shape, letter) {
			subject = { profile, shape, letter };
			const { opened, tensor, part, changed } = store.get();
			const next = [opened, tensor, part, changed, profile.axis, profile.bins, letter];
			if (known.length > 0 && next.some((value, k) => value !== known[k])) forget();
			known = next;
		},
	};
}
