import { nearest } from "@atc/contract";
import { acceptsValue, isPlainValue, isShare } from "@atc/plugin-kit";
import type { ConfigFault } from "../faults/config-fault.ts";
import { jsonValue } from "../faults/config-fault.ts";
import { describeOrigin } from "../faults/origin.ts";
import type { ConfigName } from "../keys/atc-config.ts";
import { withoutSizeUnit } from "../keys/byte-keys.ts";
import type { ConfigKey } from "../keys/config-key.ts";
import { configKeys } from "../keys/config-key.ts";
import type { ConvertedName } from "../keys/converted-names.ts";
import type { NoEffectKey } from "../keys/no-effect.ts";
import { configDefaults, parameters } from "../keys/parameters.ts";
import type { FormerName } from "../keys/renamed-values.ts";
import { formerName } from "../keys/renamed-values.ts";
import { sectionNamed } from "../keys/sections.ts";
import type { Settings } from "../keys/settings-schema.ts";
import { isConfigKey, isConverted, nameSpelling } from "../keys/spelling.ts";
import { configOf } from "./config-of.ts";
import type { Difference, Differences } from "./differences.ts";
import { createDifferences, differencesWarning } from "./differences.ts";
import type { Chosen, Layer, Setting } from "./layer.ts";
import { booleanOf, settingValue } from "./text-value.ts";
import { unreadDifferences } from "./unread-keys.ts";

/** The result of all layers. */
export interface Resolution {
  /** Every key's value. A faulty value does not count: the layer below or the default applies. */
  readonly settings: Settings;
  /** The keys that a layer sets. */
  readonly chosen: ReadonlyMap<ConfigName, Chosen>;
  readonly faults: readonly ConfigFault[];
  /** The keys that have faults. */
  readonly faulty: ReadonlySet<ConfigName>;
}

interface Findings {
  readonly chosen: Map<ConfigName, Chosen>;
  readonly faults: ConfigFault[];
  readonly faulty: Set<ConfigName>;
  readonly differences: Differences;
}

/** A key as written, with its section. */
function writtenPath({ section, written }: Setting): string {
  return section === undefined ? written : `${section}.${written}`;
}

/** The path of a fault: the key as written, or its name if the origin already contains the spelling. */
function pathOf(key: ConfigKey, setting: Setting): string {
  const { kind } = setting.origin;
  return kind === "environment" || kind === "flag" ? key.name : writtenPath(setting);
}

function unknownKey(setting: Setting, layer: Layer): ConfigFault {
  const { written, section, value, origin } = setting;
  const fault = { path: writtenPath(setting), origin: describeOrigin(origin), value: jsonValue(value) };
  if (layer.spelling === nameSpelling && section === undefined && sectionNamed(written) !== undefined)
    return { ...fault, allowed: "keys and values are required in this section; write some under it, or remove it" };
  const meant = layer.spelling.nearest(written, section);
  const unknown = { ...fault, allowed: "there is no such key" };
  return meant === undefined ? unknown : { ...unknown, nearest: meant };
}

/** A member of a value that is not accepted. */
interface FaultyMember {
  /** Its place after the key: `[1]`, `.AAA`. */
  readonly place: string;
  readonly value: unknown;
  readonly allowed: string;
}

/** The first member of a list, or of shares by symbol, that is not accepted; undefined if the value is neither. */
function faultyMember(key: ConfigKey, value: unknown): FaultyMember | undefined {
  if (key.kind === "list" && Array.isArray(value)) {
    const index = value.findIndex((member) => !acceptsValue(parameters[key.name], [member]));
    return { place: `[${index}]`, value: value[index], allowed: key.allowed };
  }
  if (key.kind === "values" && typeof value === "object" && value !== null && !Array.isArray(value)) {
    const [name, one] = Object.entries(value).find(([, member]: [string, unknown]) => !isPlainValue(member)) ?? [];
    return name === undefined
      ? undefined
      : { place: `.${name}`, value: one, allowed: "a number, true, false or a text" };
  }
  if (key.kind !== "shares" || typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const [symbol, share] = Object.entries(value).find(([, one]: [string, unknown]) => !isShare(one)) ?? [];
  if (symbol === undefined) return undefined;
  return { place: `.${symbol}`, value: share, allowed: "a number of 0 or more" };
}

function wrongValue(key: ConfigKey, setting: Setting, value: unknown): ConfigFault {
  const member = faultyMember(key, value);
  const meant = key.values === undefined || typeof value !== "string" ? undefined : nearest(value, key.values);
  const fault: ConfigFault = {
    path: pathOf(key, setting) + (member?.place ?? ""),
    key: key.name,
    origin: describeOrigin(setting.origin),
    value: jsonValue(member === undefined ? setting.value : member.value),
    allowed: `${member?.allowed ?? key.allowed} is required`,
  };
  return meant === undefined ? fault : { ...fault, nearest: meant };
}

function renamedValue(key: ConfigKey, setting: Setting, { former, present, index }: FormerName): ConfigFault {
  return {
    path: pathOf(key, setting) + (index === undefined ? "" : `[${index}]`),
    key: key.name,
    origin: describeOrigin(setting.origin),
    value: former,
    allowed: `it was renamed; write "${present}" instead`,
  };
}

function takeNoEffect(key: NoEffectKey, setting: Setting, findings: Findings): void {
  const where = describeOrigin(setting.origin);
  if (key.only !== undefined && Number(setting.value) !== key.only) {
    const fault = { path: writtenPath(setting), origin: where, value: jsonValue(setting.value) };
    findings.faults.push({ ...fault, allowed: `only ${key.only} works: ${key.instead}` });
  } else findings.differences.add(key, setting, booleanOf(setting.value) === false);
}

/** The setting in the unit of its key. What is not a number stays, and is refused in its own unit. */
function takeConverted(
  { key: name, factor, allowed }: ConvertedName,
  setting: Setting,
  taken: Map<ConfigName, Chosen>,
  findings: Findings,
): void {
  const key = configKeys.find((one) => one.name === name);
  if (key === undefined) return;
  const value = settingValue(key, setting.value);
  const converted = typeof value === "number" ? Math.round(value * factor) : undefined;
  if (converted !== undefined && acceptsValue(parameters[name], converted)) {
    takeSetting(key, { ...setting, value: converted }, taken, findings);
    return;
  }
  findings.faulty.add(name);
  findings.faults.push({ ...wrongValue(key, setting, value), allowed: `${allowed} is required` });
}

function takeSetting(key: ConfigKey, setting: Setting, taken: Map<ConfigName, Chosen>, findings: Findings): void {
  const value = withoutSizeUnit(key.name, settingValue(key, setting.value));
  if (!acceptsValue(parameters[key.name], value)) {
    findings.faulty.add(key.name);
    findings.faults.push(wrongValue(key, setting, value));
    return;
  }
  const old = formerName(key.name, value);
  if (old !== undefined) {
    findings.faulty.add(key.name);
    findings.faults.push(renamedValue(key, setting, old));
    return;
  }
  const earlier = taken.get(key.name);
  if (earlier !== undefined && JSON.stringify(earlier.value) !== JSON.stringify(value)) {
    findings.faulty.add(key.name);
    const allowed = `"${earlier.written}" (${describeOrigin(earlier.origin)}) sets the same key to ${JSON.stringify(earlier.value)}; keep one of them`;
    const fault = { path: pathOf(key, setting), key: key.name, origin: describeOrigin(setting.origin) };
    findings.faults.push({ ...fault, value: jsonValue(setting.value), allowed });
    return;
  }
  taken.set(key.name, { written: pathOf(key, setting), value, origin: setting.origin, setting });
}

function takeLayer(layer: Layer, findings: Findings): void {
  const taken = new Map<ConfigName, Chosen>();
  for (const setting of layer.settings) {
    const meaning = layer.spelling.meaning(setting.written, setting.section);
    if (meaning === undefined) findings.faults.push(unknownKey(setting, layer));
    else if (isConfigKey(meaning)) takeSetting(meaning, setting, taken, findings);
    else if (isConverted(meaning)) takeConverted(meaning, setting, taken, findings);
    else takeNoEffect(meaning, setting, findings);
  }
  mergeParameters(taken, findings);
  for (const [name, value] of taken) findings.chosen.set(name, value);
}

/** Parameters of layers below count too, unless this layer chooses another strategy, which does not have them. */
function mergeParameters(taken: Map<ConfigName, Chosen>, { chosen, differences }: Findings): void {
  const below = chosen.get("parameters");
  if (below === undefined) return;
  const strategy = taken.get("strategy");
  const isReplaced =
    strategy !== undefined && strategy.value !== (chosen.get("strategy")?.value ?? configDefaults.strategy);
  if (isReplaced) {
    chosen.delete("parameters");
    const { origin } = strategy;
    const instead = `they belong to another strategy than that of ${describeOrigin(origin)}`;
    if (Object.keys(below.value as object).length > 0)
      differences.add({ name: "parameters", instead }, below.setting, false);
    return;
  }
  const own = taken.get("parameters");
  if (own === undefined) return;
  const merged = Object.freeze({ ...(below.value as object), ...(own.value as object) });
  taken.set("parameters", { ...own, value: merged });
}

/** The delay of strategyMode, which comes on top of the delay of every fill. */
function strategyModeDifference(chosen: ReadonlyMap<ConfigName, Chosen>): readonly Difference[] {
  const mode = chosen.get("strategyMode");
  if (mode?.value !== true) return [];
  const reason =
    "a backtest fills in the bar after the signal anyway, so its signals are delayed twice; set it to false for backtests";
  return [{ shown: "strategyMode: true", reason, settings: [mode.setting], hasEffect: true }];
}

/**
 * Combines layers in rising order of precedence. It checks every value of every layer, even if a later layer overrides
 * it.
 */
export function resolveLayers(layers: readonly Layer[], warnings: string[]): Resolution {
  const differences = createDifferences();
  const findings: Findings = { chosen: new Map(), faults: [], faulty: new Set(), differences };
  for (const layer of layers) takeLayer(layer, findings);
  const { chosen, faults, faulty } = findings;
  const values = configKeys.map(({ name }) => [name, chosen.get(name)?.value ?? configDefaults[name] ?? "none"]);
  const settings = Object.fromEntries(values) as unknown as Settings;
  const all = [
    ...differences.all(),
    ...strategyModeDifference(chosen),
    ...unreadDifferences(configOf(settings), chosen),
  ];
  const warning = differencesWarning(all);
  if (warning !== undefined) warnings.push(warning);
  return { settings, chosen, faults, faulty };
}
