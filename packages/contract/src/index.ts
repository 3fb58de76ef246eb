/**
 * Interfaces, plugin manifests and errors that every `@atc/*` package shares. Performs no I/O and depends on nothing.
 *
 * @packageDocumentation
 */
export * from "./backtest-config.ts";
export * from "./byte-store.ts";
export * from "./codec.ts";
export * from "./column.ts";
export * from "./data-source.ts";
export * from "./dataset.ts";
export * from "./error.ts";
export * from "./executor.ts";
export * from "./indicator.ts";
export * from "./json.ts";
export * from "./nearest.ts";
export * from "./own-member.ts";
export * from "./plugin.ts";
export * from "./printable-text.ts";
export * from "./progress.ts";
export * from "./signal-config.ts";
export * from "./source-input.ts";
export * from "./system-error.ts";
export * from "./table-writer.ts";
