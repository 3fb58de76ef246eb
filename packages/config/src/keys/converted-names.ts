import type { ConfigName } from "./atc-config.ts";

/** A spelling whose number is in another unit than that of its key. */
export interface ConvertedName {
  /** The spelling. */
  readonly name: string;
  /** The key that it sets. */
  readonly key: ConfigName;
  /** The key's units in one of its own. */
  readonly factor: number;
  /** What it accepts. */
  readonly allowed: string;
  /** What it means, in a line without a full stop. */
  readonly description: string;
}

/** The spellings of keys in other units. */
export const convertedNames: readonly ConvertedName[] = [
  {
    name: "max_size_mb_l2",
    key: "cacheMaxBytes",
    factor: 2 ** 20,
    allowed: "a number of MiB above 0",
    description: "Python's cacheMaxBytes, in MiB (1,048,576 bytes)",
  },
];
