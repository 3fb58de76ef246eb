import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout } from "node:timers/promises";
import { AtcError, throwIfAborted } from "@atc/contract";
import { linkedSignal } from "@atc/plugin-kit";
import type { CcxtExchange, CcxtModule } from "../exchange/ccxt-exchange.ts";
import { type AnswerRecord, type AnswerWatch, watchAnswers } from "./answer-record.ts";
import { failureOf, networkError } from "./failed-request.ts";
import { rateFolder, rateShare } from "./rate-share.ts";

/** How often and how patiently requests are repeated. */
interface RequestPatience {
  /** How often a request is sent before it fails. */
  readonly attempts: number;
  /** The wait before the second attempt, in ms. It doubles with each one, and a random part of it is left out. */
  readonly firstWait: number;
  /** The longest wait that an exchange may demand, in ms. */
  readonly longestWait: number;
}

/** The options of one request. */
interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called each second while the request waits to be repeated: the ms that are left, and why. */
  readonly onWait?: ((left: number, what: string) => void) | undefined;
}

/** Sends the requests of one exchange. */
export interface Requester extends AsyncDisposable {
  readonly answers: AnswerWatch;
  /**
   * Sends a request until it is answered. `what` is what it gets, for a message.
   *
   * @throws ATC_NETWORK, ATC_ABORTED, and errors of ccxt that are not of the network
   */
  request<Result>(what: string, send: () => Promise<Result>, options?: RequestOptions): Promise<Result>;
  /** The seconds after a request in which the exchange allows no other one. Nothing is sent. */
  secondsOf(send: () => Promise<unknown>): Promise<number>;
}

/** Attempts before anything was answered: without a network, the user should not wait for long. */
const firstAttempts = 3;
const longestBackoff = 60_000;
/** How often a waiting request says how long it still waits, in ms. */
const longestTick = 1000;
/** ccxt bounds the time until an answer begins. This bounds the whole answer, in ms. */
const answerDeadline = 60_000;

/** What the loop of attempts needs. */
interface RequesterParts {
  readonly ccxt: CcxtModule;
  readonly exchange: CcxtExchange;
  readonly name: string;
  readonly patience: RequestPatience;
}

/**
 * Makes the requester of an exchange. If the exchange demands fewer requests, all of its requests wait. While other
 * processes ask the same exchange, they divide its rate.
 */
export function createRequester({ ccxt, exchange, name, patience }: RequesterParts): Requester {
  const answers = watchAnswers(exchange);
  const ended = new AbortController();
  let pausedUntil = 0;
  let isAnswered = false;
  const { throttle } = exchange;
  const share = rateShare(rateFolder(exchange, name));
  /** The cost of the request that is not to be sent. */
  const unsent = new AsyncLocalStorage<{ cost: number | undefined }>();

  async function pause(signal: AbortSignal): Promise<void> {
    for (let left = pausedUntil - performance.now(); left > 0; left = pausedUntil - performance.now())
      await waitFor(left, signal);
  }

  exchange.throttle = async (cost = 1) => {
    const measured = unsent.getStore();
    if (measured !== undefined) {
      measured.cost ??= cost;
      throw new AtcError("ATC_ABORTED", "the request is only measured");
    }
    // A pause that begins while a request waits in line holds it too.
    do {
      await pause(ended.signal);
      await throttle.call(exchange, cost * (await share.asking()));
    } while (pausedUntil > performance.now());
  };

  async function secondsOf(send: () => Promise<unknown>): Promise<number> {
    const measured: { cost: number | undefined } = { cost: undefined };
    await unsent.run(measured, send).catch(() => undefined);
    return ((measured.cost ?? 1) * exchange.rateLimit) / 1000;
  }

  async function requestUntilAnswered<Result>(
    what: string,
    send: () => Promise<Result>,
    { signal: given, onWait }: RequestOptions = {},
  ): Promise<Result> {
    using linked = linkedSignal([given, ended.signal]);
    const { signal } = linked;
    for (let attempt = 1; ; attempt++) {
      throwIfAborted(signal);
      const record: AnswerRecord = { status: undefined, retryAfter: undefined, date: undefined, unreadable: undefined };
      let cause: unknown;
      try {
        const result = await bounded(answers.watch(record, send), signal);
        if (record.unreadable === undefined) {
          isAnswered = true;
          return result;
        }
      } catch (error) {
        throwIfAborted(signal);
        cause = error;
      }
      const failure = failureOf(ccxt, cause, record);
      const { status } = record;
      if (!failure.isPassing) {
        if (cause instanceof ccxt.BadSymbol || cause instanceof ccxt.NotSupported) throw cause;
        const remedy = "check the name of the exchange, the network and what the exchange says about this address";
        throw networkError(name, what, { why: failure.why, remedy, status, cause });
      }
      const attempts = isAnswered ? patience.attempts : Math.min(firstAttempts, patience.attempts);
      const wait = failure.wait ?? backoff(attempt, patience);
      const remedy = "check the network, and run the same command again: it resumes";
      if (attempt >= attempts)
        throw networkError(name, what, { why: `${failure.why} (${attempts} attempts)`, remedy, status, cause });
      if (wait > patience.longestWait) {
        const why = `it demands a wait of ${Math.ceil(wait / 1000)} s`;
        throw networkError(name, what, { why, remedy: "run the same command again after it", status, cause });
      }
      if (failure.isLimit) pausedUntil = Math.max(pausedUntil, performance.now() + wait);
      const end = performance.now() + wait;
      for (let left = wait; left > 0; left = end - performance.now()) {
        onWait?.(left, failure.what);
        await waitFor(Math.min(left, longestTick), signal);
      }
    }
  }

  return {
    answers,
    request: (what, send, options) => share.during(() => requestUntilAnswered(what, send, options)),
    secondsOf,
    async [Symbol.asyncDispose]() {
      ended.abort();
      await share[Symbol.asyncDispose]();
    },
  };
}

/** The wait before an attempt. Up to half of it is left out, so that clients do not repeat requests in step. */
function backoff(attempt: number, { firstWait }: RequestPatience): number {
  return Math.min(longestBackoff, firstWait * 2 ** (attempt - 1)) * (1 - Math.random() / 2);
}

async function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => throwIfAborted(signal));
}

/** The result of a request, unless its deadline passes or it is aborted before. */
async function bounded<Result>(result: Promise<Result>, signal: AbortSignal): Promise<Result> {
  using settled = linkedSignal([signal]);
  const late = setTimeout(answerDeadline, undefined, { signal: settled.signal }).then(
    () => {
      const message = `there was no whole answer within ${answerDeadline / 1000} s`;
      throw Object.assign(new Error(message), { code: "ETIMEDOUT" });
    },
    () => {
      throwIfAborted(signal);
      throw new AtcError("ATC_CLOSED", "the request is settled");
    },
  );
  late.catch(() => undefined);
  try {
    return await Promise.race([result, late]);
  } finally {
    settled.abort();
  }
}
