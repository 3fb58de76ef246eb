import { AtcError, type JsonObject, nearest } from "@atc/contract";
import type { CcxtExchange, CcxtModule } from "./ccxt-exchange.ts";
import { type Environment, proxyOf } from "./environment-proxy.ts";

/** The name under which this package sends its requests. */
const userAgent = "atc (+https://example.invalid/atc)";

/** Settings that would make requests private. */
const secrets = ["apiKey", "secret", "password", "uid", "login", "token", "privateKey", "walletAddress", "twofa"];

/** Requests are sent at this part of the rate that the exchange allows, so that none is early as its clock counts. */
const usedRate = 0.9;

/** Makes ccxt's exchange of a name. ATC_NOT_FOUND for an unknown one, ATC_INVALID_ARGUMENT for a secret. */
export function openExchange(
  ccxt: CcxtModule,
  name: string,
  { settings = {}, env }: { readonly settings?: JsonObject | undefined; readonly env: Environment },
): CcxtExchange {
  const Exchange = ccxt.exchanges.includes(name) ? ccxt[name] : undefined;
  if (typeof Exchange !== "function") {
    const meant = nearest(name, ccxt.exchanges);
    const hint = meant === undefined ? `ccxt knows ${ccxt.exchanges.length} exchanges` : `did you mean "${meant}"?`;
    throw new AtcError("ATC_NOT_FOUND", `there is no exchange "${name}"; ${hint}`, { details: { exchange: name } });
  }
  const secret = secrets.find((one) => Object.hasOwn(settings, one));
  if (secret !== undefined)
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `the settings of "${name}" have "${secret}"; candles are public, so remove it`,
      { details: { option: secret } },
    );
  const exchange = new (Exchange as new (options: object) => CcxtExchange)({
    userAgent,
    httpsProxyCallback: (url: string) => proxyOf(url, env),
    ...settings,
    enableRateLimit: true,
    rateLimiterAlgorithm: "leakyBucket",
  });
  exchange.rateLimit /= usedRate;
  // Without a capacity the bucket saves nothing in a pause, so requests never come in bursts.
  exchange.tokenBucket = { capacity: 0 };
  exchange.initRestRateLimiter();
  return exchange;
}
