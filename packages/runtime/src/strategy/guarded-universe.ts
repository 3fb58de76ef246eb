import { type BoundUniverseStrategy, isoTime } from "@atc/backtest";
import { AtcError, type UniverseBars, type UniverseColumns, type UniverseRun } from "@atc/contract";
import { placeIn } from "./load-strategy.ts";
import type { WatchedThread } from "./strategy-watch.ts";
import { foreignValue } from "./thrown-value.ts";

/** What messages about a strategy need. */
interface ModulePlace {
  readonly label: string;
  readonly file: string;
}

/** The ATC_STRATEGY of a run whose strategy failed, at a time if it is known. */
export function universeFault({ label, file }: ModulePlace, what: string, at?: number, cause?: unknown): AtcError {
  const time = at === undefined || Number.isNaN(at) ? undefined : isoTime(BigInt(Math.floor(at)), "ms");
  const when = time === undefined ? "" : ` at ${time}`;
  return new AtcError("ATC_STRATEGY", `the strategy "${label}" ${what}${when}${placeIn(cause, file)}`, {
    details: { strategy: label, ...(time === undefined ? {} : { time }) },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Copies of arrays, to find what a call has changed in them. */
function createCopies(columns: UniverseColumns): { take(): void; changed(): string | undefined } {
  const pairs = Object.entries(columns).map(([name, column = new Float64Array()]) => {
    const copy = new Float64Array(column.length);
    return { name, column, copy, bytes: new Uint8Array(column.buffer), copied: new Uint8Array(copy.buffer) };
  });
  return {
    take() {
      for (const { column, copy } of pairs) copy.set(column);
    },
    changed: () => pairs.find(({ bytes, copied }) => Buffer.compare(bytes, copied) !== 0)?.name,
  };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

/** Calls code of the user's, at a time of the bars. */
type Calls = <Result>(at: number | undefined, action: () => Result) => Result;

function callsOf(place: ModulePlace, { alive, enterTime }: WatchedThread): Calls {
  return (at, action) => {
    enterTime(at ?? Number.NaN);
    alive(true);
    try {
      return action();
    } catch (error) {
      const { text, cause } = foreignValue(error);
      throw universeFault(place, `failed (${text})`, at, cause);
    } finally {
      alive(false);
    }
  };
}

function guardRun(place: ModulePlace, run: unknown, call: Calls): UniverseRun {
  const { decide, finish } = call(undefined, (): Partial<UniverseRun> => {
    const given = (typeof run === "object" && run !== null ? run : {}) as Partial<UniverseRun>;
    return {
      ...(given.decide === undefined ? {} : { decide: given.decide }),
      ...(given.finish === undefined ? {} : { finish: given.finish }),
    };
  });
  if (typeof decide !== "function")
    throw universeFault(place, "did not return an object with a function decide from start");
  let copies: ReturnType<typeof createCopies> | undefined;
  // Its own object and list: code that keeps or changes them changes nothing of the engine's.
  let own = { present: new Int32Array(0) };

  function ownBars({ time, present, columns }: UniverseBars): UniverseBars {
    if (own.present.length !== present.length) own = { present: new Int32Array(present.length) };
    own.present.set(present);
    return { time, present: own.present, columns };
  }

  return {
    decide(bars, weights) {
      copies ??= createCopies(bars.columns);
      copies.take();
      const { time } = bars;
      const given = ownBars(bars);
      const returned: unknown = call(time, () => decide.call(run, given, weights));
      if (returned !== undefined)
        throw universeFault(place, "returned something from decide, which must write to weights,", time);
      const changed = copies.changed();
      if (changed !== undefined) throw universeFault(place, `changed the column "${changed}" of its input`, time);
    },
    finish() {
      if (typeof finish !== "function") return [];
      const warnings: unknown = call(undefined, () => finish.call(run));
      if (warnings === undefined || isTexts(warnings)) return warnings ?? [];
      throw universeFault(place, "did not return a list of texts from finish");
    },
  };
}

/**
 * A strategy of the user's that sees all symbols, whose faults end the run as ATC_STRATEGY with the time: what it
 * throws, what it returns, and changes of its input.
 */
export function guardedUniverse(
  strategy: BoundUniverseStrategy,
  { label, file }: ModulePlace,
  thread: WatchedThread,
): BoundUniverseStrategy {
  const place = { label, file };
  const call = callsOf(place, thread);
  return {
    ...strategy,
    start: (symbols) =>
      guardRun(
        place,
        call(undefined, (): unknown => strategy.start([...symbols])),
        call,
      ),
  };
}
