import type { Strategy } from "@atc/contract";
import cross from "./built-in/cross.ts";
import donchian from "./built-in/donchian.ts";
import hold from "./built-in/hold.ts";
import momentum from "./built-in/momentum.ts";
import rsi from "./built-in/rsi.ts";

/**
 * The built-in strategies besides ATC and `columns`, which depend on more than their parameters. A configuration names
 * them under `strategy`.
 */
export const builtInStrategies: readonly Strategy[] = Object.freeze([hold, cross, donchian, rsi, momentum]);
