import { types } from "node:util";
import type { BoundStrategy } from "@atc/backtest";
import {
  AtcError,
  type DecisionName,
  isAtcError,
  type ReadonlyTypedArray,
  type StrategyBars,
  type StrategyRun,
} from "@atc/contract";
import { exactDirections, type OddDirection } from "./exact-directions.ts";
import { placeIn } from "./load-strategy.ts";
import { foreignValue } from "./thrown-value.ts";

/** Called before (true) and after (false) each call of a strategy's code. */
export type CallListener = (isRunning: boolean) => void;

/** What messages about a strategy need. */
interface Place {
  readonly label: string;
  readonly file: string;
  readonly symbol: string;
}

/** The ATC_STRATEGY of a symbol on which a strategy failed. */
export function strategyFault({ label, file, symbol }: Place, what: string, cause?: unknown): AtcError {
  return new AtcError("ATC_STRATEGY", `the strategy "${label}" ${what} for symbol "${symbol}"${placeIn(cause, file)}`, {
    details: { symbol, strategy: label },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Turns what the user's code throws into the fault of the symbol. ATC_INVALID_DATA stays: it may find bad data. */
function guarded<Result>(place: Place, alive: CallListener, call: () => Result): Result {
  alive(true);
  try {
    return call();
  } catch (error) {
    const { text, cause } = foreignValue(error);
    if (cause !== undefined && (isAtcError(error, "ATC_INVALID_DATA") || isAtcError(error, "ATC_STRATEGY")))
      throw error;
    throw strategyFault(place, `failed (${text})`, cause);
  } finally {
    alive(false);
  }
}

type Column = Float64Array | Float32Array | ReadonlyTypedArray<number>;

function bytesOf(column: Column): Uint8Array {
  const { buffer, byteOffset, byteLength } = column as Float64Array;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** The numbers of another array of the same type. */
function copyOf(column: Column, memory: Column | undefined): Column {
  const room = memory !== undefined && memory.length >= column.length ? (memory as Float64Array) : undefined;
  if (room === undefined) return (column as Float64Array).slice();
  const copy = room.subarray(0, column.length);
  copy.set(column as Float64Array);
  return copy;
}

/**
 * Copies of columns for code that may write to them or read beyond them: mapped files end the process on a write, and
 * the buffer behind a column holds the bars that follow it.
 */
function createCopies(names: readonly string[]): {
  take(bars: StrategyBars): StrategyBars;
  /** The first column that differs from its copy. */
  changed(bars: StrategyBars, copies: StrategyBars): string | undefined;
} {
  const memories = new Map<string, Column>();
  return {
    take(bars) {
      const copies: Record<string, Column> = {};
      for (const name of names) {
        const column = bars[name];
        if (column === undefined) continue;
        const copy = copyOf(column, memories.get(name));
        if (copy.length > (memories.get(name)?.length ?? 0)) memories.set(name, copy);
        copies[name] = copy;
      }
      return copies as unknown as StrategyBars;
    },
    changed(bars, copies) {
      for (const name of names) {
        const column = bars[name];
        const copy = copies[name];
        if (column === undefined || copy === undefined) continue;
        // The buffer of the copy is gone if the strategy sent it to another thread.
        if (copy.length !== column.length || Buffer.compare(bytesOf(column), bytesOf(copy)) !== 0) return name;
      }
      return undefined;
    },
  };
}

function checkReturned(place: Place, returned: unknown): void {
  if (returned === undefined) return;
  const what = types.isPromise(returned) ? "a promise" : `"${foreignValue(returned).text.slice(0, 40)}"`;
  throw strategyFault(place, `returned ${what} from decide, which must write to directions and return nothing,`);
}

function oddDirection({ label, symbol }: Place, { value, bar }: OddDirection): AtcError {
  return new AtcError(
    "ATC_STRATEGY",
    `the strategy "${label}" decided the direction "${value}" for symbol "${symbol}" at bar ${bar}; write -1 for short, 0 for flat or 1 for long`,
    { details: { symbol, strategy: label, bar, value: String(value) } },
  );
}

/** What {@link guardRun} needs. */
interface GuardOptions {
  /** The columns that the strategy requests. */
  readonly names: readonly string[];
  /** Whether the account reads its directions. */
  readonly readsDirections: boolean;
  readonly alive: CallListener;
}

/** The functions of what `start` returned. */
function callsOf(run: unknown): Partial<StrategyRun> {
  const { decide, finish } = (typeof run === "object" && run !== null ? run : {}) as Partial<StrategyRun>;
  return { ...(decide === undefined ? {} : { decide }), ...(finish === undefined ? {} : { finish }) };
}

function guardRun(place: Place, run: unknown, { names, readsDirections, alive }: GuardOptions): StrategyRun {
  const { decide, finish } = guarded(place, alive, () => callsOf(run));
  if (typeof decide !== "function")
    throw strategyFault(place, "did not return an object with a function decide from start");
  const copies = createCopies(names);
  const exact = exactDirections();
  return {
    decide(bars, directions, decisions) {
      const own = copies.take(bars);
      const room = exact.room(directions.length);
      checkReturned(
        place,
        guarded<unknown>(place, alive, () => decide.call(run, own, room, decisions)),
      );
      // An array without its buffer, which another thread has.
      for (const [name, values] of Object.entries(decisions))
        if (values.length !== directions.length) throw strategyFault(place, `took the array of its ${name} away`);
      const odd = exact.moveTo(directions);
      if (odd !== undefined && readsDirections) throw oddDirection(place, odd);
      const changed = copies.changed(bars, own);
      if (changed !== undefined) throw strategyFault(place, `changed the column "${changed}" of its input`);
    },
    finish() {
      if (typeof finish !== "function") return [];
      const warnings: unknown = guarded(place, alive, () => finish.call(run));
      if (warnings === undefined) return [];
      if (!Array.isArray(warnings) || !warnings.every((one) => typeof one === "string"))
        throw strategyFault(place, "did not return a list of texts from finish");
      return warnings;
    },
  };
}

/** What is wanted under a `signal` that replaces the directions. */
const otherSignals: readonly DecisionName[] = ["weight", "longEntry"];

/**
 * A strategy of the user's whose faults are those of one symbol: what it throws, what it returns, and changes of its
 * input. It works on copies of the columns that it requests, and sees no others.
 *
 * @param alive - called before and after each call of its code
 */
export function guardedStrategy(
  strategy: BoundStrategy,
  { label, file }: Pick<Place, "label" | "file">,
  alive: CallListener,
): BoundStrategy {
  const names = [...new Set(["close", ...strategy.columns, ...(strategy.optionalColumns ?? [])])];
  return {
    ...strategy,
    start(symbol, wanted, context) {
      const place = { label, file, symbol };
      const run: unknown = guarded(place, alive, () => strategy.start(symbol, wanted, context));
      const readsDirections = !otherSignals.some((name) => wanted?.includes(name) === true);
      return guardRun(place, run, { names, readsDirections, alive });
    },
  };
}
