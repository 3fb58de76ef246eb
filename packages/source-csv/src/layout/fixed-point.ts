import { aliasForm } from "@atc/plugin-kit";
import type { Sample } from "./sample.ts";

/** Columns that only files of Databento have. */
const databento = ["ts_event", "rtype", "publisher_id", "instrument_id"];
const databentoScale = 1_000_000_000;

/** A hundredth in units of 1e-9. If a price has fewer units, the integers are not in these units. */
const leastUnits = 10_000_000;

/**
 * The divisor of prices that a vendor writes as integers: Databento's raw files hold units of 1e-9, the others have a
 * decimal point in every price. 1 for all other files.
 *
 * @param prices - the fields of prices
 */
export function vendorScale(names: readonly string[], rows: Sample["rows"], prices: readonly number[]): number {
  const forms = new Set(names.map(aliasForm));
  if (!databento.every((name) => forms.has(name))) return 1;
  const texts = rows.flatMap((row) => prices.map((field) => row[field] ?? ""));
  const areUnits = texts.length > 0 && texts.every((text) => /^\d+$/.test(text) && Number(text) >= leastUnits);
  return areUnits ? databentoScale : 1;
}
