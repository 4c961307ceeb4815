import { openSession, type Session, type SessionOptions } from "./session";
import { screenshot } from "./workbench";

/**
 * Gives the mocha suite that calls it one workbench for all its tests; the answer is how tests get at it. A failed test
 * leaves a picture of the page.
 */
export function useWorkbench(options: SessionOptions = {}): () => Session {
	let session: Session | undefined;
	before("the workbench opens", async () => {
		session = await openSession(options);
	});
	afterEach("a failure is pictured", async function () {
		if (this.currentTest?.state !== "failed" || session === undefined) return;
		const name = this.currentTest.fullTitle().replaceAll(/[^\w-]+/g, "-");
		console.log(`      picture: ${await screenshot(session.page, `failed-${name}`)}`);
	});
	after("the workbench closes", () => session?.close());
	return () => {
		if (session === undefined) throw new Error("The workbench is open only while tests run.");
		return session;
	};
}
