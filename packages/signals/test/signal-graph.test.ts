import { averageKinds, type SignalConfig, signalDefaults } from "@atc/contract";
import { smallestBaseLength } from "@atc/plugin-kit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createGraphKernel } from "../src/graph/graph-kernel.ts";
import { graphBytes } from "../src/graph/graph-layout.ts";
import { canClimb } from "../src/graph/ladder-plan.ts";
import { type GraphPlan, planGraph } from "../src/graph/plan-graph.ts";
import type { Reread } from "../src/graph/reread.ts";
import {
  compute,
  computeMany,
  createManyStream,
  createSignalGraph,
  createStream,
  type SignalGraph,
  type SignalOutput,
  signalOutputs,
  validateSignalConfig,
} from "../src/index.ts";
import { planKernels } from "../src/many/plan-kernels.ts";
import { kernels, useKernel, wasmBuilt } from "./kernels.ts";
import { randomWalk } from "./price-walks.ts";
import { anyConfig, anySeries } from "./random-series.ts";

/** Keys that are drawn together, because they must fit together. */
const axes: readonly (readonly (keyof SignalConfig)[])[] = [
  ...averageKinds.map((kind) => [`${kind}Length`] as const),
  ["emaWeight", "kamaWeight"],
  ["lambda"],
  ["decay"],
  ["growthCap"],
  ["cutout"],
  ["longThreshold", "shortThreshold"],
  ["strategyMode"],
  ["robustness"],
  ["dialect"],
  ["hma"],
  ["lsma"],
];

/** A configuration with each axis from one of a few others, so that several of them share some of their kinds. */
function mix(pool: readonly SignalConfig[], picks: readonly number[]): SignalConfig {
  const mixed: Record<string, unknown> = { ...pool[0] };
  for (const [axis, keys] of axes.entries()) {
    const from = pool[(picks[axis] ?? 0) % pool.length] as SignalConfig;
    for (const key of keys) mixed[key] = from[key];
  }
  const config = mixed as unknown as SignalConfig;
  const lengths = averageKinds.map((kind) => {
    const smallest = smallestBaseLength(kind, config.robustness);
    return [`${kind}Length`, Math.max(smallest, config[`${kind}Length`])];
  });
  return { ...config, ...Object.fromEntries(lengths) };
}

/** Lists whose members differ in few or in many keys. */
const anyList: fc.Arbitrary<readonly SignalConfig[]> = fc
  .record({
    pool: fc.array(anyConfig, { minLength: 1, maxLength: 3 }),
    picks: fc.array(fc.array(fc.nat(5), { minLength: axes.length, maxLength: axes.length }), {
      minLength: 1,
      maxLength: 9,
    }),
    differing: fc.array(fc.nat(axes.length - 1), { maxLength: 6 }),
  })
  .map(({ pool, picks, differing }) =>
    picks.map((each) => mix(pool, differing.length === 0 ? each : each.map((p, i) => (differing.includes(i) ? p : 0)))),
  );

const anyChunks = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 });

function expectSame(actual: ArrayLike<number>, wanted: ArrayLike<number>, name: string): void {
  expect(actual.length).toBe(wanted.length);
  for (let bar = 0; bar < wanted.length; bar++)
    if (!Object.is(actual[bar], wanted[bar])) expect([name, bar, actual[bar]]).toEqual([name, bar, wanted[bar]]);
}

/** The directions of all configurations, pushed in chunks. */
function directionsOf(
  graph: SignalGraph,
  close: Float64Array,
  chunks: readonly number[],
  symbol?: number,
): readonly Int8Array[] {
  const columns = graph.configs.map(() => new Int8Array(close.length));
  for (let from = 0, i = 0; from < close.length; i++) {
    const end = Math.min(close.length, from + (chunks[i % chunks.length] ?? close.length));
    const next = close.subarray(from, end);
    graph.push(
      { close: next, open: next },
      (rows) => {
        for (const [index, row] of rows.directions.entries()) {
          columns[index]?.set(row.subarray(0, rows.count), rows.from);
        }
      },
      symbol,
    );
    from = end;
  }
  return columns;
}

/** How many nodes left the ladder, to see that doubts occur and that they do not always. */
interface Climb {
  nodes: number;
  left: number;
}

/** Expects all outputs of every member over averages that kinds share to be those of its own stream. */
function expectClimb(
  configs: readonly SignalConfig[],
  close: Float64Array,
  chunks: readonly number[],
  doubt: number,
): Climb {
  const members = configs.map((config, index) => ({ index, config: validateSignalConfig(config) }));
  const outputs = signalOutputs.filter((output) => !averageKinds.some((kind) => kind === output));
  const plan = planGraph(members, (nodes) => nodes.filter(canClimb));
  const reread: Reread = (from, count) => {
    const part = close.subarray(from, from + count);
    return { close: part, source: part };
  };
  const graph = createGraphKernel(plan, new Set(outputs), { ladder: { reread, tallies: true, doubt } });
  const joined = configs.map(() =>
    Object.fromEntries(outputs.map((output) => [output, new Float64Array(close.length)])),
  );
  for (let from = 0, i = 0; from < close.length; i++) {
    const count = Math.min(close.length - from, graph.blockLength, chunks[i % chunks.length] as number);
    graph.advance(close, close, from, count, ({ index }, results) => {
      for (const output of outputs)
        joined[index]?.[output]?.set((results[output] as Float64Array).subarray(0, count), from);
    });
    from += count;
  }
  for (const [index, config] of configs.entries()) {
    const alone = createStream(config);
    const wanted = alone.push({ close });
    for (const output of outputs) expectSame(joined[index]?.[output] ?? [], wanted[output], `${output} of ${index}`);
    expect(diagnosable(graph.tallies(index))).toEqual(diagnosable(alone.diagnostics()));
  }
  const { left } = graph;
  graph[Symbol.dispose]();
  return { nodes: plan.ladder?.nodes.length ?? 0, left };
}

const cents = (close: Float64Array): Float64Array => close.map((price) => Math.round(price * 20) / 20);

describe.each(kernels)("the graph of shared kinds with the kernel %s", (kernel) => {
  useKernel(kernel);
  const runs = { numRuns: kernel === "wasm" ? 60 : 15 };

  it("gives every member the bits of its own stream, in blocks of any length", () => {
    fc.assert(
      fc.property(anyList, anySeries(500), anyChunks, (configs, { close }, chunks) => {
        const members = configs.map((config, index) => ({ index, config: validateSignalConfig(config) }));
        const graph = createGraphKernel(planGraph(members), new Set(signalOutputs));
        const joined = configs.map(() =>
          Object.fromEntries(signalOutputs.map((output) => [output, new Float64Array(close.length)])),
        );
        for (let from = 0, i = 0; from < close.length; i++) {
          const count = Math.min(close.length - from, graph.blockLength, chunks[i % chunks.length] as number);
          graph.advance(close, close, from, count, ({ index }, results) => {
            for (const output of signalOutputs)
              joined[index]?.[output]?.set((results[output] as Float64Array).subarray(0, count), from);
          });
          from += count;
        }
        for (const [index, config] of configs.entries()) {
          const alone = createStream(config);
          const wanted = alone.push({ close });
          for (const output of signalOutputs)
            expectSame(joined[index]?.[output] ?? [], wanted[output], `${output} of ${index}`);
          expect(diagnosable(graph.tallies(index))).toEqual(diagnosable(alone.diagnostics()));
        }
        graph[Symbol.dispose]();
      }),
      runs,
    );
  });

  it("gives every configuration of a random list its own directions, for several symbols", () => {
    const source = fc.constantFrom("close" as const, "open" as const);
    fc.assert(
      fc.property(anyList, source, anySeries(500), anyChunks, (list, calculationSource, { close }, chunks) => {
        const configs = list.map((config, i) => (i % 2 === 0 ? config : { ...config, calculationSource }));
        const graph = createSignalGraph(configs, { symbols: 2 });
        const other = randomWalk(150, close.length);
        const half = close.length >> 1;
        const start = directionsOf(graph, close.subarray(0, half), chunks, 1);
        directionsOf(graph, other, chunks, 0);
        const columns = graph.configs.map(() => new Int8Array(close.length));
        for (const [index, column] of columns.entries()) column.set(start[index] ?? []);
        graph.push(
          { close: close.subarray(half), open: close.subarray(half) },
          ({ from, count, directions }) => {
            for (const [index, row] of directions.entries()) columns[index]?.set(row.subarray(0, count), from);
          },
          1,
        );
        for (const [index, config] of configs.entries()) {
          const { columns: own } = computeOne(close, config);
          expectSame(columns[index] ?? [], own, `direction of ${index}`);
        }
        expect([graph.position(0), graph.position(1)]).toEqual([150, close.length]);
        graph[Symbol.dispose]();
      }),
      { numRuns: kernel === "wasm" ? 60 : 15 },
    );
  });

  it("crosses its windows of 1,024 bars, in blocks of any length", () => {
    const close = cents(randomWalk(3500, 8));
    const configs = [20, 24, 30].flatMap((emaLength) =>
      [false, true].map((strategyMode) => ({ emaLength, strategyMode, longThreshold: 0.3, cutout: 1100 })),
    );
    for (const chunks of [[3500], [1], [1023, 1, 700], [127, 129]]) {
      const columns = directionsOf(createSignalGraph(configs), close, chunks);
      for (const [index, config] of configs.entries())
        expectSame(columns[index] ?? [], computeOne(close, config).columns, `${chunks} ${index}`);
    }
  });

  it("advances in windows with the directions that it hands out in rows", () => {
    const close = cents(randomWalk(3500, 8));
    const open = cents(randomWalk(3500, 9));
    const some = [20, 24, 30].flatMap((emaLength) => [{ emaLength }, { emaLength, strategyMode: true }]);
    const sources = (["close", "open"] as const).flatMap((calculationSource) =>
      some.map((config) => ({ ...config, calculationSource })),
    );
    // The rows of one kernel, those of two kernels, and a configuration whose kernel has none.
    for (const configs of [some, sources, [...some, { calculationSource: "open" as const }]]) {
      const rows = configs.map((config) => compute({ close, open }, config, { outputs: ["direction"] }).columns);
      for (const [window, count] of [
        [64, 64],
        [64, 7],
        [128, 128],
        [192, 130],
        [1024, 1024],
        [1024, 300],
      ] as const) {
        using graph = createSignalGraph(configs, { symbols: 2, window });
        for (let from = 0; from < close.length; from += count) {
          const end = Math.min(close.length, from + count);
          const part = { close: close.subarray(from, end), open: open.subarray(from, end) };
          // The other symbol has other bars at the same time.
          graph.advance({ close: part.open, open: part.close }, 0);
          const { values, stride } = graph.advance(part, 1);
          expect(stride).toBeGreaterThanOrEqual(window);
          for (const [index, { direction }] of rows.entries())
            expectSame(
              values.subarray(index * stride, index * stride + end - from),
              direction.subarray(from, end),
              `${window} ${count} ${from} ${index}`,
            );
        }
        expect([graph.position(0), graph.position(1)]).toEqual([close.length, close.length]);
      }
    }
  });

  it("hands out rows in windows of its length", () => {
    const close = cents(randomWalk(700, 8));
    const configs = [{ emaLength: 20 }, { emaLength: 24 }];
    using graph = createSignalGraph(configs, { window: 192 });
    const counts: number[] = [];
    const columns = configs.map(() => new Int8Array(close.length));
    graph.push({ close }, ({ from, count, directions }) => {
      counts.push(count);
      for (const [index, column] of columns.entries()) column.set(directions[index]?.subarray(0, count) ?? [], from);
    });
    expect(counts).toEqual([192, 192, 192, 124]);
    for (const [index, config] of configs.entries())
      expectSame(columns[index] ?? [], computeOne(close, config).columns, `direction of ${index}`);
  });

  it("refuses more bars than its window has before its state changes", () => {
    using graph = createSignalGraph([{}, { emaLength: 40 }], { window: 64 });
    expect(() => graph.advance({ close: randomWalk(65, 1) })).toThrow(/65 bars were given, and the window has 64/);
    expect(graph.position()).toBe(0);
    expect(graph.advance({ close: new Float64Array(0) }).stride).toBeGreaterThanOrEqual(64);
    for (const window of [0, 100, 4160, 64.5])
      expect(() => createSignalGraph([{}], { window })).toThrow(/give a multiple of 64, 64 to 4096/);
  });
});

/** The direction of one configuration by a computation of its own, whatever its cutout. */
function computeOne(close: Float64Array, config: Partial<SignalConfig>): { readonly columns: ArrayLike<number> } {
  const stream = createStream(config, { outputs: ["direction"] });
  return { columns: stream.push({ close, open: close }).direction };
}

/** What tallies and diagnostics have in common, and shares of the former as in the latter. */
function diagnosable(value: object): object {
  const { ties, weights, lengthWeights } = value as Record<string, unknown>;
  const { floored, equityBars, floorShare } = value as Record<string, number>;
  const share = floorShare ?? (equityBars === 0 ? 0 : Number(floored) / Number(equityBars));
  return { ties, weights, lengthWeights, share };
}

const lengthsOf = (lengths: readonly number[]): Partial<SignalConfig> =>
  Object.fromEntries(averageKinds.map((kind, i) => [`${kind}Length`, lengths[i % lengths.length]]));

const fourLengths = [20, 21, 22, 23].map((length) => ({ ...signalDefaults, ...lengthsOf([length]) }));

/** Prices of which the closes of some bars are within rounding of the bound of a tie. */
function doubtfulAt(bars: readonly number[]): Float64Array {
  const close = randomWalk(700, 4);
  for (const bar of bars) {
    const { wma } = compute({ close: close.subarray(0, bar + 1) }, fourLengths[0], { outputs: ["wma"] }).columns;
    const n = 20;
    const share = n / ((n * (n + 1)) / 2);
    const rest = (wma[bar] as number) - share * (close[bar] as number);
    // p - m = 1e-10 p for m = rest + share p.
    close[bar] = rest / (1 - share - 1e-10);
  }
  return close;
}

describe.skipIf(!wasmBuilt)("kinds of several base lengths over shared averages", () => {
  useKernel("wasm");

  it("have the bits of their own streams, whether a side is in doubt or not", () => {
    const seen: Climb[] = [];
    const doubts = fc.constantFrom(0.001, 1, 1e5, 1e9);
    fc.assert(
      fc.property(anyList, anySeries(600), anyChunks, doubts, (configs, { close }, chunks, doubt) => {
        seen.push(expectClimb(configs, close, chunks, doubt));
      }),
      { numRuns: 120 },
    );
    expect(seen.some(({ nodes, left }) => nodes > 0 && left === 0)).toBe(true);
    expect(seen.some(({ nodes, left }) => left > 0 && left < nodes)).toBe(true);
    expect(seen.some(({ nodes, left }) => nodes > 0 && left === nodes)).toBe(true);
  });

  it("stay together on ordinary prices over many bars, ties of prices in cents included", () => {
    const configs = Array.from({ length: 14 }, (_, i) => ({ ...signalDefaults, ...lengthsOf([12 + 3 * i]) }));
    const ties = cents(randomWalk(3000, 8));
    expect(expectClimb(configs, ties, [128], 1)).toEqual({ nodes: 84, left: 0 });
    expect(compute({ close: ties }, configs[2]).diagnostics.ties).toBeGreaterThan(0);
  });

  it("leave if a close is as far from an average as the bound of a tie", () => {
    const { left } = expectClimb(fourLengths, doubtfulAt([400, 530]), [100], 1);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(24);
  });

  it("leave in some symbols, at bars of their own, while others stay", () => {
    const columns = [doubtfulAt([400]), randomWalk(700, 5), doubtfulAt([130, 600]), randomWalk(700, 6)];
    const rereads: number[] = [];
    const reread = (from: number, count: number, symbol: number) => {
      rereads.push(symbol);
      return { close: (columns[symbol] as Float64Array).subarray(from, from + count) };
    };
    using graph = createSignalGraph(fourLengths, { symbols: columns.length, window: 128, reread });
    const found = columns.map((close) => fourLengths.map(() => new Int8Array(close.length)));
    for (let from = 0; from < 700; from += 100)
      for (const [symbol, close] of columns.entries()) {
        const { values, stride } = graph.advance({ close: close.subarray(from, from + 100) }, symbol);
        for (const [index, column] of (found[symbol] ?? []).entries())
          column.set(values.subarray(index * stride, index * stride + 100), from);
      }
    expect(new Set(rereads)).toEqual(new Set([0, 2]));
    for (const [symbol, close] of columns.entries())
      for (const [index, config] of fourLengths.entries())
        expectSame(found[symbol]?.[index] ?? [], computeOne(close, config).columns, `${symbol} ${index}`);
  });

  it("keep a block while the function that reads bars again advances other symbols", () => {
    const columns = [doubtfulAt([350]), randomWalk(700, 5), doubtfulAt([260]), randomWalk(700, 6)];
    // Kinds of this dialect have kernels of their own, whose rows are computed before those of the ladder.
    const other = { ...signalDefaults, dialect: "tradingview" as const };
    const configs = [...fourLengths, other, { ...other, strategyMode: true }];
    const found = columns.map((close) => configs.map(() => new Int8Array(close.length)));
    let nested = 0;
    function advance(symbol: number, count: number): void {
      const from = graph.position(symbol);
      const close = (columns[symbol] as Float64Array).subarray(from, from + count);
      const { values, stride } = graph.advance({ close }, symbol);
      for (const [index, column] of (found[symbol] ?? []).entries())
        column.set(values.subarray(index * stride, index * stride + close.length), from);
    }
    const reread = (from: number, count: number, symbol: number) => {
      // The first symbol advances the second and the third one, which itself advances the fourth one.
      nested++;
      if (symbol === 0 && graph.position(2) === 0) for (const other of [1, 2]) advance(other, 300);
      else if (symbol === 2) advance(3, 17);
      return { close: (columns[symbol] as Float64Array).subarray(from, from + count) };
    };
    using graph = createSignalGraph(configs, { symbols: columns.length, window: 512, reread });
    for (const symbol of columns.keys()) while (graph.position(symbol) < 700) advance(symbol, 500);
    expect(nested).toBeGreaterThan(1);
    expect(graph.describe().methods.shared).toBe(6);
    for (const [symbol, close] of columns.entries())
      for (const [index, config] of configs.entries())
        expectSame(found[symbol]?.[index] ?? [], computeOne(close, config).columns, `${symbol} ${index}`);
  });

  it("leave if an equity may reach its cap or a window sum may overflow", () => {
    const configs = [20, 21, 22, 23].map((length) => ({
      ...signalDefaults,
      ...lengthsOf([length]),
      lambda: 900,
      growthCap: "none" as const,
      decay: 0,
    }));
    expect(expectClimb(configs, randomWalk(900, 4), [128], 1).left).toBe(24);
    // Grows by small factors until it reaches the cap.
    const steep = new Float64Array(1900);
    for (let bar = 0; bar < steep.length; bar++)
      steep[bar] = bar < 150 ? 100 + 10 * Math.sin(bar / 5) : (steep[bar - 1] as number) * (bar % 9 === 0 ? 1.02 : 1.1);
    const growing = configs.map((config) => ({ ...config, lambda: 2 }));
    expect(Math.max(...compute({ close: steep }, growing[0]).columns.wmaEquity)).toBe(1e300);
    expect(expectClimb(growing, steep, [128], 1).left).toBe(24);
    const huge = randomWalk(500, 4).map((price) => price * 1e300);
    const plain = configs.map((config) => ({ ...config, lambda: 0.02 }));
    expect(expectClimb(plain, huge, [77], 1).left).toBe(24);
  });

  it("are what a graph of tied lengths consists of, if it can read bars again", () => {
    const configs = Array.from({ length: 30 }, (_, i) => lengthsOf([14 + i]));
    const close = randomWalk(2500, 3);
    const reread = (from: number, count: number, symbol: number) => {
      expect(symbol).toBe(0);
      return { close: close.subarray(from, from + count) };
    };
    const graph = createSignalGraph(configs, { reread });
    expect(graph.describe()).toMatchObject({ averages: 6 * 42, layer1Signals: 180, methods: { shared: 30 } });
    expect(createSignalGraph(configs).describe()).toMatchObject({ averages: 54 * 30, methods: { separate: 30 } });
    for (const [index, column] of directionsOf(graph, close, [2500, 300]).entries())
      expectSame(column, computeOne(close, configs[index] ?? {}).columns, `direction of ${index}`);
    const outputs = ["direction", "averageSignal", "hmaEquity"] as const;
    for (const [index, { columns, diagnostics }] of computeMany({ close }, configs, { outputs }).entries()) {
      const own = compute({ close }, configs[index], { outputs });
      for (const output of outputs) expectSame(columns[output], own.columns[output], `${output} of ${index}`);
      expect(diagnostics).toEqual(own.diagnostics);
    }
  });

  it("reject bars read again that are not those that were asked for", () => {
    const configs = Array.from({ length: 30 }, (_, i) => lengthsOf([14 + i]));
    const graph = createSignalGraph(configs, { reread: () => ({ close: Float64Array.of(1) }) });
    graph.push({ close: randomWalk(300) }, () => {});
    const huge = randomWalk(10).map((price) => price * 1e300);
    expect(() => graph.push({ close: huge }, () => {})).toThrow(
      expect.objectContaining({ code: "ATC_INVALID_DATA", details: { from: 0, count: 300, bars: 1 } }),
    );
  });
});

describe("a graph of signals", () => {
  const close = randomWalk(600, 5);
  const varied = Array.from({ length: 60 }, (_, i) => lengthsOf([20 + (i % 3), 30 + (i % 4), 25 + (i % 5)]));
  const grid = [0.01, 0.02, 0.05].flatMap((lambda) => [0.01, 0.03, 0.1].map((decay) => ({ lambda, decay })));

  it("computes each kind once", () => {
    const { averages, layer1Signals, layer2Equities, directions, methods } = createSignalGraph(varied).describe();
    expect({ averages, layer1Signals, layer2Equities, directions, methods }).toEqual({
      averages: 9 * 24,
      layer1Signals: 24,
      layer2Equities: 24,
      directions: 60,
      methods: { shared: 60, lanes: 0, separate: 0 },
    });
  });

  it("puts settings over the same averages in lanes, and shares kinds that differ in thresholds only", () => {
    expect(createSignalGraph(grid).describe()).toMatchObject({
      averages: 54,
      layer1Equities: 54 * 9,
      methods: { shared: 0, lanes: 9, separate: 0 },
    });
    const thresholds = [0.1, 0.2, 0.3].map((longThreshold) => ({ longThreshold }));
    expect(createSignalGraph(thresholds).describe()).toMatchObject({
      layer1Equities: 54,
      methods: { shared: 3, lanes: 0, separate: 0 },
    });
  });

  it("says how much memory a symbol takes", () => {
    const bytes = (configs: readonly Partial<SignalConfig>[]): number =>
      createSignalGraph(configs).describe().bytesPerSymbol;
    const one = bytes([{}]);
    expect(one).toBeGreaterThan(5_000);
    expect(bytes([{}, { robustness: "Wide" }])).toBeGreaterThan(1.5 * one);
    expect(bytes(grid)).toBeGreaterThan(one);
    // A configuration over shared kinds takes little per symbol, and a row of directions for all of them.
    const all = [...varied, { ...varied[0], strategyMode: true }];
    const more = bytes(all) - bytes(varied);
    expect(more).toBeGreaterThan(64);
    expect(more).toBeLessThan(256);
    const shared = (configs: readonly Partial<SignalConfig>[], window?: number): number =>
      createSignalGraph(configs, { window }).describe().sharedBytes;
    expect(shared(all) - shared(varied)).toBeGreaterThanOrEqual(1024);
    expect(shared(all) - shared(varied)).toBeLessThan(1200);
    expect(shared(all, 128)).toBeLessThan(shared(all) - 61 * 896);
    expect(shared([{}])).toBe(0);
  });

  it("puts settings over few averages in lanes, and over averages of many base lengths on a ladder", () => {
    const configs = Array.from({ length: 30 }, (_, i) =>
      grid.map((one) => ({ ...one, ...lengthsOf([14 + i]) })),
    ).flat();
    expect(createSignalGraph(configs).describe().methods).toEqual({ shared: 0, lanes: 270, separate: 0 });
    if (!wasmBuilt) return;
    const graph = createSignalGraph(configs, {
      reread: (from, count) => ({ close: close.subarray(from, from + count) }),
    });
    expect(graph.describe()).toMatchObject({ layer1Equities: 9 * 6 * 42, methods: { shared: 270 } });
    for (const [index, column] of directionsOf(graph, close, [600]).entries())
      if (index % 11 === 0)
        expectSame(column, computeOne(close, configs[index] ?? {}).columns, `direction of ${index}`);
  });

  it("computes configurations that share nothing on their own", () => {
    const { methods } = createSignalGraph([{}, { robustness: "Wide" }, { calculationSource: "open" }]).describe();
    expect(methods).toEqual({ shared: 0, lanes: 0, separate: 3 });
  });

  it("is what computeMany and createManyStream use", () => {
    const configs = [...varied, ...grid];
    const outputs = ["averageSignal", "direction", "kamaEquity"] as const;
    for (const [index, { columns, diagnostics }] of computeMany({ close }, configs, { outputs }).entries()) {
      const own = compute({ close }, configs[index], { outputs });
      for (const output of outputs) expectSame(columns[output], own.columns[output], `${output} of ${index}`);
      expect(diagnostics).toEqual(own.diagnostics);
    }
  });

  it("allows other computations inside the callbacks, which may make the memory grow", () => {
    const wanted = varied.map((config) => compute({ close }, config, { outputs: ["averageSignal"] }).columns);
    const kept: Disposable[] = [];
    const grow = (): unknown => kept.push(createStream({ emaLength: 9000 + kept.length }));
    createManyStream(varied, { outputs: ["averageSignal"] }).push({ close }, ({ config, from, count, results }) => {
      for (let i = 0; i < count; i++) expect(results.averageSignal[i]).toBe(wanted[config]?.averageSignal[from + i]);
      if (config % 7 === 0) grow();
    });
    for (const one of kept) one[Symbol.dispose]();
  });

  it("ignores a push with a bad price", () => {
    const graph = createSignalGraph(varied);
    const bad = close.slice();
    bad[300] = Number.NaN;
    expect(() => graph.push({ close: bad }, () => expect.unreachable("rows of a refused push"))).toThrow(
      expect.objectContaining({ code: "ATC_INVALID_DATA", details: expect.objectContaining({ bar: 300 }) }),
    );
    expect(graph.position()).toBe(0);
    const columns = directionsOf(graph, close, [600]);
    for (const [index, config] of varied.entries())
      expectSame(columns[index] ?? [], computeOne(close, config).columns, `direction of ${index}`);
  });

  it("refuses a symbol whose callback threw, and computes the others", () => {
    const graph = createSignalGraph(varied, { symbols: 2 });
    const push = (symbol: number, onRows: () => void): void => graph.push({ close }, onRows, symbol);
    const fail = (): void => {
      throw new Error("full");
    };
    expect(() => push(0, fail)).toThrow("full");
    expect(() => push(0, () => {})).toThrow(expect.objectContaining({ code: "ATC_CLOSED", details: { symbol: 0 } }));
    for (const [index, column] of directionsOf(graph, close, [600], 1).entries())
      expectSame(column, computeOne(close, varied[index] ?? {}).columns, `direction of ${index}`);
  });

  it("is divided if it would be too large, with neighbours that share kinds", () => {
    const outputs: ReadonlySet<SignalOutput> = new Set(["direction"]);
    const configs = varied.map((config) => ({ ...signalDefaults, ...config }));
    const [whole] = planKernels(configs, outputs, { ladders: false }).graphs;
    const largestGraph = Math.round(graphBytes(whole as GraphPlan, { averageSignals: false }) / 3);
    const plan = planKernels(configs, outputs, { ladders: false, largestGraph });
    expect(plan.graphs.length).toBeGreaterThan(2);
    for (const graph of plan.graphs)
      expect(graphBytes(graph, { averageSignals: false })).toBeLessThanOrEqual(largestGraph);
    const seen = plan.graphs.flatMap(({ members }) => members.map(({ member }) => member.index));
    expect(seen.toSorted((a, b) => a - b)).toEqual(configs.map((_, index) => index));
    const nodes = plan.graphs.map(({ bundles }) => bundles.reduce((sum, bundle) => sum + bundle.nodes.length, 0));
    expect(nodes.reduce((sum, count) => sum + count, 0)).toBeLessThan(0.75 * 6 * 60);
    const single = planKernels(configs, outputs, { ladders: false, largestGraph: 1 });
    expect(single.graphs.map(({ members }) => members.length)).toEqual(configs.map(() => 1));
  });

  it("names what is wrong with its arguments", () => {
    expect(() => createSignalGraph([{}, { decay: 101 }])).toThrow(
      expect.objectContaining({ code: "ATC_INVALID_CONFIG", details: expect.objectContaining({ config: 1 }) }),
    );
    expect(() => createSignalGraph([{}], { symbols: 0 })).toThrow(
      expect.objectContaining({ code: "ATC_INVALID_ARGUMENT", details: { symbols: 0 } }),
    );
    const graph = createSignalGraph([{}], { symbols: 2 });
    expect(() => graph.push({ close }, () => {}, 2)).toThrow(
      expect.objectContaining({ code: "ATC_INVALID_ARGUMENT", details: { symbol: 2, symbols: 2 } }),
    );
    graph[Symbol.dispose]();
    graph[Symbol.dispose]();
    expect(() => graph.push({ close }, () => {})).toThrow(expect.objectContaining({ code: "ATC_CLOSED" }));
  });

  it("computes nothing for no configurations and no bars", () => {
    const rows: number[] = [];
    createSignalGraph([]).push({ close }, ({ count, directions }) => rows.push(count, directions.length));
    expect(rows).toEqual([600, 0]);
    createSignalGraph([signalDefaults]).push({ close: new Float64Array() }, () => expect.unreachable("no rows"));
  });
});
