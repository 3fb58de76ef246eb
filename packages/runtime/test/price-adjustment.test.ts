import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAtcError } from "@atc/contract";
import { type CsvOptions, csv } from "@atc/source-csv";
import { afterAll, describe, expect, it } from "vitest";
import { priceAdjustment } from "../src/data/price-adjustment.ts";

const directory = mkdtempSync(join(tmpdir(), "atc-adjust-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let count = 0;

/** The first row of a text, and the notes, as the reading options adjust it; the message if it is refused. */
async function first(text: string, columns: Readonly<Record<string, string>>, adjust?: boolean) {
  const path = join(directory, `S${count++}.csv`);
  writeFileSync(path, text);
  const adjustment = priceAdjustment({ adjust, sourceOptions: { columns } });
  const opened = await csv(path, adjustment.sourceOptions as CsvOptions);
  try {
    await using source = adjustment.apply(opened);
    const row: Record<string, number> = {};
    for await (const chunk of source.chunks())
      for (const [name, values] of Object.entries(chunk.columns)) row[name] ??= Number(values[0]);
    return { row, notes: source.notes?.join("; ") ?? "", timeIs: source.timeIs, message: "" };
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    if (!isAtcError(error)) throw error;
    return { row: {}, notes: "", timeIs: undefined, message: error.message };
  }
}

const tiingo = "date,open,close,volume,adjOpen,adjClose,adjVolume\n2024-01-02,100,102,10,50,51,20\n";

describe("prices of which some are adjusted already", () => {
  it("are refused beside a close that is not, unless --no-adjust is given", async () => {
    const { message } = await first(tiingo, { open: "adjOpen" });
    expect(message).toMatch(/open \("adjOpen"\) is adjusted, and its close is not.*--columns close=NAME.*--no-adjust/);
    const { row, notes } = await first(tiingo, { open: "adjOpen" }, false);
    expect(row).toMatchObject({ open: 50, close: 102 });
    expect(notes).toContain("prices are mixed: open");
  });

  it("are not scaled again", async () => {
    const { row, notes, timeIs } = await first(tiingo, { open: "adjOpen" }, true);
    expect(row).toMatchObject({ open: 50, close: 51, volume: 20 });
    expect(notes).toContain("open is adjusted already");
    expect(timeIs).toBe("date");
    const all = await first(tiingo, { open: "adjOpen", volume: "adjVolume" }, true);
    expect(all.row).toMatchObject({ open: 50, close: 51, volume: 20 });
  });

  it("are read if all are", async () => {
    const { row, message } = await first(tiingo, { open: "adjOpen", close: "adjClose" });
    expect([row["open"], row["close"], message]).toEqual([50, 51, ""]);
  });
});

describe("an adjusted close", () => {
  it.each(["Adj. Last", "Adj Price", "Split Adjusted Close", "Close (adj)"])(
    "named %s is refused over raw prices, and used by --adjust",
    async (name) => {
      const text = `Date,Open,Close,${name}\n2024-01-02,100,102,51\n`;
      expect((await first(text, { close: name })).message).toContain("add --adjust");
      expect((await first(text, { close: name }, true)).row).toMatchObject({ open: 50, close: 51 });
    },
  );

  it("without a raw one is refused without the advice to adjust", async () => {
    const { message } = await first("Date,Open,Adj Close\n2024-01-02,100,51\n", { close: "Adj Close" });
    expect(message).toContain("no close before the adjustment");
    expect(message).not.toContain("add --adjust");
  });
});
