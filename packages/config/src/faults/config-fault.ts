import type { JsonValue } from "@atc/contract";
import { AtcError } from "@atc/contract";

/** A fault of a configuration. `details.faults` of an ATC_INVALID_CONFIG lists them. */
export type ConfigFault = {
  /** The key as written, with the index in a list: `fee_bps`, `plugins[1]`. Empty for a fault of the whole file. */
  readonly path: string;
  /** The key's name, if it is known: `feeBps`. */
  readonly key?: string;
  /** The origin of the key: `object`, `/home/me/atc.yaml:3`, `ATC_FEE_BPS`, `--fee-bps`. */
  readonly origin: string;
  /** The value as given, before any conversion. Values that JSON cannot hold are text. */
  readonly value: JsonValue;
  /** What is accepted. */
  readonly allowed: string;
  /** The key or word that was probably meant. */
  readonly nearest?: string;
};

/** Converts a value to JSON; NaN, dates, functions and the like become text. */
export function jsonValue(value: unknown): JsonValue {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  try {
    const text: string | undefined = JSON.stringify(value);
    return text === undefined ? typeof value : (JSON.parse(text) as JsonValue);
  } catch {
    return typeof value;
  }
}

const shown = 60;

/** A value for a message: text in double quotes, cut to 60 characters. */
function valueText(value: unknown): string {
  const text = typeof value === "number" ? String(value) : JSON.stringify(jsonValue(value));
  return text.length > shown ? `${text.slice(0, shown)}...` : text;
}

function faultText({ path, origin, value, allowed, nearest }: ConfigFault): string {
  const what = path === "" ? "" : `"${path}" = ${valueText(value)}`;
  const where = path === "" ? origin : ` (${origin})`;
  return `${what}${where}: ${allowed}${nearest === undefined ? "" : `; did you mean "${nearest}"?`}`;
}

/** The one error for every fault of a configuration. */
export function invalidConfig(faults: readonly ConfigFault[], cause?: unknown): AtcError {
  const texts = faults.map((fault) => faultText(fault));
  const message =
    texts.length === 1
      ? `the configuration is invalid: ${texts[0]}`
      : `the configuration has ${texts.length} faults:\n${texts.map((text) => `  ${text}`).join("\n")}`;
  return new AtcError("ATC_INVALID_CONFIG", message, { cause, details: { faults } });
}
