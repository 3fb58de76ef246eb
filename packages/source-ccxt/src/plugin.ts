import type { Plugin } from "@atc/contract";
import { type CcxtMarketOptions, ccxtMarket } from "./market.ts";

const market: Plugin<"market", CcxtMarketOptions> = {
  kind: "market",
  name: "ccxt",
  create: (options) => ccxtMarket(options),
};

/** The plugins of this package: the market `ccxt`. */
const plugins: readonly Plugin[] = [market];
export default plugins;
