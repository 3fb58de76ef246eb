import type { ConfigKey } from "../keys/config-key.ts";
import { decimalOf } from "./decimal.ts";
import { sharesOf } from "./shares-text.ts";
import { valuesOf } from "./values-text.ts";

const yes = /^(?:true|yes|on|y|t|1)$/i;
const no = /^(?:false|no|off|n|f|0)$/i;

/** A value as a boolean, if it is one in any layer's way of writing; else the value itself. */
export function booleanOf(value: unknown): unknown {
  if (value === 0 || value === 1) return value === 1;
  if (typeof value !== "string") return value;
  const text = value.trim();
  if (yes.test(text)) return true;
  return no.test(text) ? false : text;
}

/**
 * Parses text as a value of `key`: numbers, yes and no, lists separated by commas, shares by symbol, `none` in any
 * case. Other text is returned unchanged.
 */
function textValue(key: ConfigKey, raw: string): unknown {
  const text = raw.trim();
  if (key.acceptsNone && /^none$/i.test(text)) return "none";
  switch (key.kind) {
    case "integer":
    case "number":
      return decimalOf(text) ?? raw;
    case "boolean":
      return booleanOf(text);
    case "list":
      return text
        .split(",")
        .map((item) => item.trim())
        .filter((item) => item !== "");
    case "shares":
      return key.values?.includes(text) === true ? text : (sharesOf(text) ?? text);
    case "values":
      return valuesOf(text) ?? text;
    default:
      return text;
  }
}

/** Shares by symbol with numbers in place of the texts that hold some; another value unchanged. */
function sharesValue(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const shares = Object.entries(value).map(([symbol, share]: [string, unknown]) => {
    return [symbol, typeof share === "string" ? (decimalOf(share) ?? share) : share];
  });
  return Object.freeze(Object.fromEntries(shares));
}

/**
 * Converts a value of any layer to the kind of `key`. The environment and the command line have only text, and YAML
 * 1.1, which Python reads, gives `yes`, `on` and `1_000` other types. So all layers are read in the same lenient way.
 */
export function settingValue(key: ConfigKey, value: unknown): unknown {
  if (typeof value === "string") return textValue(key, value);
  if (key.kind === "shares") return sharesValue(value);
  if (key.kind === "values" && typeof value === "object" && value !== null && !Array.isArray(value))
    return Object.freeze({ ...value });
  return key.kind === "boolean" ? booleanOf(value) : value;
}
