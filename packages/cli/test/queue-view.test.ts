import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { queueView } from "../src/invocation/queue-view.ts";
import { progressDisplay } from "../src/text/progress-display.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("the view of a queue", () => {
  it("shows workers, rate, remaining time, retries and cost, also between two results", () => {
    const stream = new PassThrough();
    let ms = 0;
    const pass = (more: number): void => {
      ms += more;
      vi.advanceTimersByTime(more);
    };
    const display = progressDisplay({ stream, quiet: false, now: () => ms });
    let note: string | undefined = "2 workers with 4 slots";
    const view = queueView({ display, noteOf: () => note, everyMs: 10_000 });
    const report = (done: number): void =>
      view.listener({ phase: "computing", done, total: 100, unit: "configurations" });
    report(0);
    pass(4_000);
    report(20);
    const lines = (): readonly string[] =>
      String(stream.read() ?? "")
        .trim()
        .split("\n");
    expect(lines()).toEqual(["computing 20 % 20 configurations 5 configurations/s, ETA 16 s, 2 workers with 4 slots"]);
    note = "1 worker with 2 slots, 3 repeated, 12.0 s of workers";
    pass(6_000);
    expect(lines()).toEqual([
      "computing 20 % 20 configurations 2 configurations/s, ETA 40 s, 1 worker with 2 slots, 3 repeated, 12.0 s of workers",
    ]);
    display.stop();
    pass(20_000);
    expect(stream.read()).toBe(null);
    report(40);
    view[Symbol.dispose]();
    pass(20_000);
    expect(stream.read()).toBe(null);
  });

  it("does not repeat reports of a run in this process", () => {
    const stream = new PassThrough();
    let ms = 0;
    const display = progressDisplay({ stream, quiet: false, now: () => ms });
    const view = queueView({ display, noteOf: () => undefined, everyMs: 1_000 });
    view.listener({ phase: "computing", done: 1, total: 2, unit: "symbols" });
    ms = 60_000;
    vi.advanceTimersByTime(60_000);
    expect(stream.read()).toBe(null);
    view[Symbol.dispose]();
  });
});
