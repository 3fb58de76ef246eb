import { AtcError, type StrategyParameterValue } from "@atc/contract";
import { acceptsValue, allowedValues, readStrategyValues, strategyValues } from "@atc/plugin-kit";
import type { KeyReader } from "../expression/expression.ts";
import { parseExpression } from "../expression/parse-expression.ts";
import type { Axis, AxisValue } from "./axis.ts";
import { valueOfText } from "./axis-text.ts";
import { checkDefinition } from "./check-definition.ts";
import { conditionsOf } from "./conditions.ts";
import { type BaseMembers, configurationMaker } from "./configuration-maker.ts";
import { checkContradictions } from "./contradictions.ts";
import type { Space, SpaceOptions } from "./space.ts";
import { checkVaried, originOf, spaceAxes } from "./space-axes.ts";
import { spaceFault } from "./space-fault.ts";
import type { SweepDefinition } from "./sweep-definition.ts";
import { type KeyPart, keysOfTable, type SweepKeys, sweepKeys } from "./sweep-keys.ts";

/** The base configuration with the fixed values above it. */
function baseMembers(
  definition: SweepDefinition,
  options: SpaceOptions,
  keys: SweepKeys,
  axes: readonly Axis[],
): BaseMembers {
  const { base = {}, strategy } = options;
  const given: Readonly<Record<string, unknown>> = { ...base };
  const parts: Record<KeyPart, Record<string, unknown>> = { signals: {}, backtest: {}, parameters: {} };
  for (const { name, part } of keysOfTable) if (given[name] !== undefined) parts[part][name] = given[name];
  Object.assign(
    parts.parameters,
    strategy === undefined ? {} : strategyValues(strategy, readStrategyValues(strategy, options.parameters ?? {})),
  );
  const seen = new Map<string, string>();
  for (const [written, raw] of Object.entries(definition.fixed ?? {})) {
    const origin = originOf(definition, `fixed.${written}`);
    const key = keys.find(written);
    if (key === undefined) throw spaceFault(origin, keys.unknown(written));
    const { name, member, part, parameter } = key;
    const axis = axes.find((one) => one.keys.includes(name));
    if (axis !== undefined)
      throw spaceFault(origin, `${name} is fixed, and the axis ${axis.name} varies it; remove one of them`);
    const earlier = seen.get(name);
    if (earlier !== undefined) throw spaceFault(origin, `${name} is fixed already (${earlier}); remove one of them`);
    seen.set(name, origin);
    checkVaried(key, origin, strategy);
    const value = typeof raw === "string" ? valueOfText(parameter, raw) : raw;
    if (!acceptsValue(parameter, value))
      throw spaceFault(origin, `${name} is fixed at "${raw}": ${allowedValues(parameter)} is required`);
    parts[part][member] = value;
  }
  return { ...parts, parameters: parts.parameters as Readonly<Record<string, StrategyParameterValue>> };
}

/** The number of combinations; undefined if an axis has every number of a range. */
function sizeOf(axes: readonly Axis[]): bigint | undefined {
  let size = 1n;
  for (const axis of axes) {
    if (axis.size === undefined) return undefined;
    size *= BigInt(axis.size);
  }
  return size;
}

/** Reads keys of a configuration from a value per axis. */
function keyReader(
  axes: readonly Axis[],
  base: BaseMembers,
  keys: SweepKeys,
): (values: readonly AxisValue[]) => KeyReader {
  const places = new Map(
    axes.flatMap(({ keys: names }, index) => names.map((name): [string, number] => [name, index])),
  );
  const constants = new Map(
    keys.all.map(({ name, part, member, parameter }): [string, unknown] => [
      name,
      base[part][member] ?? parameter.default,
    ]),
  );
  return (values) => (name) => {
    const place = places.get(name);
    const value = place === undefined ? constants.get(name) : values[place];
    return typeof value === "number" || typeof value === "boolean" || typeof value === "string" ? value : undefined;
  };
}

/**
 * Makes the space of a definition.
 *
 * @throws ATC_INVALID_CONFIG for a definition of another form, a faulty base, unknown keys, values that keys do not
 * accept, an axis or a tie given twice, a key that is fixed and varied, and rules between keys that no configuration
 * fulfils; ATC_INVALID_ARGUMENT for `where` that cannot be parsed
 */
export function createSpace(definition: SweepDefinition, options: SpaceOptions = {}): Space {
  const { strategy } = options;
  checkDefinition(definition, definition.origins);
  const keys = sweepKeys(strategy);
  const axes = spaceAxes(definition, keys, strategy);
  const base = baseMembers(definition, options, keys, axes);
  const make = configurationMaker(axes, base, keys, options);
  checkContradictions(axes, make, originOf(definition, "grid"));
  const where = conditionsOf(definition, "where").map(({ text, origin }) =>
    parseExpression(text, { keys: keys.known, noun: "key", hint: keys.hint, origin, kind: "boolean" }),
  );
  const reader = keyReader(axes, base, keys);
  const checkValues = (values: readonly AxisValue[]): void => {
    if (values.length !== axes.length)
      throw new AtcError(
        "ATC_INVALID_ARGUMENT",
        `there are ${values.length} values for ${axes.length} axes; give one per axis`,
        {
          details: { values: values.length, axes: axes.length },
        },
      );
  };
  return {
    axes,
    size: sizeOf(axes),
    where,
    accepts(values) {
      const read = reader(values);
      return where.every((condition) => condition.value(read) === true);
    },
    configuration(values) {
      checkValues(values);
      return make(values);
    },
  };
}
