import { averageKinds, signalDefaults } from "@atc/contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compute, createStream, type SignalOutput, signalOutputs } from "../src/index.ts";
import { assertAgreement } from "./agreement.ts";
import { kernels, useKernel } from "./kernels.ts";
import { naiveAverage, naiveSignals } from "./naive-signals.ts";
import { randomWalk, seededRandom } from "./price-walks.ts";
import { anyConfig, anySeries, shapes } from "./random-series.ts";

type Columns = Readonly<Record<SignalOutput, ArrayLike<number>>>;

function expectIdentical(actual: Columns, wanted: Columns, bars: number): void {
  for (const output of signalOutputs) {
    for (let bar = 0; bar < bars; bar++) {
      const value = actual[output][bar];
      if (!Object.is(value, wanted[output][bar]))
        expect([output, bar, value]).toEqual([output, bar, wanted[output][bar]]);
    }
  }
}

describe.each(kernels)("the kernel %s", (kernel) => {
  useKernel(kernel);

  it("agrees with the naive implementation under any configuration", () => {
    fc.assert(
      fc.property(anyConfig, anySeries(400), (config, { close }) => {
        const naive = naiveSignals([...close], [...close], config);
        assertAgreement(createStream(config).push({ close }), naive, close);
      }),
      { numRuns: 150 },
    );
  });

  it.each(Object.keys(shapes))("agrees with the naive implementation over several blocks of %s prices", (shape) => {
    const close = Float64Array.from(shapes[shape]?.(900, seededRandom(7)) ?? []);
    for (const dialect of ["lts", "tradingview"] as const) {
      const config = { ...signalDefaults, dialect, cutout: 260 };
      assertAgreement(compute({ close }, config).columns, naiveSignals([...close], [...close], config), close);
    }
  });

  it("is bit-identical in any chunks", () => {
    fc.assert(
      fc.property(
        anyConfig,
        anySeries(700),
        fc.array(fc.integer({ min: 1, max: 300 })),
        (config, { close }, chunks) => {
          const once = createStream(config);
          const whole = once.push({ close });
          const stream = createStream(config);
          const joined = Object.fromEntries(signalOutputs.map((output) => [output, new Float64Array(close.length)]));
          for (let from = 0, i = 0; from < close.length; i++) {
            const columns = stream.push({ close: close.subarray(from, from + (chunks[i] ?? 13)) });
            for (const output of signalOutputs) joined[output]?.set(columns[output], from);
            from = stream.position;
          }
          expectIdentical(joined as Record<SignalOutput, Float64Array>, whole, close.length);
          expect(stream.diagnostics()).toEqual(once.diagnostics());
        },
      ),
      { numRuns: 100 },
    );
  });

  it("does not look ahead", () => {
    fc.assert(
      fc.property(anyConfig, anySeries(700), fc.double({ min: 0, max: 1, noNaN: true }), (config, { close }, share) => {
        const bars = Math.floor(share * close.length);
        const prefix = createStream(config).push({ close: close.subarray(0, bars) });
        expectIdentical(prefix, createStream(config).push({ close }), bars);
      }),
      { numRuns: 100 },
    );
  });

  it("is invariant to scale: signals are the same in another currency", () => {
    fc.assert(
      fc.property(anyConfig, fc.nat(), (config, seed) => {
        const close = randomWalk(300, seed);
        const { averageSignal, direction } = createStream(config).push({ close });
        const scaled = createStream(config).push({ close: close.map((price) => price * 1024) });
        expect(scaled.averageSignal).toEqual(averageSignal);
        expect(scaled.direction).toEqual(direction);
      }),
      { numRuns: 50 },
    );
  });

  it("ties a least-squares line of two bars with its close, even after a bad tick", () => {
    const close = randomWalk(300).map((price, bar) => (bar % 50 === 49 ? price * 1e7 : price));
    const config = { lsmaLength: 6, robustness: "Narrow", decay: 0 } as const;
    const { diagnostics } = compute({ close }, config, { outputs: ["lsmaEquity"] });
    expect(diagnostics.ties).toBe(299);
  });

  it("treats an average that overflows as missing, and recovers", () => {
    const close = randomWalk(900).map((price, bar) => (bar >= 400 && bar < 420 ? price * 1e305 : price));
    const outputs = ["wma", "wmaSignal", "lsma", "lsmaSignal", "hmaSignal", "averageSignal"] as const;
    const columns = createStream({}, { outputs }).push({ close });
    const naive = naiveSignals([...close], [...close], signalDefaults);
    expect(columns.wmaSignal).toEqual(Float64Array.from(naive.wmaSignal));
    expect(columns.averageSignal.every(Number.isFinite)).toBe(true);
    assertAgreement({ wma: columns.wma.subarray(460) }, { wma: naive.wma.slice(460) }, close.subarray(460));
  });
});

describe("over two million bars with jumps of a million", () => {
  const bars = 2_000_000;
  const random = seededRandom(5);
  const close = randomWalk(bars, 11).map((price, bar) => {
    const level =
      Math.floor((bars - 100 - bar) / 70_001) % 3 === 1 || (bar >= bars - 600 && bar < bars - 300) ? 1e6 : 1;
    return price * level * (random() < 1e-4 ? 1e4 : 1);
  });
  const averages = compute({ close }, {}, { outputs: averageKinds }).columns;

  it.each(averageKinds)("%s is still within 1e-9 of one computed from scratch", (kind) => {
    // Long enough for a recursive average to forget its start.
    const tail = close.subarray(bars - 5000);
    const anew = naiveAverage(kind, [...tail], signalDefaults[`${kind}Length`], signalDefaults);
    assertAgreement(
      { [kind]: averages[kind].subarray(bars - 1000) },
      { [kind]: anew.slice(-1000) },
      tail.subarray(4000),
    );
  });
});
