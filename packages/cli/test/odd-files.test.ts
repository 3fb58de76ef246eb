import { readFileSync } from "node:fs";
import { link, readdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { sharedFile } from "./atc.ts";
import { rowsOf, shop } from "./shop.ts";

const odd = sharedFile("data/odd");

beforeEach(async () => {
  await shop.install("source-arrow", "source-json", "source-zip", "codec-lz4");
  if (!odd.present) return;
  // Without the folder, as a user has them; a copy if links across disks are not allowed.
  for (const name of await readdir(odd.path))
    await symlink(join(odd.path, name), join(shop.path, name)).catch(() =>
      link(join(odd.path, name), join(shop.path, name)),
    );
});

/** The commands of the page, in order, as arguments. */
const page = readFileSync(new URL("../../../docs/csv-dialects.md", import.meta.url), "utf8");
const commands = [...page.matchAll(/^\|[^|]*\|[^|]*\| `(atc ingest [^`]+)` \|$/gm)].map(([, command = ""]) =>
  [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "").slice(1),
);

interface Quality {
  readonly symbol: string;
  readonly order: string;
  readonly outOfOrder: number;
  readonly gaps: { readonly count: number };
  readonly zeroVolumes: { readonly count: number };
  readonly flatBars: { readonly count: number };
}

interface Report {
  readonly rowsRead: number;
  readonly rowsKept: number;
  readonly columns: readonly string[];
  readonly firstTime: string;
  readonly lastTime: string;
  readonly notes?: readonly string[];
  readonly overlaps?: readonly { readonly rows: number }[];
  readonly totals: Readonly<Record<string, number>>;
  readonly series: readonly Quality[];
}

/** What the report must say, command by command. */
const expected: readonly ((report: Report) => void)[] = [
  ({ rowsKept, firstTime, lastTime, notes, series, totals }) => {
    expect([rowsKept, firstTime, lastTime]).toEqual([20_111, "2017-07-01T11:00:00.000Z", "2019-10-17T09:00:00.000Z"]);
    expect(series).toMatchObject([
      { symbol: "BTCUSD", order: "newest-first", outOfOrder: 5, zeroVolumes: { count: 28 }, gaps: { count: 0 } },
    ]);
    expect(notes?.join()).toMatch(/comments.*CryptoDataDownload.*no zone.*UTC.*12-hour/);
    expect([totals["duplicates"], totals["ohlcViolations"]]).toEqual([0, 0]);
  },
  ({ rowsKept, firstTime, lastTime, notes, series, columns }) => {
    // Stamped in local time of Berlin, UTC+1 in winter.
    expect([rowsKept, firstTime, lastTime]).toEqual([30_889, "2006-01-02T08:01:00.000Z", "2006-02-27T21:00:00.000Z"]);
    expect(series).toMatchObject([{ symbol: "FUT", gaps: { count: 660 }, flatBars: { count: 5736 } }]);
    expect(notes?.join()).toMatch(/7 names for 8 fields.*Europe\/Berlin/);
    expect(columns).toContain("openinterest");
  },
  ({ rowsKept, firstTime, notes, series, columns }) => {
    expect([rowsKept, firstTime]).toEqual([30_889, "2006-01-02T09:01:00.000Z"]);
    expect(series).toMatchObject([{ symbol: "FUT", gaps: { count: 660 }, flatBars: { count: 5736 } }]);
    expect(notes?.join()).toMatch(/1 line at the start left out.*UTC/);
    expect(columns).toEqual(["timestamp", "open", "high", "low", "close", "volume"]);
  },
  ({ rowsKept, firstTime, lastTime, series }) => {
    expect([rowsKept, firstTime, lastTime]).toEqual([29_996, "2024-01-01T23:01:00.000Z", "2024-01-31T23:59:00.000Z"]);
    expect(series).toMatchObject([{ symbol: "6EH4", gaps: { count: 316 } }]);
  },
  ({ rowsKept, notes, series }) => {
    expect([rowsKept, series.map(({ symbol }) => symbol)]).toEqual([9, ["6EH4"]]);
    expect(notes).toContain("columns left out: pricetype");
  },
  ({ rowsRead, rowsKept, overlaps, totals }) => {
    expect([rowsRead, rowsKept, totals["duplicates"], totals["dropped"]]).toEqual([30_005, 29_996, 9, 9]);
    expect(overlaps).toMatchObject([
      { rows: 9, symbols: 1, from: "2024-01-01T23:01:00.000Z", to: "2024-01-01T23:09:00.000Z" },
    ]);
  },
  ({ rowsKept, firstTime, lastTime, series }) => {
    expect([rowsKept, firstTime, lastTime]).toEqual([5760, "2018-01-10T04:55:00.000Z", "2018-01-30T04:50:00.000Z"]);
    expect(series).toMatchObject([{ symbol: "ETH/BTC", gaps: { count: 0 } }]);
  },
  ({ rowsKept, firstTime, lastTime, notes, series }) => {
    expect([rowsKept, firstTime, lastTime]).toEqual([5849, "1998-01-02T00:00:00.000Z", "2021-03-31T00:00:00.000Z"]);
    expect(series.map(({ symbol }) => symbol)).toEqual(["SPY"]);
    expect(notes).toContain("prices were divided by 10000 (priceScale)");
  },
  ({ rowsRead, rowsKept, series, totals }) => {
    expect([rowsRead, rowsKept, totals["duplicates"], series.length]).toEqual([12_197, 12_195, 2, 6096]);
    expect(series.map(({ symbol }) => symbol)).toEqual(expect.arrayContaining(["INF", "NAN", "TRUE"]));
    expect(series.filter(({ order }) => order === "newest-first")).toHaveLength(6092);
  },
];

it("finds the commands of the page", () => {
  expect(commands).toHaveLength(expected.length);
});

describe.skipIf(!odd.present)("odd files (need ../shared)", () => {
  it.each(commands.map((args, i) => [args.join(" "), args, expected[i]] as const))("atc %s", async (_, args, check) => {
    const run = await shop.atc(...args, "--name", "odd", "--json");
    expect(run.stderr.includes('"error"') ? run.stderr : "").toBe("");
    const info = await shop.atc("data", "info", "odd", "--json");
    const { report } = info.json<{ report: Report }>();
    check?.(report);
    expect(run.json<{ report: Report }>().report).toEqual(report);
  });

  it("covers every file of the folder", async () => {
    for (const name of await readdir(odd.path)) expect(commands.flat(), name).toContain(name);
  });

  it("reads the raw archive of SPY to the bars of its normalised twin", async () => {
    const spy = commands.find((args) => args.includes("spy.zip")) ?? [];
    await shop.atc(...spy, "--name", "raw");
    await shop.atc("ingest", sharedFile("data/spy_1d.csv").path, "--name", "normalised");
    expect(await rowsOf("raw")).toEqual(await rowsOf("normalised"));
  });
});
