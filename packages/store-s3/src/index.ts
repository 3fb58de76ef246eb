/**
 * Keeps the values of a byte store in a bucket of S3 or of a compatible service.
 *
 * @packageDocumentation
 */
export type { S3StoreOptions } from "./options.ts";
export { plugins as default } from "./plugin.ts";
export { type S3Store, s3Store } from "./s3-store.ts";
