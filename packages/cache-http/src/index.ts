/**
 * Serves files and byte stores over HTTP, and reads them as a byte store.
 *
 * @packageDocumentation
 */
export { type HttpStore, httpStore } from "./client/http-store.ts";
export type { HttpStoreOptions } from "./client/options.ts";
export { plugins as default } from "./plugin.ts";
export type { OpenValue, PutValue, ServedArea, Span } from "./server/area.ts";
export { type FileAreaOptions, fileArea } from "./server/file-area.ts";
export { type AreaServer, type ServedRequest, type ServeOptions, serveAreas } from "./server/serve-areas.ts";
export { type StoreAreaOptions, storeArea } from "./server/store-area.ts";
