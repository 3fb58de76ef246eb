import { type BacktestValidation, validate } from "../validate/validate.ts";
import type { ValidateOptions } from "../validate/validation-options.ts";
import { openRuntime, type RuntimeOptions } from "../wiring/runtime.ts";

/** The configuration of `validateFile`, how it reads the file, and how it judges. */
export interface ValidateFileOptions extends RuntimeOptions, ValidateOptions {}

/**
 * Judges a backtest of a file or a dataset in one call: reads the configuration, ingests the file unless its dataset is
 * up to date, backtests it and tests the result.
 *
 * @throws what `openRuntime` and `validate` throw
 */
export async function validateFile(data: string, options: ValidateFileOptions = {}): Promise<BacktestValidation> {
  await using runtime = await openRuntime(options);
  return await validate(runtime, data, options);
}
