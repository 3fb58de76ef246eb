/**
 * Interfaces, plugin manifests and errors that every `@atc/*` package shares. Performs no I/O and depends on nothing.
 *
 * @packageDocumentation
 */
export * from "./backtest-config.ts";
export * from "./byte-store.ts";
export * from "./chunk-builder.ts";
export * from "./codec.ts";
export * from "./column.ts";
export * from "./column-hash.ts";
export * from "./column-names.ts";
export * from "./data-source.ts";
export * from "./dataset.ts";
export * from "./dataset-content.ts";
export * from "./decode-target.ts";
export * from "./epoch-time.ts";
export * from "./error.ts";
export * from "./executor.ts";
export * from "./file-state.ts";
export * from "./file-symbol.ts";
export * from "./flat-table.ts";
export * from "./folder-making.ts";
export * from "./indicator.ts";
export * from "./join-sources.ts";
export * from "./json.ts";
export * from "./kernel-module.ts";
export * from "./local-time.ts";
export * from "./nearest.ts";
export * from "./own-member.ts";
export * from "./plugin.ts";
export * from "./portable-error.ts";
export * from "./printable-text.ts";
export * from "./progress.ts";
export * from "./signal-config.ts";
export * from "./source-frame.ts";
export * from "./source-input.ts";
export * from "./source-options.ts";
export * from "./source-overlaps.ts";
export * from "./system-error.ts";
export * from "./table-writer.ts";
export * from "./text-dictionary.ts";
