import { createHash, type Hash } from "node:crypto";
import {
  allocateFills,
  allocateTrades,
  type CurveReader,
  type Fills,
  type PortfolioCurve,
  partOfFills,
  partOfTrades,
  type Trades,
} from "@atc/backtest";
import type { TypedArray } from "@atc/contract";

/** Rows that are hashed at once. The digests depend on it. */
const barsAtOnce = 16_384;
const rowsAtOnce = 2048;
/** Hexadecimal digits of a digest: 128 bits. */
const digits = 32;

/** Each NaN has the same bits, whatever computed it. */
function withEqualNaN(array: TypedArray): TypedArray {
  if (!(array instanceof Float64Array)) return array;
  for (let i = 0; i < array.length; i++) if (Number.isNaN(array[i])) array[i] = Number.NaN;
  return array;
}

function add(hash: Hash, array: TypedArray): void {
  withEqualNaN(array);
  hash.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
}

function shortDigest(hash: Hash): string {
  return hash.digest("hex").slice(0, digits);
}

const tradeColumns = [
  ...(["entryTime", "exitTime", "direction", "quantity", "entryPrice", "exitPrice", "fees", "slippage"] as const),
  ...(["profit", "return", "barsHeld", "mae", "mfe", "reason", "open"] as const),
];
const fillColumns = ["time", "quantity", "price", "fee", "slippage", "reason"] as const;

/** Digests of what was computed. */
export interface CurveDigester {
  /** Digests of the curve and the trades of an account, and of its fills if it has them. */
  account(curves: CurveReader): Readonly<Record<string, string>>;
  /** The digest of the times and the equity of a portfolio. */
  portfolio(curve: PortfolioCurve): Readonly<Record<string, string>>;
}

/** Digests curves with memory of its own, which all calls share. */
export function curveDigester(): CurveDigester {
  const times = new BigInt64Array(barsAtOnce);
  const equity = new Float64Array(barsAtOnce);
  const directions = new Int8Array(barsAtOnce);
  const symbols = new Int32Array(rowsAtOnce);
  const trades: Trades = allocateTrades(rowsAtOnce);
  const fills: Fills = allocateFills(rowsAtOnce);

  function rowsDigest<Rows extends Trades | Fills>(
    length: number,
    columns: readonly (Exclude<keyof Rows, "length"> & string)[],
    read: (row: number, count: number, symbols: Int32Array) => Rows,
  ): string {
    const hash = createHash("sha256");
    for (let row = 0; row < length; row += rowsAtOnce) {
      const count = Math.min(rowsAtOnce, length - row);
      const own = symbols.subarray(0, count);
      const rows = read(row, count, own);
      for (const name of columns) add(hash, rows[name] as TypedArray);
      add(hash, own);
    }
    return shortDigest(hash);
  }

  return {
    account(curves) {
      const hash = createHash("sha256");
      for (let row = 0; row < curves.bars; row += barsAtOnce) {
        const count = Math.min(barsAtOnce, curves.bars - row);
        const [ownTimes, ownEquity] = [times.subarray(0, count), equity.subarray(0, count)];
        const ownDirections = directions.subarray(0, count);
        curves.times(row, ownTimes);
        curves.equity(row, ownEquity);
        curves.directions(row, ownDirections);
        for (const array of [ownTimes, ownEquity, ownDirections]) add(hash, array);
      }
      return {
        curve: shortDigest(hash),
        trades: rowsDigest<Trades>(curves.trades, tradeColumns, (row, count, own) => {
          const part = partOfTrades(trades, 0, count);
          curves.readTrades(row, part, own);
          return part;
        }),
        ...(curves.fills === 0
          ? {}
          : {
              fills: rowsDigest<Fills>(curves.fills, fillColumns, (row, count, own) => {
                const part = partOfFills(fills, 0, count);
                curves.readFills(row, part, own);
                return part;
              }),
            }),
      };
    },
    portfolio({ length, read }) {
      const hash = createHash("sha256");
      for (let row = 0; row < length; row += barsAtOnce) {
        const count = Math.min(barsAtOnce, length - row);
        const [ownTimes, ownEquity] = [times.subarray(0, count), equity.subarray(0, count)];
        read(row, ownTimes, ownEquity);
        add(hash, ownTimes);
        add(hash, ownEquity);
      }
      return { curve: shortDigest(hash) };
    },
  };
}
