import type { SweepConfiguration } from "@atc/sweep";

/** The parts of a configuration. */
const parts = ["signals", "backtest", "parameters"] as const;

type Part = (typeof parts)[number];

/** A key in which configurations differ. */
interface VariedKey {
  readonly part: Part;
  readonly name: string;
}

/** Configurations as one of them, and the values in which the others differ, because a copy of all keys takes long. */
export interface PackedConfigurations {
  readonly base: SweepConfiguration;
  readonly keys: readonly VariedKey[];
  /** A value per key for each configuration. */
  readonly values: readonly (readonly unknown[])[];
}

function memberOf(configuration: SweepConfiguration, { part, name }: VariedKey): unknown {
  return (configuration[part] as unknown as Readonly<Record<string, unknown>>)[name];
}

/** The keys in which any configuration differs from the first. */
function variedKeys(configurations: readonly SweepConfiguration[], base: SweepConfiguration): readonly VariedKey[] {
  return parts.flatMap((part) =>
    Object.keys(base[part])
      .map((name) => ({ part, name }))
      .filter((key) => configurations.some((one) => memberOf(one, key) !== memberOf(base, key))),
  );
}

/** Packs one or more configurations with the same keys. */
export function packConfigurations(configurations: readonly SweepConfiguration[]): PackedConfigurations {
  const [base] = configurations;
  if (base === undefined) throw new RangeError("there are no configurations");
  const keys = variedKeys(configurations, base);
  return { base, keys, values: configurations.map((one) => keys.map((key) => memberOf(one, key))) };
}

/** Inverts {@link packConfigurations}. */
export function unpackConfigurations({ base, keys, values }: PackedConfigurations): readonly SweepConfiguration[] {
  const used = parts.filter((part) => keys.some((key) => key.part === part));
  return values.map((row) => {
    const copy: Record<Part, Record<string, unknown>> = { ...base } as never;
    for (const part of used) copy[part] = { ...base[part] };
    for (const [i, { part, name }] of keys.entries()) copy[part][name] = row[i];
    return copy as unknown as SweepConfiguration;
  });
}
