import { AsyncLocalStorage } from "node:async_hooks";
import type { CcxtExchange } from "../exchange/ccxt-exchange.ts";

/** What is known about the last answer to a request, beyond what ccxt returns. */
export interface AnswerRecord {
  status: number | undefined;
  /** The header `Retry-After`. */
  retryAfter: string | undefined;
  /** The header `Date`, in ms: the clock of the exchange. */
  date: number | undefined;
  /** The start of a body that is not JSON. */
  unreadable: string | undefined;
}

/** The answers of an exchange, by request. */
export interface AnswerWatch {
  /** Sends a request; `record` receives what is known about its answers. */
  watch<Result>(record: AnswerRecord, send: () => Promise<Result>): Promise<Result>;
  /** The newest header `Date`, in ms, with the `performance.now()` at which it arrived. */
  readonly date: { readonly time: number; readonly at: number } | undefined;
}

function headerOf(headers: unknown, name: string): string | undefined {
  if (typeof headers !== "object" || headers === null) return undefined;
  for (const [key, value] of Object.entries(headers)) if (key.toLowerCase() === name) return String(value);
  return undefined;
}

/** Watches the answers of an exchange. Several requests may be under way, so each has a context of its own. */
export function watchAnswers(exchange: CcxtExchange): AnswerWatch {
  const context = new AsyncLocalStorage<AnswerRecord>();
  const { onRestResponse, parseJson } = exchange;
  let date: AnswerWatch["date"];
  exchange.onRestResponse = (status, reason, url, method, headers, body) => {
    const record = context.getStore();
    const time = Date.parse(headerOf(headers, "date") ?? "");
    const isDated = Number.isFinite(time);
    if (record !== undefined) {
      record.status = status;
      record.retryAfter = headerOf(headers, "retry-after");
      record.date = isDated ? time : undefined;
    }
    if (isDated) date = { time, at: performance.now() };
    return onRestResponse.call(exchange, status, reason, url, method, headers, body);
  };
  exchange.parseJson = (text) => {
    const parsed = parseJson.call(exchange, text);
    const record = context.getStore();
    if (record !== undefined) record.unreadable = parsed === undefined ? text.slice(0, 60) : undefined;
    return parsed;
  };
  return {
    watch: (record, send) => context.run(record, send),
    get date() {
      return date;
    },
  };
}
