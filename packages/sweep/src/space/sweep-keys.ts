import {
  averageKinds,
  backtestParameters,
  nearest,
  type Parameter,
  type Strategy,
  type StrategyParameter,
  signalParameters,
} from "@atc/contract";
import { ownMember } from "@atc/plugin-kit";
import type { KnownKey } from "../expression/compile-tree.ts";

/** The part of a configuration that a key belongs to. */
export type KeyPart = "signals" | "backtest" | "parameters";

/** A key that an axis can vary. */
export interface SweepKey {
  /** Its name; that of a parameter of the strategy begins with `parameters.`. */
  readonly name: string;
  /** The name of the member. */
  readonly member: string;
  /** The part of a configuration that it belongs to. */
  readonly part: KeyPart;
  /** What it accepts. */
  readonly parameter: Parameter;
}

/** The keys of a sweep. */
export interface SweepKeys {
  /** All keys, those of ATC first. */
  readonly all: readonly SweepKey[];
  /** A key by one of its spellings. */
  find(written: string): SweepKey | undefined;
  /** Why there is no such key. */
  unknown(written: string): string;
  /** The keys as an expression knows them, by every spelling. */
  readonly known: ReadonlyMap<string, KnownKey>;
  /** Why an expression has no such key, if it is more than a mistyped one. */
  hint(written: string): string | undefined;
}

/** The six length keys, which `lengths` ties. */
export const lengthKeys: readonly string[] = averageKinds.map((kind) => `${kind}Length`);

const prefix = "parameters.";

function tableKeys(part: KeyPart, table: Readonly<Record<string, Parameter>>): readonly SweepKey[] {
  return Object.entries(table).map(([name, parameter]) => ({ name, member: name, part, parameter }));
}

/** The keys of ATC and of the simulation. */
export const keysOfTable: readonly SweepKey[] = [
  ...tableKeys("signals", signalParameters),
  ...tableKeys("backtest", backtestParameters),
];

function strategyKey([name, parameter]: [string, StrategyParameter]): SweepKey {
  return { name: prefix + name, member: name, part: "parameters", parameter: { ...parameter, pythonNames: [] } };
}

function knownKey({ name, parameter }: SweepKey): KnownKey {
  const { kind, values } = parameter;
  if (kind === "number" || kind === "integer") return { name, kind: "number" };
  if (kind === "boolean") return { name, kind };
  const words = kind === "text" ? undefined : values;
  return { name, kind: "text", values: words };
}

/** The keys of the table, and the parameters of a strategy. */
export function sweepKeys(strategy: Strategy | undefined): SweepKeys {
  const parameters = strategy?.parameters ?? {};
  const all = [...keysOfTable, ...Object.entries(parameters).map(strategyKey)];
  const spellings = new Map(
    all.flatMap((key) =>
      [key.name, ...key.parameter.pythonNames].map((spelling): [string, SweepKey] => [spelling, key]),
    ),
  );

  function hint(written: string): string | undefined {
    if (written === "lengths")
      return '"lengths" is not a key; give one length a range, such as emaLength=10..60:5, and tie the others with --tie lengths';
    if (ownMember(parameters, written) !== undefined)
      return `"${written}" is a parameter of the strategy "${strategy?.name}"; write ${prefix}${written}`;
    if (!written.startsWith(prefix) || Object.keys(parameters).length > 0) return undefined;
    return strategy === undefined
      ? `"${written}": ATC has no parameters; its keys have names such as emaLength`
      : `"${written}": the strategy "${strategy.name}" has no parameters`;
  }

  return {
    all,
    find: (written) => spellings.get(written),
    unknown(written) {
      const meant = nearest(written, spellings.keys());
      return (
        hint(written) ??
        `there is no key "${written}" to sweep; ${meant === undefined ? "give one such as emaLength, stopLoss or feeBps" : `did you mean "${meant}"?`}`
      );
    },
    known: new Map(Array.from(spellings, ([spelling, key]): [string, KnownKey] => [spelling, knownKey(key)])),
    hint,
  };
}

/** Whether a parameter of a strategy has the name of a key of the table, so that they could be confused. */
export function isNameOfTable({ part, member }: SweepKey): boolean {
  return (
    part === "parameters" &&
    keysOfTable.some(({ name, parameter }) => [name, ...parameter.pythonNames].includes(member))
  );
}
