import { AtcError } from "@atc/contract";
import type { DataOptions } from "./open-data.ts";

/** Options that change the rows that are read, or the dataset that they become. */
const readingNames = ["adjust", "dropAppended", "duplicates", "name", "reread", "source"] as const;

/**
 * Refuses options that say how files are read for a dataset, which is used as it is: without effect, they would give
 * the figures of other rows than the user asked for.
 *
 * @throws ATC_INVALID_ARGUMENT
 */
export function checkNoReading(dataset: string, options: DataOptions): void {
  const given = readingNames.filter((name) => options[name] !== undefined && options[name] !== false);
  if (options.adjust === false) given.unshift("adjust");
  const [first] = [...given, ...Object.keys(options.sourceOptions ?? {})];
  if (first === undefined) return;
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `"${dataset}" is a dataset, whose rows were read before, so the option ${first} cannot change them; name the file instead, or leave it out`,
    { details: { dataset, option: first } },
  );
}
