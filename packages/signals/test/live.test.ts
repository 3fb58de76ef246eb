import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { isAtcError, type SignalConfig } from "@atc/contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compute, createStream, type DirectionChange, type SignalStream, signalOutputs } from "../src/index.ts";
import { kernels, under, useKernel, wasmBuilt } from "./kernels.ts";
import { randomWalk } from "./price-walks.ts";
import { anyConfig, anySeries } from "./random-series.ts";

const close = randomWalk(700);
const built = existsSync(new URL("../dist/bundle/index.js", import.meta.url));

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isAtcError(error)) return error.code;
    throw error;
  }
  return "none";
}

/** Pushes bars and returns their outputs as text, in which NaN equals NaN. */
function rest(stream: SignalStream, prices: Float64Array): string {
  const lines = [...prices].map((price) => Object.values(stream.pushBar({ close: price })).join());
  return `${lines.join("\n")}\n${JSON.stringify({ ...stream.diagnostics(), kernel: "" })}`;
}

describe.each(kernels)("a live stream of the kernel %s", (kernel) => {
  useKernel(kernel);

  it("that replaces bars is as if only the replacements had been pushed", () => {
    const wrong = fc.array(fc.array(fc.double({ min: 1e-3, max: 1e9, noNaN: true }), { maxLength: 3 }), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(anyConfig, anySeries(300), wrong, fc.nat(300), (config, { close: prices }, tries, many) => {
        const stream = createStream(config);
        const wanted = createStream(config);
        const head = prices.subarray(0, many);
        stream.push({ close: head });
        wanted.push({ close: head });
        for (const [i, price] of prices.subarray(many).entries()) {
          const [first = price, ...others] = tries[i] ?? [];
          stream.pushBar({ close: first });
          for (const other of others) stream.replace({ close: other });
          const values = stream.replace({ close: price });
          expect(values).toEqual(wanted.pushBar({ close: price }));
        }
        expect(stream.position).toBe(wanted.position);
        expect(stream.diagnostics()).toEqual(wanted.diagnostics());
      }),
      { numRuns: 60 },
    );
  });

  it("replaces the last bar of many that were pushed at once", () => {
    for (const bars of [1, 28, 128, 129, 256, 257, 700]) {
      const prices = close.slice(0, bars);
      const stream = createStream();
      stream.push({ close: prices.map((price, bar) => (bar === bars - 1 ? price * 3 : price)) });
      const values = stream.replace({ close: prices[bars - 1] as number });
      const { columns } = compute({ close: prices });
      for (const output of signalOutputs) expect([output, values[output]]).toEqual([output, columns[output].at(-1)]);
    }
  });

  it("replaces a bar at the end of a group of every window", () => {
    const config = { emaLength: 9, hmaLength: 9, wmaLength: 9, demaLength: 9, lsmaLength: 9, kamaLength: 9 };
    const stream = createStream(config);
    const wanted = createStream(config);
    for (const price of close.subarray(0, 400)) {
      stream.pushBar({ close: price * 1e6 });
      expect(stream.replace({ close: price })).toEqual(wanted.pushBar({ close: price }));
    }
  });

  it("keeps the last bar if its replacement is rejected", () => {
    const stream = createStream();
    stream.push({ close: close.subarray(0, 300) });
    for (const bad of [Number.NaN, 0, -1, Number.POSITIVE_INFINITY]) {
      expect(codeOf(() => stream.replace({ close: bad }))).toBe("ATC_INVALID_DATA");
    }
    expect(stream.position).toBe(300);
    const other = createStream();
    other.restore(stream.snapshot());
    const wanted = createStream();
    wanted.push({ close: close.subarray(0, 300) });
    const tail = rest(wanted, close.subarray(300, 500));
    expect(rest(stream, close.subarray(300, 500))).toBe(tail);
    expect(rest(other, close.subarray(300, 500))).toBe(tail);
  });

  it("has no bar to replace before the first", () => {
    expect(codeOf(() => createStream().replace({ close: 1 }))).toBe("ATC_INVALID_ARGUMENT");
  });

  it("writes outputs in order, rounded to the configured precision", () => {
    const outputs = ["direction", "ema", "averageSignal"] as const;
    for (const precision of ["float64", "float32"] as const) {
      const stream = createStream({ precision }, { outputs });
      const wanted = createStream({ precision }, { outputs });
      const values = new Float64Array(4).fill(7);
      for (const price of close.subarray(0, 100)) {
        stream.pushBarInto({ close: price * 2 }, values);
        stream.replaceInto({ close: price }, values);
        const record = wanted.pushBar({ close: price });
        expect([...values]).toEqual([record.direction, record.ema, record.averageSignal, 7]);
      }
      expect(codeOf(() => stream.pushBarInto({ close: 1 }, new Float64Array(2)))).toBe("ATC_INVALID_ARGUMENT");
      expect(codeOf(() => stream.replaceInto({ close: 1 }, new Float64Array(2)))).toBe("ATC_INVALID_ARGUMENT");
      expect(stream.position).toBe(100);
    }
  });

  it("continues from a snapshot at any bar as if nothing had happened", () => {
    fc.assert(
      fc.property(anyConfig, anySeries(500), fc.nat(500), (config, { close: prices }, at) => {
        const stream = createStream(config);
        stream.push({ close: prices.subarray(0, at) });
        const snapshot = stream.snapshot();
        const restored = createStream(config);
        restored.push({ close: close.subarray(0, 77) });
        restored.restore(snapshot);
        expect(restored.position).toBe(stream.position);
        if (stream.position > 0) {
          expect(restored.replace({ close: 5 })).toEqual(stream.replace({ close: 5 }));
        }
        expect(rest(restored, prices.subarray(at))).toBe(rest(stream, prices.subarray(at)));
        expect(restored.snapshot()).toEqual(stream.snapshot());
      }),
      { numRuns: 60 },
    );
  });

  it("reports each change of the direction once, and changes by a replacement", () => {
    const changes: DirectionChange[] = [];
    const outputs = ["ema"] as const;
    const stream = createStream({}, { outputs, onDirection: (change) => changes.push(change) });
    stream.push({ close: close.subarray(0, 500) });
    const { direction } = compute({ close: close.subarray(0, 500) }).columns;
    const wanted = [...direction].flatMap((value, bar) =>
      value === (direction[bar - 1] ?? 0) ? [] : [{ bar, direction: value, previous: direction[bar - 1] ?? 0 }],
    );
    expect(wanted.length).toBeGreaterThan(3);
    expect(changes).toEqual(wanted);

    const now = direction.at(-1) as number;
    changes.length = 0;
    const crash = { close: (close[499] as number) * (now > 0 ? 0.2 : 5) };
    stream.pushBar(crash);
    stream.replace({ close: close[499] as number });
    stream.replace(crash);
    expect(changes).toEqual([
      { bar: 500, direction: -now, previous: now },
      { bar: 500, direction: now, previous: -now },
      { bar: 500, direction: -now, previous: now },
    ]);
    expect(Object.keys(stream.pushBar({ close: 1 }))).toEqual(["ema"]);
  });

  it("lets a listener push", () => {
    const bars: number[] = [];
    const stream = createStream(
      {},
      {
        outputs: ["direction"],
        onDirection({ bar }) {
          bars.push(bar);
          if (bars.length === 1) stream.push({ close: close.subarray(400) });
        },
      },
    );
    stream.push({ close: close.subarray(0, 400) });
    expect(stream.position).toBe(700);
    expect(new Set(bars).size).toBe(bars.length);
  });

  it("does not repeat, after a snapshot, what it reported before", () => {
    const changes: number[] = [];
    const options = { outputs: ["direction"] as const, onDirection: ({ bar }: DirectionChange) => changes.push(bar) };
    const stream = createStream({}, options);
    stream.push({ close });
    const all = [...changes];
    changes.length = 0;
    const first = createStream({}, options);
    first.push({ close: close.subarray(0, (all[2] ?? 0) + 1) });
    const second = createStream({}, options);
    second.restore(first.snapshot());
    second.push({ close: close.subarray(second.position) });
    expect(changes).toEqual(all);
  });

  it("is closed after it was disposed of", () => {
    const stream = createStream();
    stream.pushBar({ close: 1 });
    stream[Symbol.dispose]();
    stream[Symbol.dispose]();
    const bytes = new Uint8Array();
    for (const use of [
      () => stream.push({ close }),
      () => stream.pushInto({ close }, {}),
      () => stream.pushBar({ close: 1 }),
      () => stream.pushBarInto({ close: 1 }, new Float64Array(20)),
      () => stream.replace({ close: 1 }),
      () => stream.replaceInto({ close: 1 }, new Float64Array(20)),
      () => stream.snapshot(),
      () => stream.restore(bytes),
      () => stream.diagnostics(),
    ]) {
      expect(codeOf(use)).toBe("ATC_CLOSED");
    }
  });
});

describe("a snapshot", () => {
  function snapshotOf(config: Partial<SignalConfig> = {}, bars = 300): Uint8Array {
    const stream = createStream(config);
    stream.push({ close: close.subarray(0, bars) });
    return stream.snapshot();
  }

  it.skipIf(!wasmBuilt)(
    "is the same bytes from either kernel, and either resumes from it (needs dist/kernel.wasm)",
    () => {
      fc.assert(
        fc.property(anyConfig, anySeries(600), fc.nat(400), (config, { close: prices }, at) => {
          const [fast, slow] = (["wasm", "reference"] as const).map((kernel) =>
            under(kernel, () => {
              const stream = createStream(config);
              stream.push({ close: prices.subarray(0, at) });
              return stream;
            }),
          ) as [SignalStream, SignalStream];
          expect(fast.snapshot()).toEqual(slow.snapshot());
          const crossed = under("reference", () => createStream(config));
          crossed.restore(fast.snapshot());
          expect(rest(crossed, prices.subarray(at))).toBe(rest(fast, prices.subarray(at)));
        }),
        { numRuns: 60 },
      );
    },
  );

  it("is rejected if it is foreign or damaged, before any state changes", () => {
    const bytes = snapshotOf();
    const stream = createStream();
    stream.push({ close: close.subarray(0, 50) });
    const before = stream.snapshot();
    for (const foreign of [
      new Uint8Array(),
      new TextEncoder().encode("time,close\n1,2\n".repeat(40)),
      bytes.subarray(1),
    ]) {
      expect(codeOf(() => stream.restore(foreign))).toBe("ATC_CORRUPT_DATA");
    }
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (place, bits) => {
        const damaged = Uint8Array.from(bytes);
        damaged[place] = (damaged[place] as number) ^ bits;
        expect(["ATC_CORRUPT_DATA", "ATC_UNSUPPORTED"]).toContain(codeOf(() => stream.restore(damaged)));
        expect(codeOf(() => stream.restore(bytes.subarray(0, place)))).toBe("ATC_CORRUPT_DATA");
      }),
      { numRuns: 300 },
    );
    expect(stream.snapshot()).toEqual(before);
  });

  it("is rejected by a stream of another configuration, other outputs or another version", () => {
    const bytes = snapshotOf();
    expect(codeOf(() => createStream({ lambda: 0.03 }).restore(bytes))).toBe("ATC_INVALID_ARGUMENT");
    expect(codeOf(() => createStream({ emaLength: 30 }).restore(bytes))).toBe("ATC_INVALID_ARGUMENT");
    expect(codeOf(() => createStream({}, { outputs: ["direction"] }).restore(bytes))).toBe("ATC_INVALID_ARGUMENT");
    const later = Uint8Array.from(bytes);
    later[8] = 2;
    expect(codeOf(() => createStream().restore(later))).toBe("ATC_UNSUPPORTED");
  });

  it("written by a release is readable by every later one with the same format and algorithm", () => {
    const lengths = { emaLength: 9, hmaLength: 10, wmaLength: 8, demaLength: 7, lsmaLength: 9, kamaLength: 8 };
    const config = { dialect: "tradingview", cutout: 40, robustness: "Narrow", ...lengths } as const;
    const price = (bar: number): number => 100 + 10 * Math.sin(bar / 9) + bar / 50;
    const outputs = ["averageSignal", "direction", "kama"] as const;
    const stream = createStream(config, { outputs });
    stream.restore(readFileSync(new URL("snapshots/format-1.bin", import.meta.url)));
    expect(stream.position).toBe(200);
    const prices = Float64Array.from({ length: 300 }, (_, bar) => price(bar));
    const { columns } = compute({ close: prices }, config, { outputs });
    const tail = stream.push({ close: prices.subarray(200) });
    for (const output of outputs) expect([...tail[output]]).toEqual([...columns[output].subarray(200)]);
  });

  it("does not grow with the bars", () => {
    const header = 20;
    expect(Math.abs(snapshotOf({}, 700).length - snapshotOf({}, 100).length)).toBeLessThan(header);
  });

  it.skipIf(!built)("can be restored by another process (needs dist)", () => {
    const bytes = snapshotOf({ dialect: "tradingview" });
    const child = `
      import { createStream } from ${JSON.stringify(new URL("../dist/bundle/index.js", import.meta.url).href)};
      const { snapshot, prices } = JSON.parse(process.argv[1]);
      const stream = createStream({ dialect: "tradingview" });
      stream.restore(Buffer.from(snapshot, "base64"));
      const last = prices.map((close) => stream.pushBar({ close }));
      console.log(JSON.stringify({ position: stream.position, last: last.map(({ averageSignal, kama }) => [averageSignal, kama]) }));`;
    const prices = [...close.subarray(300, 400)];
    const input = JSON.stringify({ snapshot: Buffer.from(bytes).toString("base64"), prices });
    const told = JSON.parse(
      execFileSync(process.execPath, ["--input-type=module", "-e", child, input], { encoding: "utf8" }),
    );
    const { columns } = compute({ close: close.subarray(0, 400) }, { dialect: "tradingview" });
    const wanted = prices.map((_, i) => [columns.averageSignal[300 + i], columns.kama[300 + i]]);
    expect(told).toEqual({ position: 400, last: wanted });
  });
});

describe.skipIf(!built)("bar by bar (needs dist)", () => {
  it.each(kernels)("the kernel %s allocates nothing", (kernel) => {
    const child = `
      import { createStream } from ${JSON.stringify(new URL("../dist/bundle/index.js", import.meta.url).href)};
      const stream = createStream({}, { outputs: ["averageSignal", "direction", "kamaEquity"] });
      const values = new Float64Array(3);
      const bar = { close: 100.5 };
      function run(bars) {
        for (let i = 0; i < bars; i++) {
          bar.close = 100.5 + (i % 97) / 7;
          stream.pushBarInto(bar, values);
          bar.close += 0.25;
          stream.replaceInto(bar, values);
        }
      }
      run(60_000);
      const least = [];
      for (let round = 0; round < 5; round++) {
        gc();
        const { heapUsed, arrayBuffers } = process.memoryUsage();
        run(${kernel === "wasm" ? 200_000 : 20_000});
        const after = process.memoryUsage();
        least.push((after.heapUsed - heapUsed + after.arrayBuffers - arrayBuffers) / ${kernel === "wasm" ? 200_000 : 20_000});
      }
      console.log(Math.min(...least));`;
    const args = ["--expose-gc", "--input-type=module", "-e", child];
    const env = { ...process.env, ATC_KERNEL: kernel };
    const bytesPerBar = Number(execFileSync(process.execPath, args, { encoding: "utf8", env }));
    // A single number on the heap would take 16 bytes; the loop's own overhead is a few hundred in all.
    expect(bytesPerBar).toBeLessThan(4);
  });
});
