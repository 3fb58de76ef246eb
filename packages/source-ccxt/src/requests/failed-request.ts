import { AtcError } from "@atc/contract";
import type { CcxtModule } from "../exchange/ccxt-exchange.ts";
import type { AnswerRecord } from "./answer-record.ts";

/** What a failed request says about the next one. */
export interface RequestFailure {
  /** Whether the same request may succeed later. */
  readonly isPassing: boolean;
  /** Whether the exchange demands fewer requests, so that all of them must wait. */
  readonly isLimit: boolean;
  /** How long the exchange demands to wait, in ms; undefined if it does not say. */
  readonly wait: number | undefined;
  /** The cause, for a message. */
  readonly why: string;
  /** The cause in a few words, for a note while the request waits. */
  readonly what: string;
}

/** Statuses of 400 to 499 after which the same request may succeed. */
const passingStatuses: ReadonlySet<number> = new Set([408, 418, 425, 429]);
const limitStatuses: ReadonlySet<number> = new Set([418, 429]);
const longestReason = 200;

/** The wait that `Retry-After` demands, in ms: seconds, or a date by the clock of the exchange. */
function waitOf({ retryAfter: text, date: now = Date.now() }: AnswerRecord): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\s*\d+(?:\.\d+)?\s*$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

function reasonOf(error: unknown, record: AnswerRecord): string {
  if (record.unreadable !== undefined)
    return `its answer is not JSON but begins with "${record.unreadable.replace(/\s+/g, " ")}"`;
  const message = error instanceof Error ? error.message : String(error);
  const status = record.status === undefined || record.status < 400 ? "" : `HTTP ${record.status}, `;
  const text = status + message.replace(/\s+/g, " ").trim();
  return text.length > longestReason ? `${text.slice(0, longestReason)}...` : text;
}

function shortReason({ status = 0, unreadable }: AnswerRecord): string {
  if (status >= 400) return `HTTP ${status}`;
  return unreadable === undefined ? "no answer" : "an answer that is not JSON";
}

/** Whether a certificate is wrong, which no later request repairs. */
function isTlsFault(error: unknown): boolean {
  const parts = error instanceof Error ? [error, error.cause] : [];
  return parts.some((part) => {
    const code = part instanceof Error && "code" in part ? String(part.code) : "";
    const text = part instanceof Error ? part.message : "";
    return /CERT|SELF_SIGNED|ERR_TLS|ERR_SSL|ALTNAME/.test(code) || /certificate|SSL routines/i.test(text);
  });
}

/** Classifies the error of a request. */
export function failureOf(ccxt: CcxtModule, error: unknown, record: AnswerRecord): RequestFailure {
  const { status = 0 } = record;
  const isLimit = limitStatuses.has(status);
  const isOfNetwork = error instanceof ccxt.NetworkError || error instanceof ccxt.BadResponse;
  const isSystem = error instanceof Error && "code" in error;
  const isRefused = status >= 400 && status < 500 && !passingStatuses.has(status);
  const isPassing =
    !isTlsFault(error) && !isRefused && (isOfNetwork || isSystem || isLimit || record.unreadable !== undefined);
  const wait = isLimit || status === 503 ? waitOf(record) : undefined;
  return { isPassing, isLimit, wait, why: reasonOf(error, record), what: shortReason(record) };
}

/** The error that ends a request. */
export function networkError(
  exchange: string,
  what: string,
  { why, remedy, status, cause }: { why: string; remedy: string; status: number | undefined; cause: unknown },
): AtcError {
  return new AtcError("ATC_NETWORK", `${exchange} did not give ${what}: ${why}; ${remedy}`, {
    cause,
    details: { exchange, ...(status === undefined ? {} : { status }) },
  });
}
