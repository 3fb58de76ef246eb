import { damagedTable } from "./table-rows.ts";

/** What the file beside a CSV table says. */
export interface DescribedCsv {
  /** The description of the sweep, as JSON. */
  readonly description: string;
  /** The length of the CSV file, by which a file that was edited is recognised. */
  readonly bytes: number;
}

/** The file beside a CSV table that describes its sweep: CSV has no metadata. */
export function sidecarOf(file: string): string {
  return `${file}.json`;
}

/** The content of the file beside a CSV table. */
export function sidecarText({ description, bytes }: DescribedCsv): string {
  return `${JSON.stringify({ bytes, sweep: JSON.parse(description) as unknown }, undefined, 2)}\n`;
}

/**
 * Reads the file beside a CSV table.
 *
 * @throws ATC_CORRUPT_DATA if it has another form
 */
export function readDescribedCsv(text: string, file: string): DescribedCsv {
  try {
    const { bytes, sweep } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    if (typeof bytes === "number" && typeof sweep === "object" && sweep !== null)
      return { bytes, description: JSON.stringify(sweep) };
  } catch {
    // It is not JSON.
  }
  throw damagedTable(file, "it does not describe a sweep", "rename it if it is a file of your own");
}
