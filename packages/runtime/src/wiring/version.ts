import { createRequire } from "node:module";

const manifest = createRequire(import.meta.url)("../../package.json") as { readonly version: string };

/** The version of this package, which the command tells too. */
export const version: string = manifest.version;
