/**
 * Sections of the Python module's file. Their keys count as if they were at the top level. Another spelling in capitals
 * is accepted, as of the section `atc`.
 */
const names: readonly string[] = ["atc_core", "atc_performance", "approximate_ma_scanner"];

/** The section that a top-level key names, in small letters; undefined if it names none. */
export function sectionNamed(key: string): string | undefined {
  const name = key.toLowerCase();
  return names.includes(name) ? name : undefined;
}

/** The names of the sections. */
export const sectionNames: readonly string[] = names;
