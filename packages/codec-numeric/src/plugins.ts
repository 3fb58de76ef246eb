import type { Plugin } from "@atc/contract";
import { numeric } from "./numeric.ts";

const codec: Plugin<"codec", unknown> = { kind: "codec", name: "numeric", create: () => numeric() };

/** The codec `numeric`, which takes no options. */
export const plugins: readonly Plugin[] = [codec];
