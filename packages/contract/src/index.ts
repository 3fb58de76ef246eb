/**
 * Interfaces, plugin manifests and errors that every `@atc/*` package shares. Performs no I/O and depends on nothing.
 *
 * @packageDocumentation
 */
export * from "./config/account-config.ts";
export * from "./config/backtest-config.ts";
export * from "./config/cost-config.ts";
export * from "./config/exit-config.ts";
export * from "./config/order-config.ts";
export * from "./config/parameter.ts";
export * from "./config/position-config.ts";
export * from "./config/signal-config.ts";
export * from "./config/statistics-config.ts";
export * from "./data/column.ts";
export * from "./data/json.ts";
export * from "./data/progress.ts";
export * from "./errors/error.ts";
export * from "./errors/nearest.ts";
export * from "./errors/system-error.ts";
export * from "./plugins/byte-store.ts";
export * from "./plugins/codec.ts";
export * from "./plugins/data-source.ts";
export * from "./plugins/dataset.ts";
export * from "./plugins/executor.ts";
export * from "./plugins/indicator.ts";
export * from "./plugins/longer-bars.ts";
export * from "./plugins/market.ts";
export * from "./plugins/plugin.ts";
export * from "./plugins/source-input.ts";
export * from "./plugins/strategy.ts";
export * from "./plugins/table-reader.ts";
export * from "./plugins/table-writer.ts";
export * from "./plugins/tallies.ts";
export * from "./plugins/task-queue.ts";
export * from "./plugins/task-runner.ts";
