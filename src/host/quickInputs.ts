import * as vscode from "vscode";
import type { Choice } from "./normChoices";
import { type Answer, BACK, type Place } from "./questions";

/** What the list and the box have in common: title, position in the flow, what is asked. */
export interface Prompt {
	readonly title: string;
	readonly place: Place;
	readonly prompt: string;
}

interface Item<Value> extends vscode.QuickPickItem {
	readonly choice?: Choice<Value>;
}

/** Lets the user choose one of a list; choices with a problem are listed last, with its reason, and cannot be taken. */
export async function pickOne<Value>(
	{ title, place, prompt }: Prompt,
	choices: readonly Choice<Value>[],
	preferred?: Value,
): Promise<Answer<Value>> {
	const pick = vscode.window.createQuickPick<Item<Value>>();
	const fitting = choices.filter((choice) => choice.problem === undefined);
	const others = choices.filter((choice) => choice.problem !== undefined);
	const separator = { label: "Not possible here", kind: vscode.QuickPickItemKind.Separator };
	pick.items = [...fitting.map(itemOf), ...(others.length > 0 ? [separator] : []), ...others.map(itemOf)];
	const active = pick.items.find((item) => item.choice?.value === preferred);
	if (active && preferred !== undefined) pick.activeItems = [active];
	pick.matchOnDescription = true;
	pick.placeholder = prompt;
	return shown(pick, title, place, () => {
		const [item] = pick.selectedItems;
		return item?.choice && item.choice.problem === undefined ? { value: item.choice.value } : undefined;
	});
}

/** Lets the user check any of a list; `check` says what is wrong with a selection, which then is not taken. */
export async function pickMany<Value>(
	{ title, place, prompt }: Prompt,
	choices: readonly Choice<Value>[],
	checked: readonly Value[],
	check: (values: readonly Value[]) => string | undefined,
): Promise<Answer<readonly Value[]>> {
	const pick = vscode.window.createQuickPick<Item<Value>>();
	pick.canSelectMany = true;
	pick.items = choices.map(itemOf);
	pick.selectedItems = pick.items.filter((item) => item.choice && checked.includes(item.choice.value));
	pick.placeholder = prompt;
	return shown(pick, title, place, () => {
		const values = pick.selectedItems.flatMap((item) => (item.choice ? [item.choice.value] : []));
		const problem = check(values);
		pick.title = problem === undefined ? title : `${title}: ${problem}`;
		return problem === undefined ? { value: values } : undefined;
	});
}

/** What a text box adds to its prompt. */
export interface TextPrompt extends Prompt {
	readonly value: string;
	/** Part of the value that is selected at first, from and to. */
	readonly selection?: readonly [number, number];
	/** What is wrong with a text, which then is not taken. */
	readonly check: (text: string) => string | undefined;
	/** What is told of a text that can be taken, as it is typed. */
	readonly tell?: (text: string) => string;
	/** A button beside the box; its answer takes the place of the text. */
	readonly button?: vscode.QuickInputButton & { readonly run: () => Promise<string | undefined> };
}

/** Lets the user type one line. */
export async function askText({ title, place, prompt, value, selection, check, tell, button }: TextPrompt) {
	const box = vscode.window.createInputBox();
	box.value = value;
	if (selection) box.valueSelection = selection;
	// What is told of the text takes the place of the prompt.
	if (tell) box.placeholder = prompt;
	else box.prompt = prompt;
	box.buttons = button ? [button] : [];
	const validate = () => {
		const problem = check(box.value);
		box.validationMessage =
			problem ?? (tell && { message: tell(box.value), severity: vscode.InputBoxValidationSeverity.Info });
		return problem === undefined ? { value: box.value.trim() } : undefined;
	};
	box.onDidChangeValue(validate);
	if (tell) validate();
	let away = false;
	box.onDidTriggerButton(async (pressed) => {
		if (!button || pressed !== button) return;
		// The dialog takes the place of the box, which hides; that is not yet the user's leaving.
		away = true;
		const chosen = await button.run().catch(() => undefined);
		away = false;
		if (chosen !== undefined) box.value = chosen;
		box.show();
		validate();
	});
	return shown(box, title, place, validate, () => away);
}

/** Shows an input until it is taken, left or gone back from. */
function shown<Value>(
	input: vscode.QuickPick<Item<unknown>> | vscode.InputBox,
	title: string,
	place: Place,
	take: () => { readonly value: Value } | undefined,
	away: () => boolean = () => false,
): Promise<Answer<Value>> {
	input.title = title;
	input.step = place.step;
	input.totalSteps = place.totalSteps;
	input.ignoreFocusOut = true;
	if (place.canGoBack) input.buttons = [vscode.QuickInputButtons.Back, ...input.buttons];
	return new Promise<Answer<Value>>((resolve) => {
		input.onDidTriggerButton((button) => {
			if (button === vscode.QuickInputButtons.Back) resolve(BACK);
		});
		input.onDidAccept(() => {
			const taken = take();
			if (taken) resolve(taken.value);
		});
		input.onDidHide(() => {
			if (!away()) resolve(undefined);
		});
		input.show();
	}).finally(() => input.dispose());
}

function itemOf<Value>(choice: Choice<Value>): Item<Value> {
	const { label, description, problem } = choice;
	return problem === undefined
		? { label, description, choice }
		: { label: `$(circle-slash) ${label}`, detail: problem, choice };
}
