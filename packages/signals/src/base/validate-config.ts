import type { AverageKind, JsonValue, SignalConfig } from "@atc/contract";
import { AtcError, averageKinds, lengthOffsets, nearest, signalDefaults, smallestLength } from "@atc/contract";

/** An invalid member of a configuration. */
interface ConfigFault {
  readonly path: string;
  readonly value: string;
  readonly allowed: string;
}

interface Rule {
  readonly allowed: string;
  readonly holds: (value: unknown) => boolean;
}

/** Nine windows of this length for each of six kinds take half a gigabyte. */
const longestBaseLength = 1_000_000;

function finite(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function oneOf(...words: readonly string[]): Rule {
  return {
    allowed: words.map((word) => `"${word}"`).join(", "),
    holds: (value) => typeof value === "string" && words.includes(value),
  };
}

const baseLength: Rule = {
  allowed: `a whole number of bars, 1 to ${longestBaseLength}`,
  holds: (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= longestBaseLength,
};
const weight: Rule = { allowed: "a finite number above 0", holds: (value) => finite(value) && value > 0 };
const threshold: Rule = { allowed: "a finite number", holds: finite };

function isBarCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

const rules: Readonly<Record<keyof SignalConfig, Rule>> = {
  emaLength: baseLength,
  hmaLength: baseLength,
  wmaLength: baseLength,
  demaLength: baseLength,
  lsmaLength: baseLength,
  kamaLength: baseLength,
  emaWeight: weight,
  hmaWeight: weight,
  wmaWeight: weight,
  demaWeight: weight,
  lsmaWeight: weight,
  kamaWeight: weight,
  robustness: oneOf("Narrow", "Medium", "Wide"),
  lambda: { allowed: "a finite number, 0 or more", holds: (value) => finite(value) && value >= 0 },
  decay: { allowed: "a percentage, 0 to 100", holds: (value) => finite(value) && value >= 0 && value <= 100 },
  cutout: { allowed: "a whole number of bars, 0 or more", holds: isBarCount },
  growthCap: {
    allowed: 'a whole number of bars, 0 or more, or "none"',
    holds: (value) => value === "none" || isBarCount(value),
  },
  longThreshold: threshold,
  shortThreshold: threshold,
  strategyMode: { allowed: "true or false", holds: (value) => typeof value === "boolean" },
  calculationSource: oneOf("open", "high", "low", "close"),
  precision: oneOf("float64", "float32"),
  dialect: oneOf("lts", "tradingview"),
  hma: oneOf("hull", "sma"),
};

function isMember(name: string): name is keyof SignalConfig {
  return Object.hasOwn(rules, name);
}

function memberFaults(config: Readonly<Record<string, unknown>>): ConfigFault[] {
  const faults: ConfigFault[] = [];
  for (const [path, value] of Object.entries(config)) {
    if (!isMember(path)) {
      const meant = nearest(path, Object.keys(rules));
      faults.push({
        path,
        value: String(value),
        allowed: meant === undefined ? "no such member" : `did you mean "${meant}"`,
      });
    } else if (!rules[path].holds(value)) {
      faults.push({ path, value: String(value), allowed: rules[path].allowed });
    }
  }
  return faults;
}

function lengthFault(kind: AverageKind, config: SignalConfig): ConfigFault | undefined {
  const base = config[`${kind}Length`];
  const offset = Math.max(...lengthOffsets[config.robustness]);
  const smallest = smallestLength[kind] + offset;
  if (base >= smallest) return undefined;
  const allowed = `${smallest} or more: robustness "${config.robustness}" takes up to ${offset} bars off the base length, and ${kind.toUpperCase()} needs ${smallestLength[kind]}`;
  return { path: `${kind}Length`, value: String(base), allowed };
}

function relationFaults(config: SignalConfig): ConfigFault[] {
  const faults: ConfigFault[] = [];
  for (const kind of averageKinds) {
    const fault = lengthFault(kind, config);
    if (fault !== undefined) faults.push(fault);
  }
  if (config.longThreshold <= config.shortThreshold) {
    const allowed = `a number above shortThreshold, which is ${config.shortThreshold}`;
    faults.push({ path: "longThreshold", value: String(config.longThreshold), allowed });
  }
  return faults;
}

export function configError(faults: readonly ConfigFault[]): AtcError {
  const lines = faults.map(({ path, value, allowed }) => `${path} is "${value}", allowed: ${allowed}`);
  const listed: JsonValue = faults.map(({ path, value, allowed }) => ({ path, value, allowed }));
  const count = faults.length === 1 ? "a fault" : `${faults.length} faults`;
  return new AtcError("ATC_INVALID_CONFIG", `the signal configuration has ${count}: ${lines.join("; ")}`, {
    details: { faults: listed },
  });
}

/**
 * The configuration with every absent (or undefined) member at its default.
 *
 * @throws ATC_INVALID_CONFIG if a member is unknown or out of its range, if a base length makes a derived length too
 * short, or if the long threshold is not above the short one. `details.faults` lists each fault with `path`,
 * `value` and `allowed`, all strings.
 */
export function validateSignalConfig(config: Partial<SignalConfig> = {}): SignalConfig {
  const given = Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
  const faults = memberFaults(given);
  if (faults.length > 0) throw configError(faults);
  const whole: SignalConfig = { ...signalDefaults, ...given };
  const relations = relationFaults(whole);
  if (relations.length > 0) throw configError(relations);
  return whole;
}
