import { createHash } from "node:crypto";
import { backtestDefaults, signalDefaults } from "@atc/contract";
import type { SweepConfiguration } from "@atc/sweep";

/** 128 bits that identify a configuration. */
export interface ConfigurationDigest {
  readonly high: bigint;
  readonly low: bigint;
}

const defaults: Readonly<Record<keyof SweepConfiguration, Readonly<Record<string, unknown>>>> = {
  signals: { ...signalDefaults },
  backtest: { ...backtestDefaults },
  parameters: {},
};

/** A hash of the defaults, which digests leave out. */
export const defaultsDigest: string = createHash("sha256").update(JSON.stringify(defaults)).digest("hex");

interface Member {
  readonly part: keyof SweepConfiguration;
  readonly name: string;
}

function memberOf(configuration: SweepConfiguration, { part, name }: Member): unknown {
  return (configuration[part] as unknown as Readonly<Record<string, unknown>>)[name];
}

function membersOf(configuration: SweepConfiguration): readonly Member[] {
  return (["signals", "backtest", "parameters"] as const).flatMap((part) =>
    Object.keys(configuration[part])
      .sort((a, b) => (a < b ? -1 : 1))
      .map((name) => ({ part, name })),
  );
}

/**
 * Makes the digests of configurations that differ from one of them in some keys only. A key with its default adds
 * nothing, so sweeps over other keys find the same configurations.
 *
 * @param base - one of the configurations
 * @param varied - the names of the keys in which the others differ; of a parameter, `parameters.NAME`
 */
export function configurationDigests(
  base: SweepConfiguration,
  varied: ReadonlySet<string>,
): (configuration: SweepConfiguration, end: number | undefined) => ConfigurationDigest {
  const isVaried = ({ part, name }: Member): boolean => varied.has(part === "parameters" ? `parameters.${name}` : name);
  const isDefault = (member: Member, value: unknown): boolean =>
    JSON.stringify(value) === JSON.stringify(defaults[member.part][member.name]);
  const members = membersOf(base).filter((member) => isVaried(member) || !isDefault(member, memberOf(base, member)));
  return (configuration, end) => {
    const values: unknown[] = [];
    for (const member of members) {
      const value = memberOf(configuration, member);
      if (!isDefault(member, value)) values.push([member.part, member.name, value ?? null]);
    }
    const bytes = createHash("sha256")
      .update(JSON.stringify(end === undefined ? values : [values, end]))
      .digest();
    return { high: bytes.readBigInt64LE(0), low: bytes.readBigInt64LE(8) };
  };
}
