import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { describe, expect, it, vi } from "vitest";
import { mmapStore } from "../src/index.ts";
import { stateOf, thisOwner } from "../src/lock/lock-owner.ts";
import { publishBars } from "./sample-store.ts";
import { storeProcess } from "./store-process.ts";
import { temporaryDirectories } from "./temporary-directory.ts";

vi.setConfig({ testTimeout: 300_000 });
const newDirectory = temporaryDirectories();
const code = (expected: string) => expect.objectContaining({ code: expected });
const isLinux = process.platform === "linux";

/** A lock of `owner` in the dataset "d". */
function leaveLock(directory: string, owner: unknown): string {
  const lock = join(directory, "d", "LOCK");
  mkdirSync(lock, { recursive: true });
  writeFileSync(join(lock, "1-0000000000000000"), typeof owner === "string" ? owner : JSON.stringify(owner));
  return lock;
}

describe("a writer that is killed while it writes", () => {
  it("leaves the previous dataset, and the next lock removes the rest", async () => {
    const directory = newDirectory();
    const store = mmapStore({ directory });
    await publishBars(store, "d", { A: 100 });
    const child = storeProcess("write", directory);
    expect(await child.line()).toBe("writing");
    await expect(store.lock("d")).rejects.toThrow(code("ATC_LOCKED"));
    await expect(store.delete("d")).rejects.toThrow(code("ATC_LOCKED"));
    await child.kill();
    const left = readdirSync(join(directory, "d"));
    expect(left.some((entry) => entry.startsWith(".tmp-"))).toBe(true);
    expect(left.some((entry) => entry.startsWith(".scratch-"))).toBe(true);
    const dataset = await store.open("d");
    expect(dataset.series("A").length).toBe(100);
    dataset[Symbol.dispose]();
    const lock = await store.lock("d");
    expect(readdirSync(lock.scratch ?? "")).toEqual([]);
    await lock[Symbol.asyncDispose]();
    expect(readdirSync(join(directory, "d")).sort()).toEqual(["manifest.json", "seg-1-0.arrow"]);
  });

  it("leaves the content of its scratch directory to the next holder only", async () => {
    const directory = newDirectory();
    const store = mmapStore({ directory });
    const child = storeProcess("write", directory);
    expect(await child.line()).toBe("writing");
    await child.kill();
    const [scratch] = readdirSync(join(directory, "d")).filter((entry) => entry.startsWith(".scratch-"));
    writeFileSync(join(directory, "d", scratch ?? "", "rows"), "kept");
    const lock = await store.lock("d");
    expect(readFileSync(join(lock.abandoned ?? "", "rows"), "utf8")).toBe("kept");
    await lock[Symbol.asyncDispose]();
    const next = await store.lock("d");
    expect([next.abandoned, readdirSync(next.scratch ?? "")]).toEqual([undefined, []]);
    await next[Symbol.asyncDispose]();
  });

  it("leaves its placed rows to a layout with the same plan", async () => {
    const directory = newDirectory();
    const child = storeProcess("place", directory);
    expect(await child.line()).toBe("placed");
    await child.kill();
    const store = mmapStore({ directory, segmentBytes: 65_536 });
    const lock = await store.lock("d");
    const columns = [
      { name: "timestamp", type: "timestamp[ms]" },
      { name: "close", type: "float64" },
    ] as const;
    const plan = {
      schema: { kind: "bars", columns },
      fingerprint: "",
      series: [{ symbol: "A", rows: 20_000 }],
    } as const;
    const layout = await store.layOut(lock, plan, { directory: join(lock.abandoned ?? "", "rows") });
    expect(layout.isResumed).toBe(true);
    for (const [place, { path, row, rows, offsets }] of layout.extents("A").entries()) {
      const times = new Uint8Array(BigInt64Array.from({ length: rows }, (_, i) => BigInt(row + i)).buffer);
      const closes = new Uint8Array(new Float64Array(rows).fill(1).buffer);
      // The killed process wrote the rows of the first two extents, this one writes the others.
      if (place > 1) {
        const file = openSync(path, "r+");
        writeSync(file, times, 0, times.length, offsets[0]);
        writeSync(file, closes, 0, closes.length, offsets[1]);
        closeSync(file);
      }
      const [firstTime, lastTime] = [BigInt(row), BigInt(row + rows - 1)];
      layout.placed({ symbol: "A", row, rows, crc32: [crc32(times), crc32(closes)], firstTime, lastTime });
    }
    await layout.publish();
    await lock[Symbol.asyncDispose]();
    expect((await store.verify("d")).faults).toEqual([]);
  });

  it("leaves no new dataset, and the release of the next lock removes its directory", async () => {
    const directory = newDirectory();
    const child = storeProcess("write", directory);
    expect(await child.line()).toBe("writing");
    await child.kill();
    const store = mmapStore({ directory });
    expect(await store.list()).toEqual([]);
    expect(await store.find("d")).toBeUndefined();
    await (await store.lock("d"))[Symbol.asyncDispose]();
    expect(readdirSync(directory)).toEqual([]);
  });

  it("leaves one complete generation whenever it is killed", async () => {
    const directory = newDirectory();
    const store = mmapStore({ directory, keepGenerations: 0 });
    for (let round = 0; round < 10; round++) {
      const child = storeProcess("publish", directory);
      for (let i = 0; i <= round % 4; i++) await child.line();
      // A part of the publication runs between the line and the signal, a different one each time.
      for (let turn = 0; turn < round * 3; turn++) await new Promise(setImmediate);
      await child.kill();
      const found = await store.find("d");
      if (found === undefined) continue;
      const dataset = await store.open("d");
      const values = [...dataset.series("A").blocks({ columns: ["close"] })].length;
      expect(values).toBeGreaterThan(0);
      for (const block of dataset.series("A").blocks({ columns: ["close"] })) {
        const close = block.values("close");
        for (let i = 0; i < close.length; i++)
          if (close[i] !== Number(found.fingerprint)) expect(close[i]).toBe(found.fingerprint);
      }
      dataset[Symbol.dispose]();
    }
    await publishBars(store, "d", { A: 1 });
    const entries = readdirSync(join(directory, "d"));
    expect(entries).toHaveLength(2);
  });
});

describe("the next lock", () => {
  it("removes segments that got their names before a manifest that was never written", async () => {
    const directory = newDirectory();
    const store = mmapStore({ directory, keepGenerations: 0 });
    await publishBars(store, "d", { A: 100 });
    writeFileSync(join(directory, "d", "seg-2-0.arrow"), "x");
    const manifest = await publishBars(store, "d", { A: 50 });
    expect(manifest.generation).toBe(2);
    expect(readdirSync(join(directory, "d")).sort()).toEqual(["manifest.json", "seg-2-0.arrow"]);
  });

  it("leaves files that do not belong to the store", async () => {
    const directory = newDirectory();
    const store = mmapStore({ directory });
    await publishBars(store, "d", { A: 100 });
    writeFileSync(join(directory, "d", "NOTES.txt"), "x");
    await (await store.lock("d"))[Symbol.asyncDispose]();
    expect(readdirSync(join(directory, "d")).sort()).toEqual(["NOTES.txt", "manifest.json", "seg-1-0.arrow"]);
  });
});

describe("the lock", () => {
  it("of a dead process is acquired by exactly one of several processes", async () => {
    for (let round = 0; round < 3; round++) {
      const directory = newDirectory();
      const dead = storeProcess("lock", directory);
      expect(await dead.line()).toMatch(/^locked /);
      await dead.kill();
      const contenders = Array.from({ length: 5 }, () => storeProcess("lock", directory));
      const answers = await Promise.all(contenders.map((contender) => contender.line()));
      expect(answers.filter((answer) => answer.startsWith("locked "))).toHaveLength(1);
      expect(answers.filter((answer) => answer === "ATC_LOCKED")).toHaveLength(4);
      const [scratch] = answers.flatMap((answer) => answer.split("locked ").slice(1));
      expect(existsSync(scratch ?? "")).toBe(true);
      await Promise.all(contenders.map((contender) => contender.end()));
    }
  });

  it("is acquired by exactly one of many callers in the same process", async () => {
    const store = mmapStore({ directory: newDirectory() });
    const attempts = await Promise.allSettled(Array.from({ length: 8 }, () => store.lock("d")));
    const locks = attempts.flatMap((attempt) => (attempt.status === "fulfilled" ? [attempt.value] : []));
    expect(locks).toHaveLength(1);
    for (const attempt of attempts)
      if (attempt.status === "rejected") expect(attempt.reason).toEqual(code("ATC_LOCKED"));
    await Promise.all(locks.map((lock) => lock[Symbol.asyncDispose]()));
  });

  it.runIf(isLinux)("of a process whose id was reused is taken over", async () => {
    const directory = newDirectory();
    leaveLock(directory, { ...thisOwner(), started: "1" });
    const lock = await mmapStore({ directory }).lock("d");
    await lock[Symbol.asyncDispose]();
  });

  it.runIf(isLinux)("of an earlier boot is taken over", async () => {
    const directory = newDirectory();
    leaveLock(directory, { ...thisOwner(), boot: "00000000-0000-0000-0000-000000000000" });
    const lock = await mmapStore({ directory }).lock("d");
    await lock[Symbol.asyncDispose]();
  });

  it("of another machine, another container or an unknown holder is respected", async () => {
    for (const owner of [
      { ...thisOwner(), host: `not-${hostname()}` },
      { ...thisOwner(), namespace: "pid:[1]" },
      "",
      "{}",
    ]) {
      const directory = newDirectory();
      const lock = leaveLock(directory, owner);
      await expect(mmapStore({ directory }).lock("d")).rejects.toThrow(code("ATC_LOCKED"));
      expect(readdirSync(lock)).toHaveLength(1);
    }
  });

  it("that a crash has left empty is acquired", async () => {
    const directory = newDirectory();
    mkdirSync(join(directory, "d", "LOCK"), { recursive: true });
    const lock = await mmapStore({ directory }).lock("d");
    await lock[Symbol.asyncDispose]();
    expect(readdirSync(directory)).toEqual([]);
  });

  it("names its holder in the error", async () => {
    const directory = newDirectory();
    const store = mmapStore({ directory });
    const lock = await store.lock("d");
    await expect(store.lock("d")).rejects.toThrow(String(process.pid));
    const held = join(directory, "d", "LOCK");
    const [entry] = readdirSync(held);
    expect(stateOf(readFileSync(join(held, entry ?? ""), "utf8")).state).toBe("alive");
    await lock[Symbol.asyncDispose]();
  });

  it("removes its scratch directory with all of its content", async () => {
    const directory = newDirectory();
    const lock = await mmapStore({ directory }).lock("d");
    writeFileSync(join(lock.scratch ?? "", "spill.bin"), "x");
    await lock[Symbol.asyncDispose]();
    expect(readdirSync(directory)).toEqual([]);
  });
});
