import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { barsCsv, type Run, runAtc } from "./atc.ts";
import { errorOf, shop } from "./shop.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const fileOf = (path: string): string => readFileSync(join(root, path), "utf8");
const day = (i: number): string => new Date(Date.UTC(2023, 0, 2) + i * 86_400_000).toISOString().slice(0, 10);
const isWeekday = (date: string): boolean => new Date(date).getUTCDay() % 6 !== 0;
const days = Array.from({ length: 400 }, (_, i) => day(i)).filter(isWeekday);
const price = (i: number): number => Number((100 + 20 * Math.sin(i / 9) + 3 * Math.sin(i / 2.3)).toFixed(2));
const textOf = ({ stdout, stderr }: Run): string => stdout + stderr;

/** What users met at their first contact, in the tests of other files: what must hold, the file, the test in it. */
const elsewhere: readonly (readonly [fact: string, file: string, title: string])[] = [
  [
    "a global command uses global codecs",
    "packages/cli/test/installation.test.ts",
    "uses global codecs for a configuration that is in no project",
  ],
  [
    "and those of the working directory's project",
    "packages/cli/test/installation.test.ts",
    "uses the codecs of the working directory's project for a configuration elsewhere",
  ],
  [
    "and plugins by name",
    "packages/cli/test/installation.test.ts",
    "resolves the names under plugins among global packages",
  ],
  [
    "the error shows where it searched and a line that works there",
    "packages/cli/test/installation.test.ts",
    "shows the searched folders and the line that installs what is missing globally",
  ],
  [
    "a missing blosclz is blosclz",
    "packages/cli/test/installation.test.ts",
    "is blosclz if blosclz is configured, which needs one package",
  ],
  [
    "blosclz needs the container alone",
    "packages/cli/test/compression.test.ts",
    "writes blosclz, its default, if only the container is installed",
  ],
  ["doctor reports what will stop a run", "packages/cli/test/installation.test.ts", "reports a missing %s (%j)"],
  [
    "an unknown name under plugins is an error",
    "packages/cli/test/installation.test.ts",
    "that is not installed ends %s",
  ],
  [
    "a byte store is used by its name",
    "packages/cli/test/init.test.ts",
    "writes a byte store that builds, passes its suite, and holds the cache",
  ],
  [
    "array store and executor too",
    "packages/runtime/test/chosen-plugins.test.ts",
    "are chosen by name, get the options that they declare, and give the same results",
  ],
  ["every error is JSON with --json", "packages/cli/test/messages.test.ts", "gives one JSON object for %s"],
  [
    "an option that a plugin does not have is refused",
    "packages/runtime/test/plugin-host.test.ts",
    'has no option "levle"; did you mean "level"?',
  ],
  [
    "--report - is standard output",
    "packages/cli/test/output-files.test.ts",
    "--report - prints the report instead of the tables",
  ],
  ["help of a subcommand", "packages/cli/test/help.test.ts", "help COMMAND SUBCOMMAND is the help of the subcommand"],
  [
    "/proc as a folder of datasets ends at once",
    "packages/cli/test/output.test.ts",
    "ends an ingest at once, with the path: %s",
  ],
  [
    "/proc as a folder of the cache costs the cache",
    "packages/cli/test/output.test.ts",
    "costs a backtest its cache, and is reported once: %s",
  ],
  [
    "bad prints and wrong opens show in a backtest",
    "packages/cli/test/what-to-know.test.ts",
    "a close x1.4 for one bar",
  ],
  [
    "a lost account is told first",
    "packages/cli/test/what-to-know.test.ts",
    "says first that a short lost its account at a close, and keeps the figures",
  ],
  [
    "adjusted closes beside raw opens are refused",
    "packages/cli/test/what-to-know.test.ts",
    "is refused beside raw opens, with the options that decide",
  ],
  [
    "--adjust scales all prices",
    "packages/cli/test/what-to-know.test.ts",
    "changes no return if the factor is constant, and is used by --adjust alone",
  ],
  ["messages name flags that work", "packages/cli/test/messages.test.ts", "are flags that work when pasted"],
  [
    "npx atc works in the checkout",
    "packages/cli/test/installation.test.ts",
    "is linked at the top of the checkout, so that npx finds it",
  ],
  ["suggestions are near", "packages/cli/test/messages.test.ts", "suggests nothing that is not near"],
  ["the headline says what was run", "packages/cli/test/named-data.test.ts", "says what was run"],
  [
    "a block codec that was not handed in",
    "packages/codec-blosc/test/blosc.test.ts",
    "names the package of a block codec that was not given",
  ],
  ["nights and weekends are no gaps", "packages/ingest/test/gaps.test.ts", "days of every week"],
  [
    "bars counted as ticks are told",
    "packages/resample/test/fit.test.ts",
    "the rows are bars, so each new bar holds 20 bars, not 20 ticks",
  ],
  [
    "a small or textual measurement has a caveat",
    "packages/cli/test/codec-bench.test.ts",
    "says what limits a recommendation: text, and few bytes",
  ],
  [
    "reports have no ratio",
    "packages/cli/test/cache-use.test.ts",
    "shows hits, misses, time saved and bytes by kind over all runs",
  ],
  [
    "a missing codec is found before a file is read",
    "packages/cli/test/installation.test.ts",
    "is reported before a file is read",
  ],
  [
    "a disk that is too small is found before it is written",
    "packages/mmap-store/test/disk.test.ts",
    "that is too small for a layout throws ATC_NO_SPACE before anything is written, with both sizes",
  ],
  [
    "the interval of a warning is a label",
    "packages/cli/test/commands.test.ts",
    "warns if the data has another timeframe",
  ],
  [
    "tables fit 80, 120 and 200 columns",
    "packages/cli/test/screen.test.ts",
    "fits %i columns, with and without colour",
  ],
  [
    "doctor draws no rule",
    "packages/cli/test/installation.test.ts",
    "draws no rule, and puts a remedy on a line of its own",
  ],
  [
    "help lists a command's own options",
    "packages/cli/test/help.test.ts",
    "lists its own options with --help, and the configuration keys with --help-config",
  ],
  ["several files are one backtest", "packages/cli/test/named-data.test.ts", "are backtested as one dataset"],
  [
    "a dataset has the name of its file's stem",
    "packages/cli/test/named-data.test.ts",
    "can be named by the stem of its file in every command but rm",
  ],
  ["a boolean takes no file for its value", "packages/cli/test/help.test.ts", "takes no file name for its value"],
  ["nothing is overwritten without --force", "packages/cli/test/output-files.test.ts", "is refused before any work"],
  [
    "appended rows are not deleted without a word",
    "packages/cli/test/append.test.ts",
    "is not undone by resampling again, or by removing the dataset, unless the rows are given up",
  ],
  [
    "the Python module's file gives one warning",
    "packages/cli/test/cache-use.test.ts",
    "gives its configuration with one warning",
  ],
  [
    "Ctrl-C keeps finished slices",
    "packages/cli/test/processes.test.ts",
    "keeps finished slices at Ctrl-C, says so, and the next run resumes (%s)",
  ],
  [
    "signals show the last bar and since when",
    "packages/cli/test/scan.test.ts",
    "atc signals of one symbol shows its last bar, the close and since when the direction holds",
  ],
  [
    "of all symbols in one call",
    "packages/cli/test/scan.test.ts",
    "gives the state of every symbol, the strongest first",
  ],
  [
    "code in pages compiles as it is pasted",
    "examples/test/code-blocks.test.ts",
    "blocks compile as a user pastes them, with %s",
  ],
  [
    "READMEs link only to what their tarballs have",
    "examples/test/readme-links.test.ts",
    "the README of %s links only to what its tarball has",
  ],
  [
    "the guide has a whole codec with its default export",
    "examples/test/code-blocks.test.ts",
    "docs/writing-a-plugin.md shows the codec that atc init writes",
  ],
];

describe("what users met at first", () => {
  it.each(elsewhere)("%s", (_, file, title) => {
    expect(fileOf(file)).toContain(title);
  });
});

describe("files that vendors write", () => {
  const rows = (line: (date: string, i: number) => string): string => days.map(line).join("\n");

  it("three header lines, as yfinance writes them", async () => {
    const head = "Price,Close,High,Low,Open,Volume\nTicker,AAPL,AAPL,AAPL,AAPL,AAPL\nDate,,,,,\n";
    const line = (date: string, i: number): string =>
      `${date},${price(i)},${price(i) + 1},${price(i) - 1},${price(i)},9`;
    await shop.file("yf.csv", head + rows(line));
    const run = await shop.atc("signals", "yf.csv", "--json");
    expect(run.json<{ symbols: unknown[] }>().symbols).toMatchObject([{ symbol: "AAPL", bars: days.length }]);
  });

  it.each([
    [
      "Close/Last with dollars, month first, newest first",
      "Date,Close/Last,Volume,Open,High,Low\n",
      (date: string, i: number) => {
        const [year, month, dayOfMonth] = date.split("-");
        return `${month}/${dayOfMonth}/${year},$${price(i)},9,$${price(i)},$${price(i) + 1},$${price(i) - 1}`;
      },
      "dateOrder=mdy",
    ],
    [
      "thousands dots and decimal commas, day first",
      "Datum;Eröffnung;Hoch;Tief;Schluss;Volumen\n",
      (date: string, i: number) => {
        const german = (value: number): string => `1.${String(Math.trunc(value)).padStart(3, "0")},50`;
        const [year, month, dayOfMonth] = date.split("-");
        return `${dayOfMonth}.${month}.${year};${german(price(i))};${german(price(i) + 2)};${german(price(i) - 2)};${german(price(i))};9`;
      },
      "dateOrder=dmy",
    ],
  ])("%s, with the option that the error advises", async (_, head, line, option) => {
    await shop.file("bars.csv", head + rows(line));
    const refused = await shop.atc("ingest", "bars.csv", "--name", "d", "--json");
    expect(errorOf(refused).message).toContain(`--source-option ${option}`);
    const read = await shop.atc("ingest", "bars.csv", "--name", "d", "--source-option", option, "--json");
    expect(read.json()).toMatchObject({ rows: days.length, report: { badRows: { count: 0 } } });
    const [first] = (await shop.atc("data", "export", "d", "-o", "-")).stdout.split("\n").slice(1);
    expect(first).toContain(day(0));
    expect(first).toContain(option === "dateOrder=dmy" ? `1${Math.trunc(price(0))}.5` : String(price(0)));
  });

  it("twelve fields without a header, as Binance writes them", async () => {
    const line = (_: string, i: number): string =>
      [
        1_704_067_200_000 + i * 60_000,
        price(i),
        price(i) + 1,
        price(i) - 1,
        price(i),
        3.5,
        1_704_067_259_999 + i * 60_000,
        350,
        12,
        1,
        120,
        0,
      ].join();
    await shop.file("BTCUSDT-1m-2024-02.csv", rows(line));
    const run = await shop.atc("ingest", "BTCUSDT-1m-2024-02.csv", "--name", "d", "--json");
    expect(run.json()).toMatchObject({ rows: days.length, symbols: 1 });
    expect((await shop.atc("data", "export", "d", "-o", "-")).stdout).toContain(`,${price(0)},${price(0) + 1},`);
  });
});

describe("a backtest tells what reading found", () => {
  it("half of the rows left out", async () => {
    await shop.file(
      "half.csv",
      `Date,Close\n${days.map((date, i) => `${date},${i % 2 === 0 ? "n/a" : price(i)}`).join("\n")}\n`,
    );
    const { stdout } = await shop.atc("backtest", "half.csv", "--bad-rows", "skip");
    expect(stdout).toMatch(/What to know:[\s\S]*143 bad rows left out \(143 not a number\): line 2 Close "n\/a"/);
  });

  it("restated rows", async () => {
    const lines = days.map((date, i) => `${date},${price(i)}`);
    const again = days.slice(0, 30).map((date, i) => `${date},${price(i) + 1}`);
    await shop.file("dup.csv", `Date,Close\n${[...lines, ...again].join("\n")}\n`);
    expect((await shop.atc("backtest", "dup.csv")).stdout).toMatch(/30 rows share symbol and time with another/);
  });

  it("a zone that was assumed", async () => {
    await shop.file("tz.csv", `Datetime,Close\n${days.map((date, i) => `${date} 09:30,${price(i)}`).join("\n")}\n`);
    expect((await shop.atc("backtest", "tz.csv")).stdout).toMatch(/times name no zone and were read in UTC/);
  });

  it.each([38, 353])("one close of 999 amid %i", async (level) => {
    const line = (date: string, i: number): string => `${date},${i === 100 ? 999 : (level + price(i) / 20).toFixed(2)}`;
    await shop.file("bad.csv", `Date,Close\n${days.map(line).join("\n")}\n`);
    const { stdout } = await shop.atc("backtest", "bad.csv");
    expect(stdout).toMatch(/1 close jumps and comes back within five rows, as bad prints do: bad\s+\S+ closes at 999/);
    expect(stdout).not.toContain("looks like a split");
  });

  it("no gap for weekends", async () => {
    await shop.file("d.csv", `Date,Close\n${days.map((date, i) => `${date},${price(i)}`).join("\n")}\n`);
    const run = await shop.atc("ingest", "d.csv", "--json");
    expect(run.json()).toMatchObject({ report: { totals: { gaps: 0 } } });
  });
});

describe("commands and options", () => {
  it("have one name for one thing", async () => {
    for (const words of [
      ["backtest"],
      ["signals"],
      ["ingest"],
      ["data", "export"],
      ["data", "append"],
      ["data", "resample"],
    ]) {
      const { stdout } = await shop.atc(...words, "--help");
      expect(stdout).not.toMatch(/--(?:only|symbol|out|in) /);
    }
  });

  it("standard output for the signals of one symbol is refused with what works", async () => {
    await shop.file("bars.csv", barsCsv(["A"], 60));
    const refused = await shop.atc("signals", "bars.csv", "--symbols", "A", "-o", "-");
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("--all-bars")]);
    const works = await shop.atc("signals", "bars.csv", "--symbols", "A", "--all-bars", "-o", "-");
    expect([works.code, works.stdout.trimEnd().split("\n").length]).toEqual([0, 61]);
    expect(readdirSync(shop.path)).not.toContain("-");
  });

  it("an algorithm that no package has ends in whole sentences", async () => {
    await shop.file("bars.csv", barsCsv(["A"], 60));
    const run = await shop.atc("backtest", "bars.csv", "--use-compression", "--compression-algorithm", "brotli");
    expect(run.stderr).toMatch(/which no installed package provides \(.*\); algorithms of Blosc: blosclz, /);
  });

  it("a resample of bars by ticks says that it counts bars", async () => {
    await shop.file("bars.csv", barsCsv(["A"], 60));
    const run = await shop.atc("data", "resample", "bars.csv", "--to", "20ticks");
    expect(run.stdout).toContain("the rows are bars, so each new bar holds 20 bars, not 20 ticks");
  });

  it("the options of the source for CSV name the pattern of symbols in file names", async () => {
    const { stdout } = await shop.atc("data", "sources", "--json");
    const [csv] = JSON.parse(stdout) as { options: Record<string, string> }[];
    expect(csv?.options["symbolPattern"]).toContain("file's name");
  });

  it("an option that a third-party source lacks is refused", async () => {
    const folder = join(shop.path, "node_modules/fw");
    await mkdir(folder, { recursive: true });
    const atc = { plugins: [{ kind: "source", name: "fw", extensions: [".fw"], options: { fields: "names" } }] };
    const manifest = {
      name: "fw",
      version: "1.0.0",
      type: "module",
      exports: { ".": "./i.js", "./package.json": "./package.json" },
      atc,
    };
    await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
    await writeFile(
      join(folder, "i.js"),
      'export default { kind: "source", name: "fw", create() { throw new Error("created"); } };',
    );
    await writeFile(join(shop.path, "package.json"), JSON.stringify({ name: "shop", dependencies: { fw: "*" } }));
    await shop.file("a.dat", "x");
    for (const [option, name] of [
      [["--time-zone", "America/New_York"], "timeZone"],
      [["--source-option", "fieldz=1"], "fieldz"],
    ] as const) {
      const run = await shop.atc("ingest", "a.dat", "--source", "fw", ...option, "--json");
      expect(errorOf(run)).toMatchObject({
        code: "ATC_INVALID_ARGUMENT",
        message: expect.stringContaining(`has no option "${name}"`),
      });
    }
  });

  it("one warning, of any configuration, on a command that computes nothing", async () => {
    await shop.file(
      "atc.yaml",
      "use_cuda: true\nprefer_gpu: true\nnpartitions: 2\nuse_dask: true\nparallel_l1: true\n",
    );
    for (const words of [["config"], ["doctor"], ["data", "list"]])
      expect((await shop.atc(...words)).stderr.match(/warning:/g)).toHaveLength(1);
  });

  it("Ctrl-C, hints and errors need no word that only this project uses", async () => {
    const runs = [
      await shop.atc("cache", "list"),
      await shop.atc("cache", "clear"),
      await shop.atc("cache", "prune", "--older-than", "1d"),
      await shop.atc("config", "--fee-bps", "x"),
    ];
    expect(runs.map(textOf).join("\n")).not.toMatch(/does not hold|no such entry|removed 1 files/);
    expect(runs[0]?.stdout).toBe("the cache is empty\n");
    await shop.file("bars.csv", barsCsv(["A"], 60));
    await shop.atc("backtest", "bars.csv", "--no-cache");
    await shop.atc("data", "info", "bars");
    expect((await shop.atc("cache", "clear")).stdout).toMatch(/^removed (?:1 file|\d+ files), /);
  });
});

describe("the words of the READMEs and the sources", () => {
  /** Every page and source that users may read. */
  async function texts(): Promise<readonly string[]> {
    const packages = (await readdir(join(root, "packages"))).map((name) => join(root, "packages", name));
    const sources = packages.flatMap((folder) =>
      existsSync(join(folder, "src"))
        ? readdirSync(join(folder, "src"), { recursive: true, encoding: "utf8" }).map((name) =>
            join(folder, "src", name),
          )
        : [],
    );
    const pages = readdirSync(join(root, "docs"), { encoding: "utf8" }).map((name) => join(root, "docs", name));
    const readmes = [root, ...packages].map((folder) => join(folder, "README.md")).filter(existsSync);
    // The page on style lists the words that are avoided.
    return [...sources, ...pages, ...readmes].filter((file) => /\.(?:ts|md)$/.test(file) && !file.endsWith("style.md"));
  }

  it.each([
    "the configuration does not hold",
    "which no installed package brings",
    "cannot be parted",
    "that is no rule",
    "is none of this program",
    "name the file so",
    "for want of a codec",
    "returns count more than",
    "has no such entry",
    "longest ago",
  ])("have no %j", async (words) => {
    const all = await texts();
    expect(all.length).toBeGreaterThan(200);
    expect(all.filter((file) => readFileSync(file, "utf8").includes(words))).toEqual([]);
  });

  it("count one thing as one", async () => {
    await shop.file("zeros.bin", new Uint8Array(2000));
    const run = await shop.atc("codec", "bench", "zeros.bin", "--seconds", "0.01");
    expect(run.stdout).toContain("elements of 1 byte\n");
  });

  it("need no program that they did not install", () => {
    for (const page of ["README.md", "packages/cli/README.md"]) {
      const blocks = Array.from(fileOf(page).matchAll(/^```sh\n(.*?)^```/gms), ([, block]) => block ?? "");
      const programs = blocks.flatMap((block) =>
        block
          .trim()
          .split("\n")
          .map((line) => line.split(" ")[0]),
      );
      expect(programs.filter((name) => !["npm", "npx", "atc"].includes(name ?? ""))).toEqual([]);
    }
  });

  it("name the files that a backtest writes", () => {
    for (const flag of ["--trades", "--equity", "--portfolio", "--report"]) expect(fileOf("README.md")).toContain(flag);
  });

  it("say that a strategy names the columns that it reads", () => {
    expect(fileOf("packages/backtest/README.md")).toMatch(/the columns that its\s+`columns` names/);
  });

  it("say how a plugin gets its path and options, and need no native module", () => {
    const guide = fileOf("docs/writing-a-plugin.md");
    for (const words of [
      "checkSourceOptions",
      "--source-option name=value",
      "ATC_CORRUPT_DATA",
      "ATC_INVALID_ARGUMENT",
      "cacheStore",
    ])
      expect(guide).toContain(words);
    expect(guide).not.toContain("better-sqlite3");
  });
});

it("the warning about a narrow screen names its remedy", async () => {
  await shop.file("bars.csv", barsCsv(["A"], 60));
  const run = await runAtc(shop.path, ["backtest", "bars.csv"], { COLUMNS: "80" });
  expect(run.stdout).toMatch(/not shown at this width: fees, PF, .*widen the terminal,/);
});
