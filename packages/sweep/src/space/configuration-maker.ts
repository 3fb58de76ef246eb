import { validateBacktestConfig } from "@atc/backtest";
import type { BacktestConfig, SignalConfig, StrategyParameterValue } from "@atc/contract";
import { strategyValues } from "@atc/plugin-kit";
import { validateSignalConfig } from "@atc/signals";
import type { Axis, AxisValue } from "./axis.ts";
import type { SpaceOptions, SweepConfiguration } from "./space.ts";
import type { KeyPart, SweepKeys } from "./sweep-keys.ts";

type Members = Readonly<Record<string, AxisValue | undefined>>;

/** The members that all configurations of a space have, by part. */
export interface BaseMembers {
  readonly signals: Readonly<Record<string, unknown>>;
  readonly backtest: Readonly<Record<string, unknown>>;
  readonly parameters: Readonly<Record<string, StrategyParameterValue>>;
}

/** A member that an axis sets. */
interface Place {
  readonly member: string;
  readonly axis: number;
}

/** Makes configurations from a value per axis. */
export type ConfigurationMaker = (values: readonly AxisValue[]) => SweepConfiguration;

/** Makes the configurations of axes over a base. */
export function configurationMaker(
  axes: readonly Axis[],
  base: BaseMembers,
  keys: SweepKeys,
  { strategy }: SpaceOptions,
): ConfigurationMaker {
  const places: Readonly<Record<KeyPart, Place[]>> = { signals: [], backtest: [], parameters: [] };
  for (const [axis, { keys: names }] of axes.entries())
    for (const name of names) {
      const key = keys.find(name);
      if (key !== undefined) places[key.part].push({ member: key.member, axis });
    }
  const varied = (part: KeyPart, values: readonly AxisValue[]): Members =>
    Object.fromEntries(places[part].map(({ member, axis }) => [member, values[axis]]));

  /** Makes a part; once for all configurations if no axis varies it. */
  function maker<Part>(part: KeyPart, make: (members: Members) => Part): (values: readonly AxisValue[]) => Part {
    if (places[part].length > 0) return (values) => make(varied(part, values));
    let made: Part | undefined;
    return () => {
      made ??= make({});
      return made;
    };
  }

  const signals = maker("signals", (members): SignalConfig => validateSignalConfig({ ...base.signals, ...members }));
  const backtest = maker(
    "backtest",
    (members): BacktestConfig => validateBacktestConfig({ ...base.backtest, ...members } as Partial<BacktestConfig>),
  );
  const parameters = maker("parameters", (members): SweepConfiguration["parameters"] =>
    strategy === undefined ? {} : strategyValues(strategy, { ...base.parameters, ...members }),
  );
  return (values) => ({ signals: signals(values), backtest: backtest(values), parameters: parameters(values) });
}
