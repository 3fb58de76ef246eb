import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import { binanceAnswers, coinbaseAnswers, type ExchangeAnswer, type ExchangeAnswers } from "./exchange-answers.ts";
import { type ServedCandles, type ServedSymbol, servedCandles } from "./served-candles.ts";

/** A request for candles. */
export interface ServedRequest {
  /** 1 for the first request for candles. */
  readonly number: number;
  /** As base and quote currency. */
  readonly symbol: string;
  /** In ms; undefined if the request has no start. */
  readonly since: number | undefined;
}

/** What goes wrong with one answer. */
export type ExchangeFault =
  /** An error of HTTP. */
  | { readonly status: number; readonly retryAfter?: string }
  /** The connection ends in the middle of the answer. */
  | { readonly cut: true }
  /** The answer comes late, by some ms. */
  | { readonly slow: number }
  /** The answer is another text. */
  | { readonly text: string }
  /** The answer has other rows; they are as the exchange sends them. */
  | { readonly rows: (rows: readonly unknown[]) => unknown };

/** An exchange on this machine, with a clock of its own. Disposal ends it. */
export interface ExchangeServer extends AsyncDisposable {
  /** The settings with which ccxt's class of the exchange asks this server. */
  readonly settings: { readonly urls: { readonly api: Readonly<Record<string, string>> } };
  /** What it knows. */
  readonly candles: ServedCandles;
  /** Its clock, in ms since the epoch. */
  now: number;
  /** What goes wrong with a request for candles. Default: nothing. */
  fault: (request: ServedRequest) => ExchangeFault | undefined;
  /** The requests for candles so far. */
  readonly requests: readonly ServedRequest[];
  /** Paths of all requests so far, with their names of programs. */
  readonly paths: readonly { readonly path: string; readonly userAgent: string | undefined }[];
  /** Requests to which `fault` answered with an error or an answer that cannot be used. */
  readonly refused: number;
  /** The most requests for candles that arrived within one second. */
  mostPerSecond(): number;
}

/** The exchanges whose answers are known. */
export type ServedExchange = "binance" | "coinbaseexchange";

/** The answers of each exchange, and ccxt's names for the groups of its paths. */
const exchanges: Readonly<
  Record<ServedExchange, { readonly answers: ExchangeAnswers; readonly apis: readonly string[] }>
> = {
  binance: { answers: binanceAnswers, apis: ["public", "private", "fapiPublic", "dapiPublic", "eapiPublic", "sapi"] },
  coinbaseexchange: { answers: coinbaseAnswers, apis: ["public", "private"] },
};

function send(response: ServerResponse, body: unknown, status = 200): void {
  response.statusCode = status;
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(body));
}

/** Answers with a fault. Returns whether the answer is unusable. */
async function sendFaulty(response: ServerResponse, { body }: ExchangeAnswer, fault: ExchangeFault): Promise<boolean> {
  if ("status" in fault) {
    if (fault.retryAfter !== undefined) response.setHeader("retry-after", fault.retryAfter);
    send(response, { code: -1003, msg: "refused" }, fault.status);
    return true;
  }
  if ("cut" in fault) {
    const text = JSON.stringify(body);
    response.setHeader("content-length", text.length);
    response.write(text.slice(0, text.length / 2));
    await setTimeout(5);
    response.destroy();
    return true;
  }
  if ("text" in fault) {
    response.end(fault.text);
    return true;
  }
  if ("slow" in fault) await setTimeout(fault.slow);
  send(response, "rows" in fault ? fault.rows(body as readonly unknown[]) : body);
  return false;
}

/** Starts an exchange that answers as the public paths of Binance or Coinbase Exchange do. */
export async function exchangeServer(
  exchange: ServedExchange,
  symbols: readonly ServedSymbol[],
  now: number,
): Promise<ExchangeServer> {
  const { answers, apis } = exchanges[exchange];
  const candles = servedCandles(symbols);
  const requests: ServedRequest[] = [];
  const paths: { readonly path: string; readonly userAgent: string | undefined }[] = [];
  const arrivals: number[] = [];
  let refused = 0;
  const http = createServer((request, response) => {
    const arrived = performance.now();
    const url = new URL(request.url ?? "/", "http://localhost");
    response.setHeader("date", new Date(server.now).toUTCString());
    paths.push({ path: url.pathname, userAgent: request.headers["user-agent"] });
    const path = url.pathname.replace(/^\/(?:public|private)/, "");
    // The others are markets that this exchange does not have.
    const isOther = /^\/(?:fapi|dapi|eapi|sapi)/.test(path);
    const answer = isOther ? { body: { symbols: [] } } : answers(path, url.searchParams, { candles, now: server.now });
    if (answer === undefined) return send(response, { code: -1, msg: `no path ${path}` }, 404);
    if (answer.candles === undefined) return send(response, answer.body);
    arrivals.push(arrived);
    const asked = { number: requests.length + 1, ...answer.candles };
    requests.push(asked);
    const fault = server.fault(asked);
    if (fault === undefined) return send(response, answer.body);
    void sendFaulty(response, answer, fault).then((isRefused) => {
      if (isRefused) refused++;
    });
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const base = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const server: ExchangeServer = {
    settings: { urls: { api: Object.fromEntries(apis.map((api) => [api, `${base}/${api}`])) } },
    candles,
    now,
    fault: () => undefined,
    requests,
    paths,
    get refused() {
      return refused;
    },
    mostPerSecond() {
      let most = 0;
      for (let first = 0, last = 0; last < arrivals.length; last++) {
        while ((arrivals[last] ?? 0) - (arrivals[first] ?? 0) >= 1000) first++;
        most = Math.max(most, last - first + 1);
      }
      return most;
    },
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      http.close();
      await once(http, "close");
    },
  };
  return server;
}
