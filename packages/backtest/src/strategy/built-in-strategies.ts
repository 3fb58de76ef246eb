import type { Strategy } from "@atc/contract";

/**
 * The built-in strategies besides ATC and `columns`, which depend on more than their parameters. A configuration names
 * them under `strategy`.
 */
export const builtInStrategies: readonly Strategy[] = Object.freeze([]);
