import { createRequire } from "node:module";

const manifest = createRequire(import.meta.url)("@atc/runtime/package.json") as { readonly version: string };

/** The version of this package; `atc --version` prints it. */
export const version: string = manifest.version;
