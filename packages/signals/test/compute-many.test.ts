import type { SignalConfig } from "@atc/contract";
import { signalDefaults } from "@atc/contract";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  compute,
  computeMany,
  createManyStream,
  createStream,
  type ManyBlock,
  type SignalOutput,
  signalOutputs,
} from "../src/index.ts";
import { randomWalk, seededRandom } from "./price-walks.ts";
import { anyConfig, anySeries, shapes } from "./random-series.ts";

type Columns = Readonly<Record<string, ArrayLike<number>>>;

function expectIdentical(actual: Columns, wanted: Columns, outputs: readonly SignalOutput[] = signalOutputs): void {
  for (const output of outputs) {
    const values = actual[output] ?? [];
    const reference = wanted[output] ?? [];
    expect(values.length).toBe(reference.length);
    for (let bar = 0; bar < reference.length; bar++) {
      if (!Object.is(values[bar], reference[bar])) {
        expect([output, bar, values[bar]]).toEqual([output, bar, reference[bar]]);
      }
    }
  }
}

/** The settings in which configurations that share their averages may differ. */
const anyVariation: fc.Arbitrary<Partial<SignalConfig>> = fc
  .record({
    lambda: fc.constantFrom(0, 0.02, 0.5, 5, 900),
    decay: fc.constantFrom(0, 0.03, 1, 100),
    cutout: fc.constantFrom(0, 0, 1, 40, 130),
    growthCap: fc.constantFrom(10_000, 100, 0, "none" as const),
    thresholds: fc.constantFrom([0.1, -0.1], [0.5, 0.2], [-0.1, -0.3], [2, -2]),
    strategyMode: fc.boolean(),
    weight: fc.constantFrom(0.01, 1, 3),
  })
  .map(({ thresholds: [longThreshold = 0, shortThreshold = 0], weight, ...rest }) => ({
    ...rest,
    longThreshold,
    shortThreshold,
    hmaWeight: weight,
    kamaWeight: 2 * weight,
  }));

const anyMany = fc
  .tuple(anyConfig, fc.array(anyVariation, { minLength: 1, maxLength: 7 }))
  .map(([config, variations]) => variations.map((variation) => ({ ...config, ...variation })));

/** Lambda by decay, as in a sweep. */
const grid = [0.005, 0.01, 0.02, 0.05].flatMap((lambda) => [0.01, 0.03, 0.1].map((decay) => ({ lambda, decay })));

afterEach(() => {
  vi.unstubAllEnvs();
});

describe.each(["wasm", "reference"])("many configurations with the kernel %s", (kernel) => {
  const runs = { numRuns: kernel === "wasm" ? 150 : 15 };

  it("gives each the same bits as its own stream", () => {
    vi.stubEnv("ATC_KERNEL", kernel);
    fc.assert(
      fc.property(anyMany, anySeries(500), (configs, { close }) => {
        const many = createManyStream(configs, { outputs: signalOutputs });
        const joined = configs.map(() =>
          Object.fromEntries(signalOutputs.map((output) => [output, new Float64Array(close.length)])),
        );
        many.push({ close }, ({ config, from, count, results }) => {
          for (const output of signalOutputs) {
            for (let i = 0; i < count; i++) (joined[config]?.[output] ?? [])[from + i] = results[output][i] as number;
          }
        });
        for (const [index, config] of configs.entries()) {
          const alone = createStream(config);
          expectIdentical(joined[index] ?? {}, alone.push({ close }));
          expect(many.diagnostics()[index]).toEqual(alone.diagnostics());
        }
      }),
      runs,
    );
  });

  it("is bit-identical in any chunks", () => {
    vi.stubEnv("ATC_KERNEL", kernel);
    const outputs = ["kamaSignal", "emaEquity", "averageSignal", "direction"] as const;
    fc.assert(
      fc.property(anyMany, anySeries(500), fc.array(fc.integer({ min: 1, max: 300 })), (configs, { close }, chunks) => {
        const whole = createManyStream(configs, { outputs });
        const parts = createManyStream(configs, { outputs });
        type Collected = number[][][];
        const collect = (into: Collected) => (block: ManyBlock<(typeof outputs)[number]>) => {
          for (const [i, output] of outputs.entries()) {
            into[block.config]?.[i]?.push(...block.results[output].subarray(0, block.count));
          }
        };
        const empty = (): Collected => configs.map(() => outputs.map(() => []));
        const [a, b] = [empty(), empty()];
        whole.push({ close }, collect(a));
        for (let i = 0; parts.position < close.length; i++) {
          parts.push({ close: close.subarray(parts.position, parts.position + (chunks[i] ?? 13)) }, collect(b));
        }
        expect(b).toEqual(a);
        expect(parts.diagnostics()).toEqual(whole.diagnostics());
      }),
      runs,
    );
  });

  it.each(Object.keys(shapes))("agrees over several blocks of %s prices in both dialects", (shape) => {
    vi.stubEnv("ATC_KERNEL", kernel);
    const close = Float64Array.from(shapes[shape]?.(700, seededRandom(3)) ?? []);
    const configs = (["lts", "tradingview"] as const).flatMap((dialect) =>
      grid.map((one, index) => ({ ...one, dialect, cutout: index % 3 === 0 ? 200 : 0 })),
    );
    for (const [index, { columns }] of computeMany({ close }, configs, { outputs: signalOutputs }).entries()) {
      expectIdentical(columns, compute({ close }, configs[index]).columns);
    }
  });
});

describe("computeMany", () => {
  const close = randomWalk(1500, 4);

  it("gives the same with both kernels", () => {
    vi.stubEnv("ATC_KERNEL", "wasm");
    const shared = computeMany({ close }, grid, { outputs: ["averageSignal", "direction"] });
    vi.stubEnv("ATC_KERNEL", "reference");
    const separate = computeMany({ close }, grid, { outputs: ["averageSignal", "direction"] });
    for (const [index, { columns, diagnostics }] of shared.entries()) {
      expectIdentical(columns, separate[index]?.columns ?? {}, ["averageSignal", "direction"]);
      expect(diagnostics).toEqual({ ...separate[index]?.diagnostics, kernel: "wasm" });
    }
  });

  it("keeps only the direction by default", () => {
    const [result] = computeMany({ close }, grid);
    expect(Object.keys(result?.columns ?? {})).toEqual(["direction"]);
    expect(result?.columns.direction).toBeInstanceOf(Int8Array);
  });

  it("rounds to the configured precision", () => {
    const configs = [{ precision: "float32" as const }, { lambda: 0.1 }];
    const [float32, float64] = computeMany({ close }, configs, { outputs: ["averageSignal"] });
    expect(float32?.columns.averageSignal).toBeInstanceOf(Float32Array);
    expect(float32?.columns.averageSignal).toEqual(
      compute({ close }, configs[0], { outputs: ["averageSignal"] }).columns.averageSignal,
    );
    expect(float64?.columns.averageSignal).toBeInstanceOf(Float64Array);
  });

  it("agrees if the growth overflows", () => {
    const configs = [5, 400, 700, 900, 5000].map((lambda) => ({ lambda, growthCap: "none" as const, decay: 0 }));
    const flat = close.map((price, bar) => (bar % 90 < 20 ? 100 : price));
    for (const [index, { columns }] of computeMany({ close: flat }, configs, { outputs: signalOutputs }).entries()) {
      expectIdentical(columns, compute({ close: flat }, configs[index]).columns);
    }
    const directions = computeMany({ close: flat }, configs).map(({ columns }) => columns.direction);
    expect(directions).toEqual(configs.map((config) => compute({ close: flat }, config).columns.direction));
  });

  it("accepts configurations with nothing in common, each with its own source", () => {
    const open = close.map((price, bar) => price * (1 + (bar % 7) / 1000));
    const configs: Partial<SignalConfig>[] = [
      { emaLength: 20 },
      { calculationSource: "open", lambda: 0.1 },
      { hma: "sma" },
      { lsma: "delayed" },
      { calculationSource: "open" },
      { dialect: "tradingview", cutout: 70 },
      { robustness: "Wide" },
    ];
    for (const [index, { columns }] of computeMany({ close, open }, configs, { outputs: signalOutputs }).entries()) {
      expectIdentical(columns, compute({ close, open }, configs[index]).columns);
    }
  });

  it("computes averages without votes", () => {
    const results = computeMany({ close }, grid.slice(0, 3), { outputs: ["wma"] });
    for (const { columns, diagnostics } of results) {
      expect(columns.wma).toEqual(compute({ close }, {}, { outputs: ["wma"] }).columns.wma);
      expect(diagnostics).toMatchObject({ ties: 0, largestGrowth: 1, warnings: [] });
    }
  });

  it("returns nothing for no configurations", () => {
    expect(computeMany({ close }, [])).toEqual([]);
  });

  it("names the configuration that is invalid", () => {
    expect(() => computeMany({ close }, [{}, { decay: 101 }])).toThrow(
      expect.objectContaining({ code: "ATC_INVALID_CONFIG", details: expect.objectContaining({ config: 1 }) }),
    );
    expect(() => computeMany({ close }, [{}, { cutout: 1500 }])).toThrow(
      expect.objectContaining({ code: "ATC_INVALID_CONFIG" }),
    );
  });

  it("rejects an empty series and an unknown output", () => {
    expect(() => computeMany({ close: [] as unknown as Float64Array }, [{}])).toThrow(
      expect.objectContaining({ code: "ATC_INVALID_DATA" }),
    );
    expect(() => computeMany({ close }, [{}], { outputs: ["nothing" as "direction"] })).toThrow(
      expect.objectContaining({ code: "ATC_INVALID_ARGUMENT" }),
    );
  });
});

describe("a stream of many configurations", () => {
  it("ignores a push with a bad price", () => {
    const close = randomWalk(600);
    const stream = createManyStream(grid, { outputs: ["averageSignal"] });
    const bad = Float64Array.from(close);
    bad[400] = Number.NaN;
    const push = (): void => stream.push({ close: bad }, () => expect.unreachable("a block of a refused push"));
    expect(push).toThrow(
      expect.objectContaining({ code: "ATC_INVALID_DATA", details: expect.objectContaining({ bar: 400 }) }),
    );
    expect(stream.position).toBe(0);
    const last: number[] = [];
    stream.push({ close }, ({ config, count, results }) => {
      last[config] = results.averageSignal[count - 1] as number;
    });
    for (const [index, config] of grid.entries()) {
      expect(last[index]).toBe(compute({ close }, config).columns.averageSignal.at(-1));
    }
  });

  it("allows other computations inside its callback", () => {
    const close = randomWalk(600);
    const other = randomWalk(300, 9);
    const wanted = grid.map((config) => compute({ close }, config).columns);
    createManyStream(grid, { outputs: ["ema", "averageSignal"] }).push(
      { close },
      ({ config, from, count, results }) => {
        for (let i = 0; i < count; i++) {
          expect(results.ema[i]).toBe(wanted[config]?.ema[from + i]);
          expect(results.averageSignal[i]).toBe(wanted[config]?.averageSignal[from + i]);
        }
        compute({ close: other }, signalDefaults);
      },
    );
  });

  it("rejects bars and diagnostics after it was disposed of", () => {
    const stream = createManyStream(grid);
    stream[Symbol.dispose]();
    stream[Symbol.dispose]();
    const closed = expect.objectContaining({ code: "ATC_CLOSED" });
    expect(() => stream.push({ close: randomWalk(3) }, () => {})).toThrow(closed);
    expect(() => stream.diagnostics()).toThrow(closed);
  });
});
