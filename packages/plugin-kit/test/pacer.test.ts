import { isAtcError, type Progress } from "@atc/contract";
import { expect, it } from "vitest";
import { createPacer, throttleProgress } from "../src/index.ts";

const at = (phase: string, done: number): Progress => ({ phase, done, unit: "rows" });

it("passes the first and the last report of each phase, and few between", () => {
  const passed: Progress[] = [];
  const { report, flush } = throttleProgress((progress) => passed.push(progress));
  for (let done = 0; done <= 1000; done++) report(at("reading", done));
  for (let done = 0; done <= 1000; done++) report(at("writing", done));
  flush();
  flush();
  const of = (phase: string): number[] => passed.filter((one) => one.phase === phase).map(({ done }) => done);
  for (const phase of ["reading", "writing"]) {
    expect(of(phase)[0]).toBe(0);
    expect(of(phase).at(-1)).toBe(1000);
    expect(of(phase).length).toBeLessThan(100);
  }
});

it("yields to the event loop during a computation, but not at each pause", async () => {
  const pacer = createPacer({});
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  for (let i = 0; i < 1000; i++) await pacer.pause();
  const end = performance.now() + 200;
  while (performance.now() < end) await pacer.pause();
  clearInterval(timer);
  expect(turns).toBeGreaterThanOrEqual(2);
  expect(turns).toBeLessThan(200);
});

it("stops with ATC_ABORTED before and during a pause", async () => {
  const controller = new AbortController();
  const pacer = createPacer({ signal: controller.signal });
  await pacer.pause();
  setTimeout(() => controller.abort(), 5);
  const ended = (async () => {
    for (;;) await pacer.pause();
  })();
  const error: unknown = await ended.catch((reason: unknown) => reason);
  expect(isAtcError(error) && error.code).toBe("ATC_ABORTED");
});
