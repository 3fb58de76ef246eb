import { crc32 } from "node:zlib";
import type { PriceColumns } from "@atc/contract";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { createStream, createStreams, type PriceBar, type SignalOutput } from "../src/index.ts";
import { kernels, useKernel } from "./kernels.ts";
import { randomWalk } from "./price-walks.ts";

const outputs = ["averageSignal", "direction", "lsma"] as const;
const names = ["BTC", "ETH", "toString", "Ä / ü"];
const walks = new Map(names.map((name, i) => [name, randomWalk(400, 20 + i)]));

const walkOf = (name: string): Float64Array => walks.get(name) ?? new Float64Array();
const barOf = (name: string, bar: number): PriceBar => ({ close: Number(walkOf(name)[bar]) });

/** The outputs of the last of some bars, from a stream of its own. */
function alone(close: Float64Array, config = {}): Readonly<Record<SignalOutput, number>> {
  const stream = createStream(config);
  stream.push({ close: close.subarray(0, -1) });
  return stream.pushBar({ close: Number(close.at(-1)) });
}

describe.each(kernels)("createStreams with the kernel %s", (kernel) => {
  useKernel(kernel);

  it("gives each symbol the bits of a stream of its own, interleaved in any way", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ name: fc.constantFrom(...names), count: fc.integer({ min: 0, max: 40 }) }), {
          maxLength: 30,
        }),
        fc.constantFrom(
          {},
          { precision: "float32" as const },
          { lsma: "delayed" as const, dialect: "tradingview" as const },
        ),
        (steps, config) => {
          using streams = createStreams(config);
          streams.add(...names);
          const done = new Map(names.map((name) => [name, 0]));
          for (const { name, count } of steps) {
            const from = done.get(name) ?? 0;
            const to = Math.min(400, from + count);
            done.set(name, to);
            if (count === 1 && to > from) streams.pushBar(name, barOf(name, from));
            else streams.push(name, { close: walkOf(name).subarray(from, to) });
          }
          for (const [name, bars] of done) {
            expect(streams.position(name)).toBe(bars);
            expect(streams.last(name)).toEqual(bars === 0 ? undefined : alone(walkOf(name).subarray(0, bars), config));
          }
          expect([...streams.all().keys()]).toEqual(names.filter((name) => Number(done.get(name)) > 0));
        },
      ),
      { numRuns: 25 },
    );
  });

  it("continues all symbols from one snapshot, and their last bars can be replaced", () => {
    const first = createStreams({}, { outputs });
    first.add(...names, "empty");
    for (const [i, name] of names.entries()) first.push(name, { close: walkOf(name).subarray(0, 100 + 50 * i) });
    const snapshot = first.snapshot();
    const second = createStreams({}, { outputs });
    second.add("gone");
    second.restore(snapshot);
    expect(second.symbols).toEqual([...names, "empty"]);
    expect(second.all()).toEqual(first.all());
    expect(second.last("empty")).toBeUndefined();
    const changed = names.map((name): [string, PriceBar] => [name, { close: 1.01 * Number(walkOf(name)[90]) }]);
    expect(second.replaceBars(changed)).toEqual(first.replaceBars(changed));
    const next = names.map((name, i): [string, PriceBar] => [name, barOf(name, 100 + 50 * i)]);
    expect(second.pushBars(next)).toEqual(first.pushBars(next));
    expect(second.snapshot()).toEqual(first.snapshot());
  });
});

describe("createStreams", () => {
  it("adds, removes and resets symbols", () => {
    const streams = createStreams({}, { outputs });
    streams.add("BTC", "ETH");
    streams.push("BTC", { close: walkOf("BTC") });
    streams.add("BTC", "XRP");
    expect([streams.symbols, streams.position("BTC")]).toEqual([["BTC", "ETH", "XRP"], 400]);
    expect([streams.remove("ETH"), streams.remove("ETH"), streams.has("ETH")]).toEqual([true, false, false]);
    streams.reset("BTC");
    expect([streams.position("BTC"), streams.last("BTC"), streams.symbols]).toEqual([0, undefined, ["BTC", "XRP"]]);
    expect(streams.push("BTC", { close: new Float64Array() }).averageSignal).toHaveLength(0);
    expect(streams.all().size).toBe(0);
    expect(streams.config.emaLength).toBe(28);
    expect(streams.outputs).toEqual(outputs);
    streams.pushBar("BTC", { close: 5 });
    expect(streams.diagnostics("BTC")).toMatchObject({ ties: expect.any(Number) });
    expect(() => streams.add("", "fine")).toThrow(/at least one character/);
    expect(streams.has("fine")).toBe(false);
  });

  it("changes no symbol if one bar of several cannot be taken", () => {
    const streams = createStreams({ calculationSource: "open" });
    streams.add("BTC", "ETH", "new");
    for (const name of ["BTC", "ETH"]) streams.pushBar(name, { close: 10, open: 9 });
    const good: [string, PriceBar] = ["BTC", { close: 11, open: 10 }];
    const before = streams.snapshot();
    const wrong: readonly [readonly (readonly [string, PriceBar])[], string, RegExp][] = [
      [[good, ["ETH", { close: 0, open: 1 }]], "ATC_INVALID_DATA", /symbol "ETH": the close of bar 1 is "0"/],
      [[good, ["ETH", { close: 10 }]], "ATC_INVALID_DATA", /symbol "ETH": the calculation source is "open"/],
      [[good, ["ETK", { close: 10, open: 1 }]], "ATC_NOT_FOUND", /"ETK"; did you mean "ETH"/],
      [[good, ["?", { close: 10, open: 1 }]], "ATC_NOT_FOUND", /"\?"; add it first/],
      [[good, good], "ATC_INVALID_ARGUMENT", /"BTC" is given twice/],
    ];
    for (const [bars, code, message] of wrong)
      for (const run of [streams.pushBars, streams.replaceBars])
        expect(() => run(bars)).toThrow(
          expect.objectContaining({
            code,
            message: expect.stringMatching(
              run === streams.replaceBars ? new RegExp(message.source.replace("bar 1", "bar 0")) : message,
            ),
          }),
        );
    expect(() => streams.replaceBars([good, ["new", { close: 1, open: 1 }]])).toThrow(/"new" has no bar to replace/);
    expect(() =>
      streams.push("BTC", { close: [1, -1] as unknown as Float64Array, open: Float64Array.of(1, 1) }),
    ).toThrow(/symbol "BTC": the close of bar 2/);
    expect(streams.snapshot()).toEqual(before);
  });

  it("reports changes of the direction and warnings with their symbols", () => {
    const onDirection = vi.fn();
    const onWarning = vi.fn();
    const streams = createStreams({ lambda: 5, growthCap: "none" }, { outputs, onDirection, onWarning });
    streams.add("BTC", "ETH");
    const changes: unknown[] = [];
    const stream = createStream(
      { lambda: 5, growthCap: "none" },
      { outputs, onDirection: (change) => changes.push(change) },
    );
    stream.push({ close: walkOf("ETH") });
    streams.push("ETH", { close: walkOf("ETH") });
    expect(onDirection.mock.calls).toEqual(changes.map((change) => ["ETH", change]));
    expect(changes.length).toBeGreaterThan(0);
    expect(onWarning.mock.calls.map(([symbol]) => symbol)).toEqual(["ETH", "ETH"]);
  });

  it("refuses a damaged snapshot, or one of other streams, without a change", () => {
    const streams = createStreams({}, { outputs });
    streams.add(...names);
    for (const name of names) streams.push(name, { close: walkOf(name) } as PriceColumns);
    const snapshot = streams.snapshot();
    const target = createStreams({}, { outputs });
    target.add("mine");
    target.pushBar("mine", { close: 3 });
    const before = target.snapshot();
    for (let at = 0; at < snapshot.length; at += 97) {
      const damaged = snapshot.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 4;
      expect(() => target.restore(damaged)).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/ATC_CORRUPT_DATA|ATC_UNSUPPORTED/) }),
      );
    }
    for (const length of [0, 7, 15, 16, 40, snapshot.length - 1])
      expect(() => target.restore(snapshot.subarray(0, length))).toThrow(/rebuild the streams from their bars/);
    expect(() => target.restore(withHeader('[["a",0],["a",0]]'))).toThrow(/not a list of symbols/);
    expect(() => target.restore(withHeader('{"a":1}'))).toThrow(/not a list of symbols/);
    expect(() => createStreams({ emaLength: 20 }, { outputs }).restore(snapshot)).toThrow(
      /symbol "BTC": the snapshot is from another stream: emaLength is "28"/,
    );
    expect(target.snapshot()).toEqual(before);
    target.restore(new Uint8Array([9, ...snapshot]).subarray(1));
    expect(target.symbols).toEqual(names);
  });

  it("refuses everything after its disposal, and a configuration that is wrong", () => {
    const streams = createStreams();
    streams.add("BTC");
    streams[Symbol.dispose]();
    streams[Symbol.dispose]();
    for (const run of [
      () => streams.add("x"),
      () => streams.pushBars([]),
      () => streams.all(),
      () => streams.snapshot(),
    ])
      expect(run).toThrow(expect.objectContaining({ code: "ATC_CLOSED" }));
    expect(() => streams.last("BTC")).toThrow(expect.objectContaining({ code: "ATC_CLOSED" }));
    expect(() => createStreams({ emaLength: 0 })).toThrow(expect.objectContaining({ code: "ATC_INVALID_CONFIG" }));
    expect(() => createStreams({}, { outputs: ["x" as "ema"] })).toThrow(/outputs|output/);
  });
});

/** A snapshot of many streams with this header and no stream. */
function withHeader(json: string): Uint8Array {
  const header = new TextEncoder().encode(json);
  const bytes = new Uint8Array(16 + header.length);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode("ATCMANY1"));
  view.setUint32(8, header.length, true);
  view.setUint32(12, crc32(header), true);
  bytes.set(header, 16);
  return bytes;
}
