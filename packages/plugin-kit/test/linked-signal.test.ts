import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { linkedSignal } from "../src/index.ts";

describe("a linked signal", () => {
  it("is aborted with any of its sources, or by itself alone", () => {
    const [first, second] = [new AbortController(), new AbortController()];
    using linked = linkedSignal([first.signal, undefined, second.signal]);
    expect(linked.signal.aborted).toBe(false);
    second.abort();
    expect([linked.signal.aborted, first.signal.aborted]).toEqual([true, false]);
    using late = linkedSignal([first.signal, second.signal]);
    expect(late.signal.aborted).toBe(true);
    using own = linkedSignal([first.signal]);
    own.abort();
    expect([own.signal.aborted, first.signal.aborted]).toEqual([true, false]);
  });

  it("leaves nothing in its sources once it is disposed", () => {
    const source = new AbortController();
    for (let request = 0; request < 100; request++) linkedSignal([source.signal])[Symbol.dispose]();
    expect(getEventListeners(source.signal, "abort")).toEqual([]);
  });
});
