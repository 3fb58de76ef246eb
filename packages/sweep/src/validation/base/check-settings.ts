import { AtcError, type JsonObject } from "@atc/contract";

/** The ATC_INVALID_CONFIG for a setting of a validation: its name, what is wrong, what to do. */
export function invalidSetting(name: string, what: string): AtcError<"ATC_INVALID_CONFIG"> {
  return new AtcError("ATC_INVALID_CONFIG", `${name}: ${what}`, {
    details: { faults: [{ path: name, allowed: what }] },
  });
}

/** The ATC_INVALID_ARGUMENT for data of a validation. */
export function invalidInput(what: string, details: JsonObject = {}): AtcError<"ATC_INVALID_ARGUMENT"> {
  return new AtcError("ATC_INVALID_ARGUMENT", what, { details });
}

/** Throws ATC_INVALID_CONFIG for a setting that is not an integer from `least` to `most`, both inclusive. */
export function checkInteger(name: string, value: number, least: number, most: number = Number.MAX_SAFE_INTEGER): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  const range = most === Number.MAX_SAFE_INTEGER ? `of ${least} or more` : `from ${least} to ${most}`;
  throw invalidSetting(name, `${name} is ${value}; give an integer ${range}`);
}

/** Throws ATC_INVALID_CONFIG for a seed or a number of samples out of range. */
export function checkSampling(seed: number, samples: number): void {
  checkInteger("seed", seed, 0);
  checkInteger("samples", samples, 1);
}
