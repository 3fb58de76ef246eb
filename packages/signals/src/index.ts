/**
 * Adaptive Trend Classification: one trend signal in [-1, 1] from six kinds of moving average at nine lengths each, in
 * batch or bar by bar.
 *
 * @packageDocumentation
 */

export type { SignalDiagnostics, SignalWarning } from "./base/diagnostics.ts";
export type { KernelName, LengthWeight } from "./base/kernel.ts";
export { columnNames, type SignalOutput, signalOutputs } from "./base/signal-output.ts";
export { validateSignalConfig } from "./base/validate-config.ts";
export { signalsVersion } from "./base/version.ts";
export { longestWarmup } from "./base/warmup.ts";
export { computeMany } from "./many/compute-many.ts";
export type { SignalGraphDescription } from "./many/describe-plan.ts";
export type { DirectionMatrix } from "./many/direction-matrix.ts";
export { createManyStream, type ManyBlock, type ManyOptions, type ManyStream } from "./many/many-stream.ts";
export {
  createSignalGraph,
  type DirectionRows,
  type SignalGraph,
  type SignalGraphOptions,
} from "./many/signal-graph.ts";
export { type Calibration, calibrate } from "./stream/calibrate.ts";
export { compute, type SignalResult } from "./stream/compute.ts";
export type { DirectionChange, PriceBar, SignalOptions, SignalStream, SignalTargets } from "./stream/signal-stream.ts";
export type { SignalStreams, StreamsOptions } from "./stream/signal-streams.ts";
export { createStream } from "./stream/stream.ts";
export { createStreams } from "./stream/streams.ts";
