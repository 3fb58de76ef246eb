import type { Fills } from "../../account/fills.ts";
import type { Trades } from "../../account/trades.ts";
import { accountMembers } from "./account-state.ts";
import { groupLength, groupSize } from "./group-state.ts";

/** Most bars of a block. */
export const blockLength = 4096;

/** Bytes of a row: a block, and 64 more, so that rows do not all begin at the same offset of a page. */
export const rowLength: number = 64 + 8 * blockLength;

/** The rows, in the order of the enumeration `Row` in `assembly/records.ts`. */
export const rowNames = [
  "directions",
  "fill",
  "close",
  "open",
  "high",
  "low",
  "equity",
  "quantity",
  "entryPrice",
  "exitPrice",
  "fees",
  "slippage",
  "profit",
  "gain",
  "mae",
  "mfe",
  "entryTime",
  "exitTime",
  "entryBar",
  "exitBar",
  "barsHeld",
  "direction",
  "reason",
  "openTrade",
  "fillBar",
  "fillTime",
  "fillQuantity",
  "fillPrice",
  "fillFee",
  "fillSlippage",
  "fillReason",
  "orderBar",
  "orderCash",
  "orderQuantity",
  "orderGrossCash",
  "orderGrossQuantity",
] as const;

type RowName = (typeof rowNames)[number];

/** The address of the state. The code's constants are before it. */
export const stateAddress = 4096;

/** The address of the first row. */
export const rowsAddress = 8192;

/** Bytes of a row of directions of a group: 16 for the kernel, a block, and the gap between rows. */
export const directionStride: number = 16 + blockLength + 64;

/** The address of a group's state. */
export const groupAddress: number = rowsAddress + rowNames.length * rowLength;

/** The address of a group's directions. */
export const directionsAddress: number = groupAddress + 8 * groupLength;

/** Bytes of `workLength` in `assembly/records.ts`. */
export const workLength = 17_664;

/** The address of the work of a group. */
export const workAddress: number = directionsAddress + groupSize * directionStride;

/** Bytes of a memory for all of it. */
export const workingLength: number = workAddress + workLength;

/** The address of a row. */
export function rowAddress(name: RowName): number {
  return rowsAddress + rowNames.indexOf(name) * rowLength;
}

/** A state and the rows of a block in a memory. The same kernel call reads and writes all of them. */
export interface WorkingRows {
  readonly state: Float64Array;
  readonly directions: Int8Array;
  readonly fill: Float64Array;
  readonly close: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly equity: Float64Array;
  /** The trades that ended in the block. Their times and symbols are the caller's to write. */
  readonly trades: Trades;
  /** The bar of each trade's entry, counted from the block's first; -1 if it is before the block. */
  readonly entryBar: Int32Array;
  readonly exitBar: Int32Array;
  /** The fills of the block, without times. */
  readonly fills: Fills;
  readonly fillBar: Int32Array;
  /** What the account held after each order, with costs and without. */
  readonly orderBar: Int32Array;
  readonly orderCash: Float64Array;
  readonly orderQuantity: Float64Array;
  readonly orderGrossCash: Float64Array;
  readonly orderGrossQuantity: Float64Array;
  /** The state of a group of accounts, and their directions, `directionStride` apart, each from its byte 16 on. */
  readonly group: Float64Array;
  readonly groupDirections: Int8Array;
}

/** The state and the rows in a memory of `workingLength` bytes or more. */
export function workingRows(buffer: ArrayBufferLike): WorkingRows {
  const at = rowAddress;
  const doubles = (name: RowName): Float64Array => new Float64Array(buffer, at(name), blockLength);
  const whole = (name: RowName): Int32Array => new Int32Array(buffer, at(name), blockLength);
  const bytes = (name: RowName): Uint8Array => new Uint8Array(buffer, at(name), blockLength);
  const times = (name: RowName): BigInt64Array => new BigInt64Array(buffer, at(name), blockLength);
  const trades: Trades = {
    length: blockLength,
    entryTime: times("entryTime"),
    exitTime: times("exitTime"),
    direction: new Int8Array(buffer, at("direction"), blockLength),
    quantity: doubles("quantity"),
    entryPrice: doubles("entryPrice"),
    exitPrice: doubles("exitPrice"),
    fees: doubles("fees"),
    slippage: doubles("slippage"),
    profit: doubles("profit"),
    return: doubles("gain"),
    barsHeld: whole("barsHeld"),
    mae: doubles("mae"),
    mfe: doubles("mfe"),
    reason: bytes("reason"),
    open: bytes("openTrade"),
  };
  const fills: Fills = {
    length: blockLength,
    time: times("fillTime"),
    quantity: doubles("fillQuantity"),
    price: doubles("fillPrice"),
    fee: doubles("fillFee"),
    slippage: doubles("fillSlippage"),
    reason: bytes("fillReason"),
  };
  return {
    state: new Float64Array(buffer, stateAddress, accountMembers.length),
    directions: new Int8Array(buffer, at("directions"), blockLength),
    fill: doubles("fill"),
    close: doubles("close"),
    open: doubles("open"),
    high: doubles("high"),
    low: doubles("low"),
    equity: doubles("equity"),
    trades,
    entryBar: whole("entryBar"),
    exitBar: whole("exitBar"),
    fills,
    fillBar: whole("fillBar"),
    orderBar: whole("orderBar"),
    orderCash: doubles("orderCash"),
    orderQuantity: doubles("orderQuantity"),
    orderGrossCash: doubles("orderGrossCash"),
    orderGrossQuantity: doubles("orderGrossQuantity"),
    group: new Float64Array(buffer, groupAddress, groupLength),
    groupDirections: new Int8Array(buffer, directionsAddress, groupSize * directionStride),
  };
}
