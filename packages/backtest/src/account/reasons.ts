/** Why a fill happened. Columns store the index. */
export type FillReason =
  | "signal"
  | "stopLoss"
  | "takeProfit"
  | "trailingStop"
  | "timeExit"
  | "rebalance"
  | "marginCall"
  | "bankruptcy"
  | "delisting"
  | "endOfData";

/** The reasons by index. The last one is of trades only: no fill ends a position that is still open. */
export const fillReasons: readonly FillReason[] = [
  "signal",
  "stopLoss",
  "takeProfit",
  "trailingStop",
  "timeExit",
  "rebalance",
  "marginCall",
  "bankruptcy",
  "delisting",
  "endOfData",
];

/** The indices of {@link fillReasons} by name, for hot loops. */
export const reasonCodes = {
  signal: 0,
  stopLoss: 1,
  takeProfit: 2,
  trailingStop: 3,
  timeExit: 4,
  rebalance: 5,
  marginCall: 6,
  bankruptcy: 7,
  delisting: 8,
  endOfData: 9,
} as const;
