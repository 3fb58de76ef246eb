import { AtcError, isAtcError, type JsonObject, type Market } from "@atc/contract";
import type { Runtime } from "../wiring/runtime.ts";

/** How an exchange is asked. */
export interface MarketAccess {
  /** Refuses every request. Default: false. */
  readonly offline?: boolean;
  /** How often a request is sent before its symbol fails. Default: as the market chooses. */
  readonly attempts?: number;
  /** The wait before the second attempt, in ms. Default: as the market chooses. */
  readonly firstWait?: number;
  /** The longest wait that an exchange may demand, in ms. Default: as the market chooses. */
  readonly longestWait?: number;
}

/** The market of recipes that this release makes. */
export const marketName = "ccxt";
const packages = ["@atc/source-ccxt", "ccxt"];

/**
 * Opens an exchange.
 *
 * @throws ATC_MISSING_PLUGIN with the line that installs the packages, ATC_NOT_FOUND for the exchange, ATC_NETWORK
 */
export async function openMarket(
  { host }: Runtime,
  { exchange, settings }: { readonly exchange: string; readonly settings?: JsonObject | undefined },
  { offline, attempts, firstWait, longestWait }: MarketAccess,
): Promise<Market> {
  const given = { exchange, settings, offline, attempts, firstWait, longestWait };
  const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  try {
    return await host.find("market", marketName, options);
  } catch (cause) {
    if (!isAtcError(cause, "ATC_MISSING_PLUGIN")) throw cause;
    const install = host.installLine(packages);
    throw new AtcError(
      "ATC_MISSING_PLUGIN",
      `exchanges are asked through ${packages.join(" and ")}, of which one is not installed; install both with: ${install}`,
      { cause, details: { kind: "market", name: marketName, packages, install } },
    );
  }
}
