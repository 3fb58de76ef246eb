import type { Plugin } from "@atc/contract";
import { numeric } from "./numeric.ts";
import { numericFilter } from "./transform/numeric-filter.ts";

const codec: Plugin<"codec", unknown> = { kind: "codec", name: "numeric", create: () => numeric() };
const filter: Plugin<"filter", unknown> = { kind: "filter", name: "numeric", create: () => numericFilter() };

/** The codec `numeric` and the filter `numeric`, which take no options. */
export const plugins: readonly Plugin[] = [codec, filter];
