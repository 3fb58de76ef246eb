/**
 * Tests whether a backtest is more than luck. It is an entry of its own, so that other programs do not load its
 * modules.
 *
 * @packageDocumentation
 */

export type { CostSensitivity, LuckTest, RandomEntries, ReturnBootstrap, TradePaths } from "@atc/sweep";
export { type ValidateFileOptions, validateFile } from "./calls/validate-file.ts";
export type { BacktestTests, TestSeconds } from "./validate/backtest-tests.ts";
export {
  type BacktestValidation,
  type OpenValidation,
  openValidation,
  type ValidationVerdict,
  validate,
} from "./validate/validate.ts";
export type { LuckOptions, ValidateOptions } from "./validate/validation-options.ts";
