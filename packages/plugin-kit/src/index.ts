/**
 * What implementations of the contract share: chunk builder, column names, times, file states, kernels, progress.
 *
 * @packageDocumentation
 */

export * from "./chunks/allocate.ts";
export * from "./chunks/chunk-builder.ts";
export * from "./chunks/column-hash.ts";
export * from "./chunks/text-dictionary.ts";
export * from "./codecs/decode-target.ts";
export * from "./codecs/kernel-choice.ts";
export * from "./codecs/kernel-module.ts";
export * from "./files/dataset-content.ts";
export * from "./files/durable-files.ts";
export * from "./files/file-moving.ts";
export * from "./files/file-state.ts";
export * from "./files/flat-table.ts";
export * from "./files/folder-making.ts";
export { type IssuedNames, issuedNames } from "./files/issued-names.ts";
export * from "./parameters/backtest-rules.ts";
export * from "./parameters/byte-size.ts";
export * from "./parameters/invalid-option.ts";
export * from "./parameters/own-member.ts";
export * from "./parameters/parameter-check.ts";
export * from "./parameters/signal-lengths.ts";
export * from "./parameters/strategy-check.ts";
export * from "./parameters/strategy-parameters.ts";
export * from "./processes/process-identity.ts";
export { PassingFault } from "./requests/passing-fault.ts";
export { rangeHeader } from "./requests/range-header.ts";
export { type RequestPatience, repeatedRequest } from "./requests/repeated-request.ts";
export { type HttpAnswer, type HttpRequest, type RequestBounds, sendRequest } from "./requests/send-request.ts";
export * from "./sources/adjusted-source.ts";
export * from "./sources/column-aliases.ts";
export * from "./sources/column-names.ts";
export * from "./sources/file-symbol.ts";
export * from "./sources/join-sources.ts";
export { type ClockSearch, clockCandidates, type LikelyClock, likelyClock } from "./sources/likely-clock.ts";
export { misspeltNotes } from "./sources/misspelt-names.ts";
export { isAdjustedClose } from "./sources/price-adjustment.ts";
export * from "./sources/quote-columns.ts";
export * from "./sources/reading-notes.ts";
export * from "./sources/source-frame.ts";
export * from "./sources/source-options.ts";
export * from "./sources/source-overlaps.ts";
export * from "./tasks/pacer.ts";
export * from "./tasks/portable-error.ts";
export * from "./text/ascii.ts";
export * from "./text/printable-text.ts";
export * from "./time/detect-times.ts";
export { epochReader } from "./time/epoch-reader.ts";
export * from "./time/epoch-unit.ts";
export * from "./time/first-row-from.ts";
export * from "./time/inferred-time.ts";
export * from "./time/iso-reader.ts";
export * from "./time/local-time.ts";
export * from "./time/local-times-to-utc.ts";
export * from "./time/loose-reader.ts";
export * from "./time/number-form.ts";
export * from "./time/number-times.ts";
export * from "./time/time-advice.ts";
export * from "./time/time-layout.ts";
export * from "./time/time-reader.ts";
export { isClockText, isMissing, longestMissing } from "./time/time-samples.ts";
export * from "./time/time-tally.ts";
export * from "./time/time-unit.ts";
export * from "./time/timespec.ts";
export * from "./time/whole-text-reader.ts";
