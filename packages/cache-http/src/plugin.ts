import type { Plugin } from "@atc/contract";
import { httpStore } from "./client/http-store.ts";
import type { HttpStoreOptions } from "./client/options.ts";

const http: Plugin<"byte-store", HttpStoreOptions> = { kind: "byte-store", name: "http", create: httpStore };

/** The byte store `http`, which takes {@link HttpStoreOptions}. */
export const plugins: readonly Plugin[] = [http];
