import { averageKinds, type SignalConfig, signalDefaults } from "@atc/contract";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { compute, createStream, type SignalOutput, signalOutputs } from "../src/index.ts";
import { createKernel } from "../src/stream/create-kernel.ts";
import { createWasmKernel } from "../src/wasm/wasm-kernel.ts";
import { under, wasmBuilt } from "./kernels.ts";
import { randomWalk, seededRandom } from "./price-walks.ts";
import { anyConfig, anySeries, shapes } from "./random-series.ts";

type Columns = Readonly<Partial<Record<SignalOutput, ArrayLike<number>>>>;

/** Compares every output and the diagnostics bit by bit. */
function expectSame(actual: Columns, wanted: Columns): void {
  expect(Object.keys(actual)).toEqual(Object.keys(wanted));
  for (const output of Object.keys(wanted) as SignalOutput[]) {
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

function chunked(
  close: Float64Array,
  config: Partial<SignalConfig>,
  outputs: readonly SignalOutput[],
  chunks: readonly number[],
): { readonly columns: Columns; readonly diagnostics: object } {
  using stream = createStream(config, { outputs });
  const columns = Object.fromEntries(outputs.map((output) => [output, new Float64Array(close.length)]));
  for (let i = 0; stream.position < close.length; i++) {
    const from = stream.position;
    const part = stream.push({ close: close.subarray(from, from + (chunks[i] ?? 977)) });
    for (const output of outputs) columns[output]?.set(part[output], from);
  }
  const { kernel, ...diagnostics } = stream.diagnostics();
  return { columns, diagnostics };
}

/** Compares both kernels, the one in WebAssembly in chunks. */
function expectKernelsAgree(
  close: Float64Array,
  config: Partial<SignalConfig>,
  outputs: readonly SignalOutput[] = signalOutputs,
  chunks: readonly number[] = [],
): void {
  const fast = under("wasm", () => chunked(close, config, outputs, chunks));
  const slow = under("reference", () => chunked(close, config, outputs, [close.length]));
  expectSame(fast.columns, slow.columns);
  expect(fast.diagnostics).toEqual(slow.diagnostics);
}

const someAverages = fc.uniqueArray(fc.constantFrom(...averageKinds), { minLength: 1, maxLength: 6 });
const someOutputs = fc.uniqueArray(fc.constantFrom(...signalOutputs), { minLength: 1, maxLength: 6 });
const someChunks = fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 12 });
const growths = fc.constantFrom(0, 0.02, 5, 900, 1e6, 1e300);

describe.skipIf(!wasmBuilt)("both kernels (needs dist/kernel.wasm)", () => {
  it("give the same bits under any configuration, for any series, in any chunks", () => {
    fc.assert(
      fc.property(anyConfig, anySeries(900), growths, someChunks, (config, { close }, lambda, chunks) => {
        expectKernelsAgree(close, { ...config, lambda }, signalOutputs, chunks);
      }),
      { numRuns: 200 },
    );
  });

  it("give the same bits for averages only, with a snapshot at any bar, in short and in long blocks", () => {
    const longChunks = fc.array(fc.integer({ min: 1, max: 1500 }), { maxLength: 6 });
    const longLength = fc.constantFrom(undefined, 200, 990, 1017, 1300);
    fc.assert(
      fc.property(
        anyConfig,
        longLength,
        anySeries(4000),
        someAverages,
        longChunks,
        (any, length, { close }, kinds, chunks) => {
          const config =
            length === undefined ? any : { ...any, emaLength: length, wmaLength: length, hmaLength: length };
          expectKernelsAgree(close, config, kinds, chunks);
          const saved = (): Uint8Array => {
            using stream = createStream(config, { outputs: kinds });
            stream.push({ close });
            return stream.snapshot();
          };
          expect(Buffer.compare(under("wasm", saved), under("reference", saved))).toBe(0);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("give the same bits for some outputs only", () => {
    fc.assert(
      fc.property(anyConfig, anySeries(600), someOutputs, someChunks, (config, { close }, outputs, chunks) => {
        expectKernelsAgree(close, config, outputs, chunks);
      }),
      { numRuns: 100 },
    );
  });

  it.each(Object.keys(shapes))("give the same bits over many blocks of %s prices, in both dialects", (shape) => {
    const close = Float64Array.from(shapes[shape]?.(3000, seededRandom(3)) ?? []);
    for (const dialect of ["lts", "tradingview"] as const) {
      for (const robustness of ["Narrow", "Wide"] as const) {
        expectKernelsAgree(close, { dialect, robustness, cutout: 700, growthCap: "none" });
      }
    }
  });

  it("give the same bits for lengths in the hundreds and thousands, different for each kind", () => {
    const lengths = fc.tuple(...averageKinds.map(() => fc.integer({ min: 9, max: 3000 })));
    fc.assert(
      fc.property(lengths, fc.nat(), someChunks, (bases, seed, chunks) => {
        const config = Object.fromEntries(averageKinds.map((kind, i) => [`${kind}Length`, bases[i]]));
        expectKernelsAgree(randomWalk(4000, seed), config, signalOutputs, chunks);
      }),
      { numRuns: 12 },
    );
  });

  it.each([
    ["so large that window sums overflow", (price: number, bar: number) => (bar % 500 < 30 ? price * 1e305 : price)],
    ["all near the largest double", (price: number) => price * 1e305],
    ["near the smallest double", (price: number) => price * 1e-307],
    ["from one end of the doubles to the other", (price: number, bar: number) => price * (bar % 7 ? 1e-300 : 1e300)],
    [
      "that jump by a million, so that equities reach their cap",
      (price: number, bar: number) => price * 1e6 ** (bar % 2),
    ],
  ])("give the same bits for prices %s", (_, change) => {
    const close = randomWalk(2500).map(change);
    expectKernelsAgree(close, { decay: 0 });
    expectKernelsAgree(close, { dialect: "tradingview", hma: "sma", lambda: 50, growthCap: "none" });
  });

  it("give the same bits if equities grow to their cap and stay there", () => {
    const close = Float64Array.from({ length: 4000 }, (_, bar) => 100 * 1.05 ** (bar % 400) * (bar % 400 < 3 ? 3 : 1));
    const config = { decay: 0, lambda: 2000, growthCap: "none" } as const;
    expectKernelsAgree(close, config);
    const { columns } = under("wasm", () => compute({ close }, config));
    expect(columns.averageSignal.every(Number.isFinite)).toBe(true);
  });

  it("give the same bits for another calculation source, rounded to float32", () => {
    const close = randomWalk(1500);
    const prices = { close, high: close.map((price, bar) => price * (1 + (bar % 5) / 1000)) };
    const config = { calculationSource: "high", precision: "float32", strategyMode: true } as const;
    const fast = under("wasm", () => compute(prices, config).columns);
    expectSame(
      fast,
      under("reference", () => compute(prices, config).columns),
    );
  });

  it("give the same bits for the smallest lengths", () => {
    const config = { ...signalDefaults, robustness: "Narrow" } as const;
    const lengths = { emaLength: 5, hmaLength: 6, wmaLength: 5, demaLength: 5, lsmaLength: 6, kamaLength: 5 };
    expectKernelsAgree(randomWalk(800), { ...config, ...lengths }, signalOutputs, [1, 1, 1, 300]);
  });

  it("do not disturb each other when thousands share one memory", () => {
    const close = randomWalk(300);
    const outputs = ["direction", "averageSignal", "kama"] as const;
    const wanted = under("reference", () => compute({ close }, {}, { outputs }).columns);
    const streams = under("wasm", () => Array.from({ length: 3000 }, () => createStream({}, { outputs })));
    const results = streams.map((stream) => [stream.push({ close: close.subarray(0, 140) })]);
    for (const [i, stream] of streams.entries()) results[i]?.push(stream.push({ close: close.subarray(140) }));
    for (const i of [0, 1, 1500, 2999]) {
      const [first, second] = results[i] ?? [];
      expect([...(first?.kama ?? []), ...(second?.kama ?? [])]).toEqual([...wanted.kama]);
      expect([...(second?.direction ?? [])]).toEqual([...wanted.direction.subarray(140)]);
    }
    for (const stream of streams) stream[Symbol.dispose]();
  });

  it("reuse the memory of disposed streams", () => {
    const outputs = new Set<SignalOutput>(["direction"]);
    const first = createWasmKernel({ ...signalDefaults, emaLength: 61 }, outputs);
    const row = first?.results.direction;
    first?.[Symbol.dispose]();
    first?.[Symbol.dispose]();
    for (let i = 0; i < 5000; i++) {
      const kernel = createWasmKernel({ ...signalDefaults, emaLength: 61 }, outputs);
      if (i === 4999) expect(kernel?.results.direction?.buffer).toBe(row?.buffer);
      kernel?.[Symbol.dispose]();
    }
  });
});

describe("the choice of kernel", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it.skipIf(!wasmBuilt)("is WebAssembly by default (needs dist/kernel.wasm)", () => {
    vi.stubEnv("ATC_KERNEL", undefined);
    expect(compute({ close: randomWalk(50) }).diagnostics.kernel).toBe("wasm");
    vi.stubEnv("ATC_KERNEL", "");
    expect(compute({ close: randomWalk(50) }).diagnostics.kernel).toBe("wasm");
  });

  it("can be the reference", () => {
    vi.stubEnv("ATC_KERNEL", "reference");
    expect(compute({ close: randomWalk(50) }).diagnostics.kernel).toBe("reference");
  });

  it("rejects another value", () => {
    vi.stubEnv("ATC_KERNEL", "gpu");
    expect(() => createStream()).toThrow(expect.objectContaining({ code: "ATC_INVALID_ARGUMENT" }));
  });

  describe("if WebAssembly cannot run", () => {
    afterEach(() => {
      vi.doUnmock("../src/wasm/wasm-kernel.ts");
      vi.resetModules();
    });

    it("is the reference, or an error if ATC_KERNEL is wasm", async () => {
      vi.resetModules();
      vi.doMock("../src/wasm/wasm-kernel.ts", () => ({ createWasmKernel: () => undefined }));
      const { createKernel: create } = await import("../src/stream/create-kernel.ts");
      vi.stubEnv("ATC_KERNEL", undefined);
      expect(create(signalDefaults, new Set()).name).toBe("reference");
      vi.stubEnv("ATC_KERNEL", "wasm");
      expect(() => create(signalDefaults, new Set())).toThrow(expect.objectContaining({ code: "ATC_UNSUPPORTED" }));
    });
  });

  it("falls back to the reference if the windows need more memory than WebAssembly has", () => {
    vi.stubEnv("ATC_KERNEL", undefined);
    const kernel = createKernel({ ...signalDefaults, kamaLength: 1_000_000 }, new Set<SignalOutput>(["kama"]));
    kernel.advance(new Float64Array(1).fill(5), new Float64Array(1).fill(5), 0, 1);
    expect(kernel.results.kama?.[0]).toBe(5);
    kernel[Symbol.dispose]();
  });
});
