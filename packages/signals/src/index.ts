/**
 * Adaptive Trend Classification: one trend signal in [-1, 1] from six kinds of moving average at nine lengths each, in batch and bar by bar.
 *
 * @packageDocumentation
 */
export { type Calibration, calibrate } from "./calibrate.ts";
export { compute, type SignalResult } from "./compute.ts";
export { computeMany } from "./compute-many.ts";
export { createManyStream, type ManyBlock, type ManyOptions, type ManyStream } from "./compute-many-stream.ts";
export type { SignalDiagnostics, SignalWarning } from "./diagnostics.ts";
export type { KernelName, LengthWeight } from "./kernel.ts";
export { columnNames, type SignalOutput, signalOutputs } from "./signal-output.ts";
export type { DirectionChange, PriceBar, SignalOptions, SignalStream, SignalTargets } from "./signal-stream.ts";
export { createStream } from "./stream.ts";
export { validateSignalConfig } from "./validate-config.ts";
export { signalsVersion } from "./version.ts";
export { longestWarmup } from "./warmup.ts";
