import { AtcError } from "@atc/contract";
import type { CcxtExchange } from "../exchange/ccxt-exchange.ts";
import type { Requester } from "./requester.ts";

/**
 * The time of an exchange, in ms: by its path for the time, or else by the header `Date` of its answers. This machine's
 * clock may be wrong, so only its ticks count. The result is never later than the exchange's clock.
 *
 * @throws ATC_NETWORK; ATC_UNSUPPORTED if the exchange gives no time
 */
export async function serverTime(
  exchange: CcxtExchange,
  { answers, request }: Requester,
  name: string,
): Promise<number> {
  const time = exchange.has["fetchTime"] === true ? await request("its time", () => exchange.fetchTime()) : undefined;
  // The exchange read its clock before the answer arrived.
  if (typeof time === "number" && Number.isFinite(time)) return time;
  const { date } = answers;
  if (date !== undefined) return date.time + Math.floor(performance.now() - date.at);
  throw new AtcError("ATC_UNSUPPORTED", `${name} does not give its time, so closed candles cannot be recognised`, {
    details: { exchange: name },
  });
}
