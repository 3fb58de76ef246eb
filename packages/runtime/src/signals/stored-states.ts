import type { CacheValue } from "@atc/cache";
import type { JsonObject, JsonValue } from "@atc/contract";
import { averageKinds } from "@atc/contract";
import type { KindState, SymbolState } from "../compute/symbol-state.ts";
import { listOf, numberOf, objectOf, textOf } from "./stored-json.ts";

/**
 * The states in a cache entry, checked member by member. Malformed ones are left out: another version wrote them, and
 * they are computed again.
 */
export function storedStates(value: CacheValue | undefined, symbols: ReadonlySet<string>): readonly SymbolState[] {
  const list = value?.attributes?.["states"];
  if (!Array.isArray(list)) return [];
  return (list as readonly JsonValue[]).flatMap((one) => {
    try {
      const state = stateOf(objectOf(one));
      return symbols.has(state.symbol) ? [state] : [];
    } catch (error) {
      if (error instanceof TypeError) return [];
      throw error;
    }
  });
}

function stateOf(stored: JsonObject): SymbolState {
  const { symbol, time, since, kinds, strongest, warnings } = stored;
  return {
    symbol: textOf(symbol),
    bars: numberOf(stored["bars"]),
    time: textOf(time),
    close: numberOf(stored["close"]),
    averageSignal: orNull(stored["averageSignal"], numberOf),
    direction: numberOf(stored["direction"]),
    since: orNull(since, textOf),
    strongest: listOf(strongest).map(kindOf),
    kinds: listOf(kinds).map(kindStateOf),
    warnings: listOf(warnings).map(textOf),
  };
}

function kindStateOf(value: JsonValue): KindState {
  const { kind, signal, weight, part } = objectOf(value);
  return {
    kind: kindOf(kind),
    signal: orNull(signal, numberOf),
    weight: orNull(weight, numberOf),
    part: numberOf(part),
  };
}

function kindOf(value: JsonValue | undefined): KindState["kind"] {
  const kind = averageKinds.find((one) => one === value);
  if (kind === undefined) throw new TypeError("a kind is unknown");
  return kind;
}

function orNull<Value>(value: JsonValue | undefined, of: (value: JsonValue | undefined) => Value): Value | null {
  return value === null ? null : of(value);
}
