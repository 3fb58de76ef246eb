/**
 * The records of `assembly/records.ts`, member by member in the same order: the whole numbers and addresses, then the doubles. Each takes 8 bytes.
 */
const members = {
  kernel: {
    whole: [
      "state",
      "stateBytes",
      "checkpoint",
      "average",
      "kinds",
      "kindCount",
      "windows",
      "windowsCount",
      "pairs",
      "pairCount",
      "source",
      "changes",
      "capacity",
      "history",
      "ownSource",
      "lts",
      "delayed",
      "averaged",
    ],
    doubles: [
      "kept",
      "growthCap",
      "cappedGrowth",
      "firstCutout",
      "secondCutout",
      "cutLong",
      "cutShort",
      "longThreshold",
      "shortThreshold",
      "floor",
      "tolerance",
      "sign",
      "one",
      "hundred",
      "shift",
      "largest",
      "three",
      "slow",
      "range",
    ],
  },
  state: { whole: ["place", "wild"], doubles: ["bars", "previousClose"] },
  average: { whole: [], doubles: ["last", "lastOutput", "held"] },
  kind: {
    whole: [
      "kind",
      "count",
      "lengths",
      "firsts",
      "factors",
      "rests",
      "rows",
      "averages",
      "votes",
      "equities",
      "sides",
      "counts",
      "equity",
      "signalRow",
      "equityRow",
      "simple",
      "wholes",
      "halves",
      "halfFactors",
      "roots",
      "rootFactors",
      "history",
    ],
    doubles: [],
  },
  windows: {
    whole: ["lengths", "indices", "plainSuffixes", "weightedSuffixes", "state", "wma", "lsma", "hma", "kama"],
    doubles: [],
  },
} as const;

/** The records by name. */
export type RecordName = keyof typeof members;

/** The members of a record. */
export type RecordMember<Name extends RecordName> =
  | (typeof members)[Name]["whole"][number]
  | (typeof members)[Name]["doubles"][number];

/** Places of 8 bytes that a record takes. */
export function recordLength(name: RecordName): number {
  return members[name].whole.length + members[name].doubles.length;
}

/** Place of a member in its record. */
export function memberPlace<Name extends RecordName>(name: Name, member: RecordMember<Name>): number {
  return ([...members[name].whole, ...members[name].doubles] as readonly string[]).indexOf(member);
}

/** Whether a member is a whole number or an address. */
export function isWhole<Name extends RecordName>(name: Name, member: RecordMember<Name>): boolean {
  return (members[name].whole as readonly string[]).includes(member);
}

/** The most bars of a block. */
export const wasmBlockLength = 128;

/** Bytes of a working row: those of a block, and 64 so that rows do not all begin at the same place of a page. */
const rowBytes = wasmBlockLength * 8 + 64;

/** Where the working rows begin, which all computations in a memory share; before them lie the constants of the code. */
export const scratchAddress = 4096;

function rowAddress(row: number): number {
  return scratchAddress + 64 + row * rowBytes;
}

/** The most bars of a block where averages are all that is asked for, each at its base length alone. */
export const aloneBlockLength = 4096;

/** The most bars that such blocks may keep before them. */
export const aloneHistory = 1024;

function longRowAddress(row: number): number {
  return rowAddress(94) + row * (aloneBlockLength * 8 + 64);
}

/** Addresses of the working rows that are written and read from here. */
export const rows: {
  readonly close: number;
  readonly source: number;
  readonly firstGrowth: number;
  readonly secondGrowth: number;
  readonly averageSignal: number;
  readonly direction: number;
  signals(kind: number): number;
  equities(kind: number): number;
  averages(kind: number): number;
  readonly aloneSource: number;
  averageAlone(kind: number): number;
  readonly end: number;
} = {
  close: scratchAddress + 16,
  source: rowAddress(1),
  /** Growth of layer 1. */
  firstGrowth: rowAddress(2),
  /** Growth of layer 2, where it begins at another bar. */
  secondGrowth: rowAddress(3),
  averageSignal: rowAddress(8),
  direction: rowAddress(9),
  /** Signals of a kind by its number, 0 to 5. */
  signals: (kind: number): number => rowAddress(16 + kind),
  /** Its equities. */
  equities: (kind: number): number => rowAddress(22 + kind),
  /** Its nine averages, a row each. */
  averages: (kind: number): number => rowAddress(40 + 9 * kind),
  /** The source of a long block. */
  aloneSource: longRowAddress(1),
  /** The average alone of a kind, over a long block. */
  averageAlone: (kind: number): number => longRowAddress(14 + kind),
  /** The address after the last row. */
  end: longRowAddress(20),
};
