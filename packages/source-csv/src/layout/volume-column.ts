import { aliasForm, type MatchedColumns, plainName } from "@atc/plugin-kit";
import { type CsvOptions, givenNames, mappedNames } from "./csv-options.ts";
import type { ZeroField } from "./row-shape.ts";
import type { Sample } from "./sample.ts";

/** Another column for the volume than the best name gives, and why. */
export interface LikelyVolume {
  /** Its name in the header, without `<>`; undefined if it is not certain which column it is. */
  readonly name?: string;
  readonly note: string;
  /** The column that it replaces, if that must stay 0. */
  readonly zero?: ZeroField;
}

const tickNames: readonly string[] = ["tickvol", "tick_volume", "tickvolume"];
const zeroNumber = /^0+(?:\.0*)?$/;

/**
 * The count of ticks, if the traded volume is 0 in all sampled rows: files of MetaTrader for markets without a central
 * exchange. The sample is not the whole file, so the reading refuses a volume above 0 in a later row.
 */
function tickVolume(names: readonly string[], matched: MatchedColumns, rows: Sample["rows"]): LikelyVolume | undefined {
  const volume = matched.numbers.find(({ name }) => name === "volume");
  const ticks = names.findIndex((name) => tickNames.includes(aliasForm(name)));
  if (volume === undefined || ticks < 0 || volume.position === ticks) return undefined;
  const field = volume.position;
  const isZero = rows.every((row) => zeroNumber.test(row[field] ?? ""));
  if (!isZero || rows.every((row) => zeroNumber.test(row[ticks] ?? ""))) return undefined;
  const [name, used] = [plainName(names[field] ?? ""), plainName(names[ticks] ?? "")];
  return {
    name: used,
    note: `volume is the number of ticks ("${names[ticks]?.trim()}"), because "${names[field]?.trim()}" is 0`,
    zero: { field, name, used },
  };
}

/** `Volume USDT`, `volume_btc`, `Volume_(BTC)`: a volume and its unit. */
const unitName = /^volume[_ ]\(?([a-z0-9]+)\)?$/;

/**
 * The volume of a header that names only volumes with their units: the one in the unit that the symbol starts with, or
 * the only one.
 */
function unitVolume(
  names: readonly string[],
  matched: MatchedColumns,
  rows: Sample["rows"],
  symbol: string | undefined,
): LikelyVolume | undefined {
  if (matched.numbers.some(({ name }) => name === "volume")) return undefined;
  const volumes = names.flatMap((name) => {
    const [, unit] = unitName.exec(aliasForm(name)) ?? [];
    return unit === undefined ? [] : [{ name, unit: unit.toUpperCase() }];
  });
  const base = symbol ?? rows[0]?.[matched.symbol ?? 0] ?? "";
  const fitting = volumes.filter(({ unit }) => base.toUpperCase().startsWith(unit));
  const [chosen] = volumes.length === 1 ? volumes : fitting;
  if (volumes.length > 1 && fitting.length !== 1) {
    const all = volumes.map(({ name }) => `"${name.trim()}"`).join(" or ");
    return { note: `no volume was read: it may be ${all}; name it (--columns 'volume=${volumes[0]?.name.trim()}')` };
  }
  if (chosen === undefined) return undefined;
  return { name: chosen.name, note: `volume is "${chosen.name.trim()}", in ${chosen.unit}` };
}

/**
 * The column for the volume, if the names alone do not find the right one. A volume that the options name is obeyed.
 *
 * @param symbol - the symbol of all rows; undefined if a column holds it
 */
export function likelyVolume(
  names: readonly string[],
  matched: MatchedColumns,
  rows: Sample["rows"],
  symbol: string | undefined,
  options: CsvOptions,
): LikelyVolume | undefined {
  if (mappedNames(options)?.volume !== undefined || givenNames(options) !== undefined) return undefined;
  return tickVolume(names, matched, rows) ?? unitVolume(names, matched, rows, symbol);
}
