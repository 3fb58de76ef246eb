import { describe, expect, it } from "vitest";
import { createAtcPlugin, type GapPolicy } from "../src/index.ts";
import { type Bars, datasetOf, minuteMs, pick, start, walk } from "./bars.ts";
import { createFakeHost } from "./fake-host.ts";

function install(
  symbols: Readonly<Record<string, Bars>>,
  gaps: GapPolicy = "error",
  range: { from?: number; to?: number } = {},
) {
  const fake = createFakeHost();
  return { fake, plugin: createAtcPlugin(fake.host, { dataset: datasetOf(symbols), gaps, ...range }) };
}

/** Minutes since the start of the bars. */
const minutes = (frames: readonly { from: number; to: number }[]): number[][] =>
  frames.map(({ from, to }) => [(from - start) / minuteMs, (to - start) / minuteMs]);

const errorWith = (code: string) => expect.objectContaining({ code });

describe("frames", () => {
  it("keep the first average and the last price within the bars", () => {
    const { fake, plugin } = install({ BTC: walk(100) });
    expect(minutes(plugin.addFrames({ frameName: "all", interval: "15m" }))).toEqual([[5, 98]]);
    const schema = fake.frames.get("all");
    expect(schema?.interval).toBe("15m");
    expect(schema?.startDate).toEqual(new Date(start + 5 * minuteMs));
    expect(schema?.endDate).toEqual(new Date(start + 98 * minuteMs));
  });

  it("respect their own bounds and those of the plugin", () => {
    const { plugin } = install({ BTC: walk(1000) }, "error", {
      from: start + 100 * minuteMs,
      to: start + 900 * minuteMs,
    });
    const bounds = { from: start + 300 * minuteMs - 1, to: start + 400 * minuteMs + 1 };
    expect(minutes(plugin.addFrames({ frameName: "a" }))).toEqual([[105, 898]]);
    expect(minutes(plugin.addFrames({ frameName: "b", ...bounds }))).toEqual([[300, 400]]);
    expect(minutes(plugin.addFrames({ frameName: "c", averageMinutes: 30 }))).toEqual([[130, 898]]);
  });

  it("cover the time that all their symbols have", () => {
    const later = pick(walk(1000), (i) => i >= 200);
    const earlier = pick(walk(1000), (i) => i < 600);
    const { plugin } = install({ A: later, B: earlier, C: pick(walk(1000), (i) => i >= 700) });
    expect(minutes(plugin.addFrames({ frameName: "ab", symbols: ["A", "B"] }))).toEqual([[205, 598]]);
    expect(minutes(plugin.addFrames({ frameName: "b", symbols: ["B"] }))).toEqual([[5, 598]]);
    expect(() => plugin.addFrames({ frameName: "abc" })).toThrow(errorWith("ATC_INVALID_DATA"));
  });

  it("skip the gaps of every symbol with the policy skip", () => {
    const a = pick(walk(1000), (i) => i !== 300);
    const b = pick(walk(1000), (i) => i < 500 || i >= 550);
    const { fake, plugin } = install({ A: a, B: b }, "skip");
    const frames = plugin.addFrames({ frameName: "both" });
    expect(minutes(frames)).toEqual([
      [5, 298],
      [306, 498],
      [555, 998],
    ]);
    expect(frames.map(({ frameName }) => frameName)).toEqual(["both-1", "both-2", "both-3"]);
    expect([...fake.frames.keys()]).toEqual(["both-1", "both-2", "both-3"]);
    expect(minutes(plugin.addFrames({ frameName: "long", minimumMinutes: 300 }))).toEqual([[555, 998]]);
  });

  it("are rejected if no run of bars is long enough, or for symbols that are not served", () => {
    const { fake, plugin } = install({ BTC: pick(walk(1000), (i) => i % 50 !== 0) }, "skip");
    expect(() => plugin.addFrames({ frameName: "all" })).toThrow(errorWith("ATC_INVALID_DATA"));
    expect(() => plugin.addFrames({ frameName: "all", symbols: [] })).toThrow(errorWith("ATC_INVALID_ARGUMENT"));
    expect(() => plugin.addFrames({ frameName: "all", symbols: ["BTD"] })).toThrow(/did you mean "BTC"/);
    expect(() => plugin.addFrames({ frameName: "all", interval: "2m" as "1m" })).toThrow(errorWith("ATC_UNSUPPORTED"));
    expect(fake.frames.size).toBe(0);
  });
});
