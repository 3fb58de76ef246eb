import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  findRun,
  inputDigest,
  layerDifferences,
  listRuns,
  openRun,
  pruneRuns,
  type RunDraft,
  type RunSymbol,
  removeRun,
  saveRun,
} from "../src/index.ts";

let folder: string;
let directory: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "atc-runs-"));
  directory = join(folder, ".atc", "runs");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const run: RunDraft = {
  kind: "backtest",
  data: { dataset: "d", generation: 3, fingerprint: "f", content: "c", rows: 2, symbols: 1, path: "d.csv" },
  strategy: { name: "atc", version: 1 },
  config: { feeBps: 10 },
  inputs: {},
  versions: { "@atc/runtime": "0.0.0" },
  platform: { node: "v20.0.0", os: "linux", arch: "x64", kernel: "wasm" },
  metrics: { sharpe: 0.1 + 0.2, cagr: null },
  digests: { curve: "0a" },
  trades: { count: 1, isStored: true },
  skipped: [],
  notes: [],
};
const symbols: readonly RunSymbol[] = [
  { symbol: "A\u001b[31m<b>", content: "c1", rows: 2, digests: { curve: "1" }, metrics: { sharpe: 1 } },
];
const trades = Uint8Array.from({ length: 1000 }, (_, i) => i % 256);

async function save(draft: Partial<RunDraft> = {}, createdAt = Date.UTC(2026, 0, 2, 3, 4, 5)): Promise<string> {
  const files = { "trades.arrow": [trades.subarray(0, 300), trades.subarray(300)] };
  return (await saveRun({ directory, run: { ...run, ...draft }, symbols, files, createdAt })).id;
}

describe("a stored run", () => {
  it("is read back as it was written", async () => {
    const id = await save();
    expect(id).toBe(`20260102-030405000-${inputDigest(run).slice(0, 8)}`);
    const opened = await openRun(id, { directory });
    expect(opened.run).toEqual({
      id,
      createdAt: Date.UTC(2026, 0, 2, 3, 4, 5),
      inputDigest: inputDigest(run),
      ...run,
    });
    expect(await opened.symbols()).toEqual(symbols);
    expect([...(await opened.read("trades.arrow"))]).toEqual([...trades]);
    expect(opened.files).toEqual(["symbols.json", "trades.arrow"]);
    await expect(opened.read("report.html")).rejects.toMatchObject({ code: "ATC_NOT_FOUND" });
  });

  it("appears as a whole: nothing else is in the folder, and .atc is ignored by Git", async () => {
    const id = await save();
    expect(await readdir(directory)).toEqual([id]);
    expect(await readFile(join(folder, ".atc", ".gitignore"), "utf8")).toMatch(/^\*$/m);
    const elsewhere = join(folder, "kept");
    await saveRun({ directory: elsewhere, run, symbols });
    expect(existsSync(join(elsewhere, ".gitignore"))).toBe(true);
    expect((await listRuns({ directory: elsewhere })).length).toBe(1);
  });

  it("leaves a .gitignore of the user's as it is", async () => {
    await mkdir(join(folder, ".atc"));
    await writeFile(join(folder, ".atc", ".gitignore"), "mine");
    await save();
    expect(await readFile(join(folder, ".atc", ".gitignore"), "utf8")).toBe("mine");
  });

  it("leaves nothing if a portion of a file fails", async () => {
    const failing = function* (): Generator<Uint8Array> {
      yield trades;
      throw new Error("no more");
    };
    await expect(saveRun({ directory, run, symbols, files: { "a.bin": failing() } })).rejects.toThrow("no more");
    expect(await readdir(directory)).toEqual([]);
  });

  it("sorts by time, also within a second", async () => {
    const at = Date.UTC(2026, 0, 2, 3, 4, 5);
    const ids: string[] = [];
    for (let ms = 0; ms < 20; ms++) ids.unshift(await save({ seed: ms }, at + 7 * ms));
    expect((await listRuns({ directory })).map(({ id }) => id)).toEqual(ids);
    expect((await openRun("latest", { directory })).run.seed).toBe(19);
  });

  it("gets a name of its own if several are stored in one millisecond, also at once", async () => {
    const ids = await Promise.all([save(), save(), save()]);
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect((await openRun(id, { directory })).run.id).toBe(id);
  });

  it("takes no file name that leads elsewhere", async () => {
    for (const name of ["../x.bin", "run.json", "symbols.json", "a/b.bin", "", ".x"])
      await expect(saveRun({ directory, run, symbols, files: { [name]: [trades] } })).rejects.toMatchObject({
        code: "ATC_INVALID_ARGUMENT",
      });
    expect(existsSync(directory)).toBe(false);
  });

  it("has a digest of its inputs that depends on neither the order of members nor the place of the rows", () => {
    const digest = inputDigest(run);
    const { path: _, ...others } = run.data;
    const moved = { path: "e.csv", ...others, dataset: "e", generation: 9, fingerprint: "g" };
    expect(inputDigest({ ...run, data: moved })).toBe(digest);
    const { content: __, ...bare } = run.data;
    expect(inputDigest({ ...run, data: bare })).not.toBe(inputDigest({ ...run, data: { ...bare, generation: 4 } }));
    for (const changed of [
      { config: { feeBps: 11 } },
      { strategy: { name: "atc", version: 2 } },
      { platform: { ...run.platform, kernel: "reference" } },
      { data: { ...run.data, content: "d" } },
      { versions: {} },
      { inputs: { symbols: ["A"] } },
      { seed: 1 },
    ])
      expect(inputDigest({ ...run, ...changed })).not.toBe(digest);
  });
});

describe("finding runs", () => {
  it("accepts a whole name, a beginning, the last part and latest", async () => {
    const first = await save();
    const second = await save({ config: { feeBps: 11 } }, Date.UTC(2026, 0, 3));
    const idOf = async (name: string): Promise<string> => (await openRun(name, { directory })).run.id;
    expect(await idOf(first)).toBe(first);
    expect(await idOf("20260102")).toBe(first);
    expect(await idOf(second.slice(19))).toBe(second);
    expect(await idOf("latest")).toBe(second);
    await expect(idOf("2026")).rejects.toMatchObject({ code: "ATC_INVALID_ARGUMENT" });
    await expect(idOf("nope")).rejects.toMatchObject({ code: "ATC_NOT_FOUND" });
    await expect(idOf("../..")).rejects.toMatchObject({ code: "ATC_NOT_FOUND" });
    await expect(openRun("latest", { directory: join(folder, "none") })).rejects.toThrow("atc backtest stores one");
  });

  it("finds a run by the digest of its inputs", async () => {
    const id = await save();
    expect((await findRun(inputDigest(run), { directory }))?.id).toBe(id);
    expect(await findRun(inputDigest({ ...run, seed: 1 }), { directory })).toBeUndefined();
  });

  it("lists the newest first, with the problem of one that cannot be read", async () => {
    const good = await save();
    const newer = await save({ config: { feeBps: 1 } }, Date.UTC(2026, 0, 3));
    const damaged = await save({ config: { feeBps: 2 } }, Date.UTC(2026, 0, 4));
    const empty = await save({ config: { feeBps: 3 } }, Date.UTC(2026, 0, 5));
    const head = join(directory, newer, "run.json");
    await writeFile(head, (await readFile(head, "utf8")).replace('"formatVersion": 1', '"formatVersion": 3'));
    const other = join(directory, damaged, "run.json");
    await writeFile(other, (await readFile(other, "utf8")).replace('"rows": 2', '"rows": 3'));
    await rm(join(directory, empty, "run.json"));
    const listed = await listRuns({ directory });
    expect(listed.map(({ id, problem }) => [id, problem?.code])).toEqual([
      [empty, "ATC_CORRUPT_DATA"],
      [damaged, "ATC_CORRUPT_DATA"],
      [newer, "ATC_UNSUPPORTED"],
      [good, undefined],
    ]);
    await expect(openRun(newer, { directory })).rejects.toThrow("update the @atc packages");
    await expect(openRun(damaged, { directory })).rejects.toThrow("its sha256 does not match its content");
  });

  it("reads a backtest of version 1, which backtests still are, so that earlier packages read them", async () => {
    const fixtures = fileURLToPath(new URL("fixtures/version-1", import.meta.url));
    const [{ run: found } = {}] = await listRuns({ directory: fixtures });
    expect(found).toMatchObject({ ...run, kind: "backtest" });
    const opened = await openRun("latest", { directory: fixtures });
    expect((await opened.symbols())[0]).toMatchObject({ symbol: "A", content: "c1" });
    expect(new TextDecoder().decode(await opened.read("trades.arrow"))).toBe("trades");
    const id = await save();
    expect(await readFile(join(directory, id, "run.json"), "utf8")).toContain('"formatVersion": 1,');
  });

  it("writes and lists searches as version 2", async () => {
    const { trades: _, ...search } = run;
    const table = { rows: 2, isStored: false, columns: { sharpe: "0a" } };
    const sweep: RunDraft = { ...search, kind: "sweep", table, findings: { best: [{ objective: 0.5 }] }, seed: 1 };
    const { id } = await saveRun({ directory, run: sweep, symbols });
    await save();
    expect(await readFile(join(directory, id, "run.json"), "utf8")).toContain('"formatVersion": 2,');
    expect((await openRun(id, { directory })).run).toMatchObject(sweep);
    expect((await listRuns({ directory, kind: "sweep" })).map((one) => one.id)).toEqual([id]);
    expect(await listRuns({ directory, kind: "walk-forward" })).toEqual([]);
  });

  it("names nested inputs by path when runs are compared", () => {
    const side = (inputs: RunDraft["inputs"], kind: RunDraft["kind"] = "sweep") => ({
      run: { ...run, kind, inputs },
      symbols,
    });
    const search = { objective: "sharpe", grid: { fast: [1, 2] } };
    expect(
      layerDifferences(
        side({ search, tableContent: "a" }),
        side({ search: { ...search, grid: { fast: [1, 3] } }, tableContent: "b" }),
      ),
    ).toEqual([
      { layer: "data", what: "tableContent", before: "a", after: "b" },
      { layer: "configuration", what: "search.grid.fast", before: [1, 2], after: [1, 3] },
    ]);
    expect(layerDifferences(side({}), side({}, "backtest"))).toEqual([
      { layer: "configuration", what: "kind", before: "sweep", after: "backtest" },
    ]);
  });

  it("does not read a file of another size, nor a pipe, which would wait without end", async () => {
    const id = await save();
    const opened = await openRun(id, { directory });
    const file = join(directory, id, "trades.arrow");
    await truncate(file, 2 ** 32);
    await expect(opened.read("trades.arrow")).rejects.toThrow("4294967296 bytes instead of 1000");
    if (process.platform === "win32") return;
    await rm(file);
    execFileSync("mkfifo", [file]);
    await expect(opened.read("trades.arrow")).rejects.toMatchObject({ code: "ATC_CORRUPT_DATA" });
    const head = join(directory, id, "run.json");
    await rm(head);
    execFileSync("mkfifo", [head]);
    expect((await listRuns({ directory }))[0]?.problem?.message).toContain("it is not a file");
  });

  it("reports a file that is missing or changed, and still reads the others", async () => {
    const id = await save();
    const opened = await openRun(id, { directory });
    await writeFile(join(directory, id, "trades.arrow"), trades.subarray(1));
    await expect(opened.read("trades.arrow")).rejects.toMatchObject({ code: "ATC_CORRUPT_DATA" });
    await rm(join(directory, id, "trades.arrow"));
    await expect(opened.read("trades.arrow")).rejects.toThrow("the file is missing");
    expect(await opened.symbols()).toEqual(symbols);
  });

  it("refuses a description of files that no writer makes, even if its checksum is right", async () => {
    const id = await save();
    const path = join(directory, id, "run.json");
    const text = await readFile(path, "utf8");
    const written = text.slice(
      text.indexOf('"symbols.json": {'),
      text.indexOf("}", text.indexOf('"symbols.json": {')) + 1,
    );
    for (const files of [
      '"symbols.json": null',
      '"../outside.json": {"bytes": 1, "sha256": "0"}',
      '"a.arrow": {"bytes": -1, "sha256": "0"}',
    ]) {
      const head = text.replace(written, files).replace(/ "sha256": "[0-9a-f]{64}"\n\}\n$/, "");
      await writeFile(path, `${head} "sha256": "${createHash("sha256").update(head).digest("hex")}"\n}\n`);
      await expect(openRun(id, { directory })).rejects.toMatchObject({ code: "ATC_CORRUPT_DATA" });
    }
  });

  it("refuses symbols that no writer makes, even if their checksum is right", async () => {
    const [known] = symbols;
    for (const odd of [null, { ...known, rows: "2" }, { ...known, digests: null }, { ...known, symbol: undefined }]) {
      const entries = [known, odd] as unknown as readonly RunSymbol[];
      const { id } = await saveRun({ directory, run, symbols: entries, files: {} });
      const opened = await openRun(id, { directory });
      await expect(opened.symbols()).rejects.toThrow("its entry 1 does not describe a symbol");
    }
  });
});

describe("removing runs", () => {
  it("removes a damaged run by its name", async () => {
    const id = await save();
    await writeFile(join(directory, id, "run.json"), "{");
    expect(await removeRun(id.slice(0, 18), { directory })).toBe(id);
    expect(await readdir(directory)).toEqual([]);
    await expect(removeRun(id, { directory })).rejects.toMatchObject({ code: "ATC_NOT_FOUND" });
  });

  it("prunes by age and by number", async () => {
    const ids: string[] = [];
    for (const day of [1, 2, 3, 4]) ids.push(await save({}, Date.UTC(2026, 0, day)));
    const [first, second, third, fourth] = ids;
    const now = Date.UTC(2026, 0, 4);
    expect(await pruneRuns({ directory, keep: 1, isDry: true })).toEqual([third, second, first]);
    expect(await pruneRuns({ directory, maxAge: 2 * 86_400_000, now })).toEqual([first]);
    expect(await pruneRuns({ directory, keep: 2 })).toEqual([second]);
    expect((await listRuns({ directory })).map(({ id }) => id)).toEqual([fourth, third]);
    await expect(pruneRuns({ directory })).rejects.toMatchObject({ code: "ATC_INVALID_ARGUMENT" });
  });

  it("removes what a dead writer left after an hour", async () => {
    await save();
    for (const [name, age] of [
      [".tmp-1-old", 7200],
      [".tmp-2-new", 0],
    ] as const) {
      await mkdir(join(directory, name));
      await writeFile(join(directory, name, "symbols.json"), "[");
      const then = Date.now() / 1000 - age;
      await utimes(join(directory, name), then, then);
    }
    await save({ seed: 2 });
    expect((await readdir(directory)).filter((name) => name.startsWith("."))).toEqual([".tmp-2-new"]);
  });
});

describe("a folder that cannot be written", () => {
  it("is an error that names it", async () => {
    await writeFile(join(folder, ".atc"), "a file");
    await expect(save()).rejects.toThrow(`cannot store runs in "${directory}"`);
  });
});
