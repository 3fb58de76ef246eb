import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { newOwner } from "@atc/plugin-kit";
import { afterEach, beforeEach, describe, expect, it, type TestContext } from "vitest";
import { listRuns, openRun, type RunDraft, saveRun } from "../src/index.ts";

let folder: string;
let directory: string;
let mounted: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "atc-save-faults-"));
  directory = join(folder, "runs");
  mounted = [];
});
afterEach(async () => {
  for (const path of mounted) execFileSync("umount", ["-l", path]);
  await rm(folder, { recursive: true, force: true });
});

const script = fileURLToPath(new URL("save-process.mjs", import.meta.url));

const run: RunDraft = {
  kind: "backtest",
  data: { dataset: "d", generation: 3, fingerprint: "f", content: "c", rows: 2, symbols: 1, path: "d.csv" },
  strategy: { name: "atc", version: 1 },
  config: { feeBps: 10 },
  inputs: {},
  versions: {},
  platform: { node: "v20.0.0", os: "linux", arch: "x64", kernel: "wasm" },
  metrics: { sharpe: 0.5 },
  digests: {},
  trades: { count: 1, isStored: true },
  skipped: [],
  notes: [],
};

/** A child that stores runs; `printed` has the names of those that it stored. */
function writer(...args: readonly string[]) {
  const child = spawn(process.execPath, [script, directory, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (piece: Buffer) => {
    text += piece.toString();
  });
  return {
    child,
    closed: once(child, "close"),
    /** The last line may be cut. */
    printed: (): readonly string[] => text.split("\n").slice(0, -1),
  };
}

/** Reads every file of every run. */
async function readAll(): Promise<readonly string[]> {
  const listed = await listRuns({ directory });
  expect(listed.filter(({ problem }) => problem !== undefined)).toEqual([]);
  for (const { id } of listed) {
    const opened = await openRun(id, { directory });
    for (const file of opened.files) await opened.read(file);
    expect(await opened.symbols()).toHaveLength(200);
  }
  return listed.map(({ id }) => id);
}

const hidden = async (): Promise<readonly string[]> =>
  (await readdir(directory)).filter((name) => name.startsWith(".tmp-"));

describe("writers that are killed", () => {
  it("leave no part of a run, and the next save removes what they left", async () => {
    let state = 20;
    const random = (bound: number): number => {
      state = (state * 48_271) % 2_147_483_647;
      return state % bound;
    };
    const stored: string[] = [];
    let leftovers = 0;
    for (let round = 0; round < 30; round++) {
      const { child, closed, printed } = writer(String(1000 * round));
      while (printed().length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
      await new Promise((resolve) => setTimeout(resolve, random(25)));
      child.kill("SIGKILL");
      await closed;
      stored.push(...printed());
      leftovers += (await hidden()).length;
      // The first save of the next writer removed what the former one had left.
      expect((await hidden()).length).toBeLessThanOrEqual(1);
    }
    // Otherwise no kill fell into a save, and the test shows nothing.
    expect(leftovers).toBeGreaterThan(0);
    expect(await readAll()).toEqual(expect.arrayContaining(stored));
    await saveRun({ directory, run, symbols: [] });
    expect(await hidden()).toEqual([]);
  });

  it("do not lose what a writer that runs is writing", async () => {
    await mkdir(directory);
    const { child, closed, printed } = writer("0");
    const saved: string[] = [];
    while (printed().length < 10) {
      const { id } = await saveRun({ directory, run: { ...run, seed: saved.length }, symbols: [] });
      saved.push(id);
    }
    child.kill("SIGKILL");
    await closed;
    const ids = (await listRuns({ directory })).map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining([...saved, ...printed()]));
  });

  it("are not taken for ended while they run, however old their files and whatever the clock", async () => {
    const own = join(directory, `.tmp-${newOwner()}`);
    await mkdir(own, { recursive: true });
    const then = Date.now() / 1000 - 365 * 86_400;
    await utimes(own, then, then);
    await saveRun({ directory, run, symbols: [] });
    expect(await hidden()).toEqual([basename(own)]);
  });

  it("have ended if another process has their id", async () => {
    const own = join(directory, `.tmp-${newOwner().replace(/s\d+$/, "s1")}`);
    await mkdir(own, { recursive: true });
    await saveRun({ directory, run, symbols: [] });
    expect(await hidden()).toEqual(process.platform === "linux" ? [] : [basename(own)]);
  });

  it("are not taken for ended if they are on another host", async () => {
    const other = join(directory, ".tmp-00000000-1-0123456789abcdef");
    await mkdir(other, { recursive: true });
    await saveRun({ directory, run, symbols: [] });
    expect(await hidden()).toEqual([".tmp-00000000-1-0123456789abcdef"]);
  });
});

it("two processes store the same run at the same time under names of their own", async () => {
  const time = String(Date.UTC(2026, 0, 2));
  const writers = [writer("0", "15", time), writer("7", "15", time)];
  for (const { closed } of writers) expect(await closed).toEqual([0, null]);
  const printed = writers.flatMap((one) => one.printed());
  expect(new Set(printed).size).toBe(30);
  expect(new Set(await readAll())).toEqual(new Set(printed));
  expect(await hidden()).toEqual([]);
});

/** A small file system at the folder of runs; skips the test if none can be mounted. */
async function mount({ skip }: TestContext, options: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", directory], { stdio: "ignore" });
  } catch {
    skip("no file system can be mounted here");
  }
  mounted.push(directory);
}

describe("a disk", () => {
  it("without space is an error, and nothing of the run is left", async (context) => {
    await mount(context, "size=256k");
    const first = await saveRun({ directory, run, symbols: [] });
    const large = { "trades.arrow": [new Uint8Array(400_000)] };
    await expect(saveRun({ directory, run: { ...run, seed: 1 }, symbols: [], files: large })).rejects.toMatchObject({
      code: "ATC_NO_SPACE",
    });
    expect(await hidden()).toEqual([]);
    expect((await listRuns({ directory })).map(({ id, problem }) => [id, problem])).toEqual([[first.id, undefined]]);
    await saveRun({ directory, run: { ...run, seed: 2 }, symbols: [] });
    expect(await listRuns({ directory })).toHaveLength(2);
  });

  it("that is read-only is an error, and its runs can be read", async (context) => {
    await mount(context, "size=256k");
    const { id } = await saveRun({ directory, run, symbols: [] });
    execFileSync("mount", ["-o", "remount,ro", directory]);
    await expect(saveRun({ directory, run: { ...run, seed: 1 }, symbols: [] })).rejects.toMatchObject({
      code: "ATC_READ_ONLY",
    });
    expect((await openRun("latest", { directory })).run.id).toBe(id);
  });
});

describe("a damaged run", () => {
  it.each(["backtest", "sweep"] as const)("of kind %s is an error whichever byte is changed or cut", async (kind) => {
    const table = { rows: 1, isStored: false, columns: { sharpe: "0a" } };
    const draft = kind === "backtest" ? run : { ...run, kind, table, findings: { best: [] } };
    const { id } = await saveRun({
      directory,
      run: draft,
      symbols: [{ symbol: "A", rows: 1, digests: {}, metrics: null }],
    });
    const damage = async (file: string, read: () => Promise<unknown>): Promise<void> => {
      const path = join(directory, id, file);
      const bytes = await readFile(path);
      for (let at = 0; at < bytes.length; at++) {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] as number) ^ (1 << (at % 8));
        await writeFile(path, changed);
        const error = await read().catch((thrown: unknown) => thrown);
        expect(error, `byte ${at} of ${file}`).toMatchObject({ code: /^ATC_(CORRUPT_DATA|UNSUPPORTED)$/ });
      }
      for (let length = 0; length < bytes.length; length += 7) {
        await writeFile(path, bytes.subarray(0, length));
        await expect(read()).rejects.toMatchObject({ code: "ATC_CORRUPT_DATA" });
      }
      await writeFile(path, bytes);
    };
    await damage("run.json", () => openRun(id, { directory }));
    await damage("symbols.json", async () => await (await openRun(id, { directory })).symbols());
    expect((await openRun(id, { directory })).run.id).toBe(id);
  });
});
