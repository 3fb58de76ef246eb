import type { ExchangeFault, ServedRequest } from "./exchange-server.ts";
import { noiseOf, seedOf } from "./seeded-noise.ts";

/** How often something goes wrong. */
export interface MixedFaultsOptions {
  /** Other seeds have other faults. Default: 1. */
  readonly seed?: number;
  /** The part of the answers with a fault, from 0 to 1. Default: 0.1. */
  readonly share?: number;
  /** The wait that 429 demands, in seconds. Default: 0.02. */
  readonly retryAfter?: number;
  /** How late slow answers are, in ms. Default: 20. */
  readonly slow?: number;
}

/** A page of which rows may be lost has at least this length, so that they are in its middle. */
const leastRows = 500;
const lostRows = [300, 340] as const;

/** The rows of an answer out of order: the later half comes first, and in reverse. */
function outOfOrder(rows: readonly unknown[]): readonly unknown[] {
  const half = Math.floor(rows.length / 2);
  return [...rows.slice(half).reverse(), ...rows.slice(0, half)];
}

/** The rows of an answer with its last 20 twice. */
function withDuplicates(rows: readonly unknown[]): readonly unknown[] {
  return [...rows, ...rows.slice(-20)];
}

/** The rows of an answer without some in its middle, which the next answer has. */
function withLoss(rows: readonly unknown[]): readonly unknown[] {
  return rows.length < leastRows ? rows : [...rows.slice(0, lostRows[0]), ...rows.slice(lostRows[1])];
}

/**
 * Everything that goes wrong with the answers of an exchange, for `ExchangeServer.fault`: 429, 418 and 503, cut
 * connections, slow answers, HTML and cut JSON, duplicates, rows out of order, and rarely a loss of rows. It depends on
 * the symbol, the start and how often they were asked for, so it does not depend on the order of requests. No request
 * fails more than twice in a row.
 */
export function mixedFaults({
  seed = 1,
  share = 0.1,
  retryAfter = 0.02,
  slow = 20,
}: MixedFaultsOptions = {}): (request: ServedRequest) => ExchangeFault | undefined {
  const asked = new Map<string, number>();
  const unusable: readonly ExchangeFault[] = [
    { status: 429, retryAfter: String(retryAfter) },
    { status: 418, retryAfter: new Date(0).toUTCString() },
    { status: 503 },
    { cut: true },
    { text: "<html><body>under maintenance</body></html>" },
    { text: '[[1609459200000,"1.0","2.0"' },
  ];
  const usable: readonly ExchangeFault[] = [{ slow }, { rows: withDuplicates }, { rows: outOfOrder }];
  return ({ symbol, since = 0 }) => {
    const key = `${symbol} ${since}`;
    const times = (asked.get(key) ?? 0) + 1;
    asked.set(key, times);
    const drawn = (salt: number): number => noiseOf(seedOf(`${key} ${times}`), seed, salt);
    if (drawn(1) >= share) return undefined;
    if (times === 1 && drawn(2) < 0.01) return { rows: withLoss };
    const kinds = times > 2 ? usable : [...unusable, ...usable];
    return kinds[Math.floor(drawn(3) * kinds.length)];
  };
}
