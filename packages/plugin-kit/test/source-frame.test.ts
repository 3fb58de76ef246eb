import type { ColumnChunk, Progress } from "@atc/contract";
import { expect, it } from "vitest";
import { createDataSource, type SourceFrame } from "../src/index.ts";

/** A source of one bar per chunk that is checked before each. */
function frameOf(overrides: Partial<SourceFrame> = {}): SourceFrame {
  return {
    identity: { name: "bars", parts: { version: 1 } },
    kind: "bars",
    columns: [{ name: "symbol", type: "text" }],
    async *read({ check, report }) {
      for (let row = 0; row < 2; row++) {
        check();
        yield { length: 1, row, symbol: { indices: new Int32Array(1), values: ["X"] }, columns: {} };
        report({ done: row + 1, unit: "rows" });
      }
      return { rows: 2, badRows: 0, bytes: 8, hash: "0".repeat(16) };
    },
    ...overrides,
  };
}

async function readAll(chunks: AsyncIterable<ColumnChunk>): Promise<number> {
  let rows = 0;
  for await (const { length } of chunks) rows += length;
  return rows;
}

it("keeps the return value of a complete reading as the summary", async () => {
  const source = createDataSource(frameOf());
  for await (const _ of source.chunks()) break;
  expect(source.summary()).toBeUndefined();
  expect(await readAll(source.chunks())).toBe(2);
  expect(source.summary()).toEqual({ rows: 2, badRows: 0, bytes: 8, hash: "0000000000000000" });
});

it("ends the reading's code if its reader stops early", async () => {
  let ended = false;
  const read: SourceFrame["read"] = async function* (reading) {
    try {
      return yield* frameOf().read(reading);
    } finally {
      ended = true;
    }
  };
  for await (const _ of createDataSource(frameOf({ read })).chunks()) break;
  expect(ended).toBe(true);
});

it("reports under the phase reading, and not without a listener", async () => {
  const reports: Progress[] = [];
  const source = createDataSource(frameOf());
  await readAll(source.chunks());
  await readAll(source.chunks({ onProgress: (progress) => reports.push(progress) }));
  expect(reports).toEqual([1, 2].map((done) => ({ phase: "reading", done, unit: "rows" })));
});

it("does not start a reading whose signal is aborted, and ends one at its next check", async () => {
  let started = 0;
  const { read } = frameOf();
  const counted: SourceFrame["read"] = (reading) => {
    started++;
    return read(reading);
  };
  const source = createDataSource(frameOf({ read: counted }));
  await expect(readAll(source.chunks({ signal: AbortSignal.abort() }))).rejects.toMatchObject({ code: "ATC_ABORTED" });
  expect(started).toBe(0);
  const controller = new AbortController();
  const chunks = source.chunks({ signal: controller.signal })[Symbol.asyncIterator]();
  await chunks.next();
  controller.abort();
  await expect(chunks.next()).rejects.toMatchObject({ code: "ATC_ABORTED" });
});

it("throws ATC_CLOSED from every call and from a reading in progress after disposal", async () => {
  const source = createDataSource(frameOf({ slices: async () => undefined }));
  const running = source.chunks()[Symbol.asyncIterator]();
  const waiting = source.chunks();
  await running.next();
  await source[Symbol.asyncDispose]();
  const closed = expect.objectContaining({ code: "ATC_CLOSED" });
  await expect(running.next()).rejects.toEqual(closed);
  await expect(readAll(waiting)).rejects.toEqual(closed);
  for (const call of [source.chunks, source.summary, () => source.slices?.({ length: 1 })])
    expect(() => call()).toThrowError(closed);
});

it("closes what it holds once, after its readings end, and both disposals wait for it", async () => {
  let closed = 0;
  let check = (): void => undefined;
  const source = createDataSource(
    frameOf({
      read: (reading) => {
        check = reading.check;
        return frameOf().read(reading);
      },
      close: async () => {
        expect(check).toThrowError(expect.objectContaining({ code: "ATC_CLOSED" }));
        await new Promise((resolve) => setImmediate(resolve));
        closed++;
      },
    }),
  );
  await readAll(source.chunks());
  const first = source[Symbol.asyncDispose]();
  await source[Symbol.asyncDispose]();
  expect(closed).toBe(1);
  await first;
  expect(closed).toBe(1);
});

it("has no slices if the frame has none", () => {
  expect("slices" in createDataSource(frameOf())).toBe(false);
});

/** A frame whose readings count those that are open. */
function countedFrame(events: string[], step?: Promise<void>): SourceFrame {
  return frameOf({
    async *read(reading) {
      events.push("open");
      try {
        if (step !== undefined) await step;
        return yield* frameOf().read(reading);
      } finally {
        events.push("shut");
      }
    },
    close: async () => {
      events.push("close");
    },
  });
}

it("ends a reading between two chunks before it closes, and its next step with ATC_CLOSED", async () => {
  const events: string[] = [];
  const source = createDataSource(countedFrame(events));
  const reading = source.chunks()[Symbol.asyncIterator]();
  expect((await reading.next()).value?.row).toBe(0);
  const unread = source.chunks()[Symbol.asyncIterator]();
  await source[Symbol.asyncDispose]();
  expect(events).toEqual(["open", "shut", "close"]);
  for (const left of [reading, unread]) await expect(left.next()).rejects.toMatchObject({ code: "ATC_CLOSED" });
  expect(events.length).toBe(3);
});

it("closes before it waits for a reading in the middle of a step, and waits until it has ended", async () => {
  const events: string[] = [];
  let go = (): void => undefined;
  const step = new Promise<void>((resolve) => {
    go = resolve;
  });
  const source = createDataSource(countedFrame(events, step));
  const next = source.chunks()[Symbol.asyncIterator]().next();
  const failed = expect(next).rejects.toMatchObject({ code: "ATC_CLOSED" });
  const closing = source[Symbol.asyncDispose]();
  await new Promise((done) => setImmediate(done));
  expect(events).toEqual(["open", "close"]);
  go();
  await closing;
  await failed;
  expect(events).toEqual(["open", "close", "shut"]);
});

it("does not end a reading twice that its reader ended or that is complete", async () => {
  const events: string[] = [];
  const source = createDataSource(countedFrame(events));
  for await (const _ of source.chunks()) break;
  const whole = source.chunks()[Symbol.asyncIterator]();
  while ((await whole.next()).done !== true);
  await source[Symbol.asyncDispose]();
  expect(events).toEqual(["open", "shut", "open", "shut", "close"]);
  expect((await whole.next()).done).toBe(true);
});
