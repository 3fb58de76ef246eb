/**
 * Conformance suites for `@atc` plugins: each is data, so any test runner can register it in three lines.
 *
 * @packageDocumentation
 */
export * from "./array-store-cases.ts";
export * from "./block-codec-cases.ts";
export * from "./byte-store-cases.ts";
export * from "./codec-cases.ts";
export type { ConformanceCase } from "./conformance-case.ts";
export * from "./data-source-cases.ts";
export * from "./executor-cases.ts";
export * from "./filter-cases.ts";
export * from "./indicator-cases.ts";
export * from "./table-writer-cases.ts";
