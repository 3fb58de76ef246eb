import type { Plugin } from "@atc/contract";
import type { S3StoreOptions } from "./options.ts";
import { s3Store } from "./s3-store.ts";

const s3: Plugin<"byte-store", S3StoreOptions> = { kind: "byte-store", name: "s3", create: s3Store };

/** The byte store `s3`, which takes {@link S3StoreOptions}. */
export const plugins: readonly Plugin[] = [s3];
