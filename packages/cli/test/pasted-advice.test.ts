import { readdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { sharedFile } from "./atc.ts";
import { errorOf, shop } from "./shop.ts";

const odd = sharedFile("data/odd");

/** The flags that an error advises, as a shell would split them. */
function advisedFlags(message: string): readonly string[] {
  const pairs = message.matchAll(/(--(?:columns|source-option|time-zone|csv-symbol))[ =]('[^']*'|"[^"]*"|[^\s;)]+)/g);
  return [...pairs].flatMap(([, flag = "", value = ""]) => [flag, value.replaceAll(/^['"]|['"]$/g, "")]);
}

/** Ingests a file; if that fails, again with the flags of the error. */
async function ingested(file: string): Promise<{ readonly flags: readonly string[]; readonly rows: number }> {
  let flags: readonly string[] = [];
  for (let attempt = 0; attempt < 3; attempt++) {
    const run = await shop.atc("ingest", file, ...flags, "--json", "--reread");
    if (run.code === 0) return { flags, rows: run.json<{ readonly rows: number }>().rows };
    const { message } = errorOf(run);
    // The first of two that an error leaves to the caller.
    const more = advisedFlags(message.replace(/ or --source-option.*/, ""));
    if (more.length === 0) throw new Error(`no advice in: ${message}`);
    flags = [...flags, ...more];
  }
  throw new Error(`${file} is not read with ${flags.join(" ")}`);
}

/** Files of ../shared/data/odd, the rows that they have, and whether they need flags. */
const files: readonly (readonly [name: string, rows: number, needsFlags: boolean])[] = [
  ["2006-01-02-volume-min-001.txt", 30_889, false],
  ["6EH4.XCME_1min_bars.csv", 9, false],
  ["6EH4.XCME_1min_bars_20240101_20240131.csv.gz", 29_996, false],
  ["Coinbase_BTCUSD_1h.csv", 20_111, false],
  ["ETH_BTC-5m.feather", 5760, false],
  ["pystock-20160104-prices.csv.gz", 12_195, false],
  ["spy.zip", 5849, true],
];

describe.skipIf(!odd.present)("files of ../shared/data/odd (needs ../shared)", () => {
  beforeEach(async () => {
    await shop.install("source-arrow", "source-json", "source-zip", "codec-lz4");
    for (const name of await readdir(odd.path)) await symlink(join(odd.path, name), join(shop.path, name));
  });

  it("knows all of them", async () => {
    expect((await readdir(odd.path)).sort()).toEqual(files.map(([name]) => name).sort());
  });

  it.each(files)("reads %s with no option, or with the pasted advice of its error", async (name, rows, needsFlags) => {
    const found = await ingested(name);
    expect([found.flags.length > 0, found.rows]).toEqual([needsFlags, rows]);
  });
});

it.each([
  ["no header", "2024-01-02 09:30,1,2,0.5,1.5,10\n2024-01-02 09:31,1,2,0.5,1.5,10\n", 2],
  ["no header, date and clock", "2024.01.02,09:30,1,2,0.5,1.5,10\n", 1],
  ["names with symbols", "time,A_close,B_close\n2024-01-02,1,2\n", 2],
  ["names that are symbols", "Date,AAPL,BRK B\n2024-01-02,1,2\n", 2],
  ["a comma that is ambiguous", "date;close\n2024-01-02;1,234\n", 1],
  ["unknown names", "observation_date,VIXCLS\n2024-01-02,1\n", 1],
  ["unknown names with blanks", "Handelstag;Kurs in EUR\n2024-01-02;1.5\n", 1],
  ["unknown names of a quote", "moment,Geld,Brief\n2024-01-02 09:30,1.1,1.1001\n2024-01-02 09:31,1.2,1.2001\n", 2],
] as const)("reads a file with %s by the pasted advice of its error", async (_, text, rows) => {
  await shop.file("bars.csv", text);
  const found = await ingested("bars.csv");
  expect(found.flags.length).toBeGreaterThan(0);
  expect(found.rows).toBe(rows);
});
