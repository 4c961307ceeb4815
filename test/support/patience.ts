/** How long one step of the workbench may take, in milliseconds: generous, as test machines are shared. */
export const PATIENCE_MS = 60_000;
