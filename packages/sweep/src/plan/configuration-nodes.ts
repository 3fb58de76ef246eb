import { type AverageKind, averageKinds, type SignalConfig } from "@atc/contract";
import { derivedLengths } from "@atc/plugin-kit";
import type { SweepConfiguration } from "../space/space.ts";
import { createTextIds } from "./text-ids.ts";

/** The averages and equities of one signal of layer 1. */
export interface SignalUnits {
  /** The ids of its nine averages. */
  readonly averages: Int32Array;
  /** The lengths of its averages together, in bars. */
  readonly bars: Float64Array;
  /** The ids of its nine equities. */
  readonly equities: Int32Array;
}

/** The ids of the nodes that a configuration needs. Equal nodes have equal ids. */
export interface ConfigurationNodes {
  /** Signals of layer 1, one per kind; empty for a strategy. */
  readonly first: Int32Array;
  /** Equities of layer 2, one per kind; empty for a strategy. */
  readonly second: Int32Array;
  readonly direction: number;
  readonly account: number;
}

/** Finds the nodes of configurations. */
export interface NodeBook {
  /** The nodes of a configuration. */
  nodesOf(configuration: SweepConfiguration): ConfigurationNodes;
  /** The units of a signal of layer 1 by its id. */
  unitsOf(first: number): SignalUnits;
}

/** What the average of a kind depends on, besides its length. */
function averageTraits(kind: AverageKind, { calculationSource, dialect, hma, lsma }: SignalConfig): string {
  const variant = kind === "hma" ? hma : kind === "lsma" ? lsma : kind === "dema" || kind === "kama" ? dialect : "";
  return `${kind} ${calculationSource} ${variant}`;
}

/** What the equities and signals of layer 1 depend on, besides their averages. */
function layerTraits({ lambda, decay, growthCap, cutout, dialect }: SignalConfig): string {
  return `${dialect} ${lambda} ${decay} ${growthCap} ${dialect === "tradingview" ? cutout : 0}`;
}

/** What the equity of layer 2 depends on, besides its signal. */
function secondTraits(kind: AverageKind, config: SignalConfig): string {
  const { lambda, decay, growthCap, cutout, longThreshold, shortThreshold, dialect } = config;
  const cuts = dialect === "lts" ? `${longThreshold} ${shortThreshold}` : "";
  return `${config[`${kind}Weight`]} ${lambda} ${decay} ${growthCap} ${cutout} ${cuts}`;
}

/** An object's members as text, in the order of their names. */
function canonical(members: object): string {
  return JSON.stringify(Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Creates a book of the nodes of ATC, or of a strategy, which has directions and accounts only. */
export function createNodeBook(hasStrategy: boolean): NodeBook {
  const averages = createTextIds();
  const equities = createTextIds();
  const firsts = createTextIds();
  const seconds = createTextIds();
  const directions = createTextIds();
  const accounts = createTextIds();
  const units: SignalUnits[] = [];
  // Parts of configurations that no axis varies are one object.
  const backtests = new WeakMap<object, string>();
  const none = new Int32Array(0);

  function addUnits(id: number, kind: AverageKind, config: SignalConfig): void {
    const lengths = derivedLengths(config[`${kind}Length`], config.robustness);
    const traits = averageTraits(kind, config);
    const ids = Int32Array.from(lengths, (length) => averages.of(`${traits} ${length}`));
    const layer = layerTraits(config);
    units[id] = {
      averages: ids,
      bars: Float64Array.from(lengths),
      equities: ids.map((average) => equities.of(`${average} ${layer}`)),
    };
  }

  function firstOf(kind: AverageKind, config: SignalConfig): number {
    const base = config[`${kind}Length`];
    const id = firsts.of(`${averageTraits(kind, config)} ${base} ${config.robustness} ${layerTraits(config)}`);
    if (units[id] === undefined) addUnits(id, kind, config);
    return id;
  }

  function backtestText(backtest: object): string {
    const known = backtests.get(backtest);
    if (known !== undefined) return known;
    const text = canonical(backtest);
    backtests.set(backtest, text);
    return text;
  }

  return {
    unitsOf: (first) => units[first],
    nodesOf({ signals, backtest, parameters }) {
      const first = hasStrategy ? none : Int32Array.from(averageKinds, (kind) => firstOf(kind, signals));
      const second = first.map((id, place) => seconds.of(`${id} ${secondTraits(averageKinds[place], signals)}`));
      const { longThreshold, shortThreshold, strategyMode } = signals;
      const direction = directions.of(
        hasStrategy ? canonical(parameters) : `${second.join(" ")} ${longThreshold} ${shortThreshold} ${strategyMode}`,
      );
      return { first, second, direction, account: accounts.of(`${direction} ${backtestText(backtest)}`) };
    },
  };
}
