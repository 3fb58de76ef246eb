import type { SignalConfig } from "@atc/contract";
import { AtcError, nearest } from "@atc/contract";
import type { SignalOutput } from "../base/signal-output.ts";
import { validateSignalConfig } from "../base/validate-config.ts";
import { checkBar, checkPrices } from "./price-check.ts";
import type { PriceBar, SignalOptions } from "./signal-stream.ts";
import type { SignalStreams, StreamsOptions } from "./signal-streams.ts";
import { type OpenStream, openStream } from "./stream.ts";
import { decodeSnapshots, encodeSnapshots } from "./streams-snapshot.ts";
import { checkOutputs } from "./targets.ts";

/** A symbol's stream with the outputs of its last bar. */
interface Member<Name extends SignalOutput> {
  readonly stream: OpenStream<Name>;
  readonly values: Float64Array;
}

/** The options of a symbol's stream. */
function optionsOf<Name extends SignalOutput>(
  symbol: string,
  { outputs, onWarning, onDirection }: StreamsOptions<Name>,
): SignalOptions<Name> {
  return {
    outputs,
    onWarning: onWarning === undefined ? undefined : (warning) => onWarning(symbol, warning),
    onDirection: onDirection === undefined ? undefined : (change) => onDirection(symbol, change),
  };
}

/** The error of one symbol's bar or snapshot, with the symbol. */
function ofSymbol(symbol: string, error: unknown): unknown {
  if (!(error instanceof AtcError)) return error;
  const details = { ...error.details, symbol };
  return new AtcError(error.code, `symbol "${symbol}": ${error.message}`, { cause: error, details });
}

function withSymbol<Result>(symbol: string, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    throw ofSymbol(symbol, error);
  }
}

/**
 * Computes the signals of many symbols bar by bar, with one snapshot of all of them. Members missing from `config` take
 * their defaults.
 *
 * @throws as `createStream`
 */
export function createStreams<Name extends SignalOutput = SignalOutput>(
  config: Partial<SignalConfig> = {},
  options: StreamsOptions<Name> = {},
): SignalStreams<Name> {
  const whole = validateSignalConfig(config);
  const outputs = checkOutputs(options.outputs);
  let members = new Map<string, Member<Name>>();
  let closed = false;

  function assertOpen(): void {
    if (closed) throw new AtcError("ATC_CLOSED", "the streams were disposed of; create others");
  }

  function open(symbol: string): Member<Name> {
    const stream = openStream(whole, optionsOf(symbol, options), checkPrices);
    return { stream, values: new Float64Array(outputs.length) };
  }

  function find(symbol: string): Member<Name> {
    assertOpen();
    const member = members.get(symbol);
    if (member !== undefined) return member;
    const meant = nearest(symbol, members.keys());
    const hint = meant === undefined ? "add it first" : `did you mean "${meant}"? Else add it first`;
    throw new AtcError("ATC_NOT_FOUND", `there is no symbol "${symbol}"; ${hint}`, { details: { symbol } });
  }

  function record({ values }: Member<Name>): Readonly<Record<Name, number>> {
    const found: Partial<Record<SignalOutput, number>> = {};
    for (let i = 0; i < outputs.length; i++) found[outputs[i]] = values[i];
    return found as Record<Name, number>;
  }

  /** Finds and checks everything before anything changes. */
  function checked(
    bars: Iterable<readonly [string, PriceBar]>,
    back: 0 | 1,
  ): readonly (readonly [string, Member<Name>, PriceBar])[] {
    assertOpen();
    const list = new Map<string, readonly [string, Member<Name>, PriceBar]>();
    for (const [symbol, bar] of bars) {
      const member = find(symbol);
      const { position } = member.stream;
      if (list.has(symbol))
        throw new AtcError("ATC_INVALID_ARGUMENT", `symbol "${symbol}" is given twice; give each symbol one bar`);
      if (position < back)
        throw new AtcError("ATC_INVALID_ARGUMENT", `symbol "${symbol}" has no bar to replace; push a bar first`);
      withSymbol(symbol, () => checkBar(bar, whole.calculationSource, position - back));
      list.set(symbol, [symbol, member, bar]);
    }
    return [...list.values()];
  }

  function disposeAll(all: ReadonlyMap<string, Member<Name>>): void {
    for (const { stream } of all.values()) stream[Symbol.dispose]();
  }

  function restored(snapshot: Uint8Array): Map<string, Member<Name>> {
    const found = new Map<string, Member<Name>>();
    try {
      for (const [symbol, bytes] of decodeSnapshots(snapshot)) {
        const member = open(symbol);
        found.set(symbol, member);
        withSymbol(symbol, () => member.stream.restore(bytes));
        if (member.stream.position > 0) member.stream.writeLast(member.values);
      }
      return found;
    } catch (error) {
      disposeAll(found);
      throw error;
    }
  }

  return {
    config: whole,
    outputs,
    get symbols() {
      return [...members.keys()];
    },
    has: (symbol) => members.has(symbol),
    add(...symbols) {
      assertOpen();
      const wrong = symbols.find((symbol: unknown) => typeof symbol !== "string" || symbol === "");
      if (wrong !== undefined)
        throw new AtcError(
          "ATC_INVALID_ARGUMENT",
          `a symbol is "${String(wrong)}"; give a text of at least one character`,
        );
      for (const symbol of symbols) if (!members.has(symbol)) members.set(symbol, open(symbol));
    },
    remove(symbol) {
      assertOpen();
      members.get(symbol)?.stream[Symbol.dispose]();
      return members.delete(symbol);
    },
    reset(symbol) {
      find(symbol).stream[Symbol.dispose]();
      members.set(symbol, open(symbol));
    },
    position: (symbol) => find(symbol).stream.position,
    push(symbol, prices) {
      const { stream, values } = find(symbol);
      const columns = withSymbol(symbol, () => stream.push(prices));
      const last = prices.close.length - 1;
      for (let i = 0; i < outputs.length && last >= 0; i++) values[i] = columns[outputs[i]][last];
      return columns;
    },
    pushBar(symbol, bar) {
      const member = find(symbol);
      withSymbol(symbol, () => member.stream.pushBarInto(bar, member.values));
      return record(member);
    },
    replace(symbol, bar) {
      const member = find(symbol);
      withSymbol(symbol, () => member.stream.replaceInto(bar, member.values));
      return record(member);
    },
    pushBars(bars) {
      const found = new Map<string, Readonly<Record<Name, number>>>();
      for (const [symbol, member, bar] of checked(bars, 0)) {
        member.stream.pushBarInto(bar, member.values);
        found.set(symbol, record(member));
      }
      return found;
    },
    replaceBars(bars) {
      const found = new Map<string, Readonly<Record<Name, number>>>();
      for (const [symbol, member, bar] of checked(bars, 1)) {
        member.stream.replaceInto(bar, member.values);
        found.set(symbol, record(member));
      }
      return found;
    },
    last(symbol) {
      const member = find(symbol);
      return member.stream.position === 0 ? undefined : record(member);
    },
    all() {
      assertOpen();
      const found = new Map<string, Readonly<Record<Name, number>>>();
      for (const [symbol, member] of members) if (member.stream.position > 0) found.set(symbol, record(member));
      return found;
    },
    diagnostics: (symbol) => find(symbol).stream.diagnostics(),
    snapshot() {
      assertOpen();
      return encodeSnapshots(Array.from(members, ([symbol, { stream }]) => [symbol, stream.snapshot()]));
    },
    restore(snapshot) {
      assertOpen();
      const next = restored(snapshot);
      disposeAll(members);
      members = next;
    },
    [Symbol.dispose]() {
      closed = true;
      disposeAll(members);
      members.clear();
    },
  };
}
