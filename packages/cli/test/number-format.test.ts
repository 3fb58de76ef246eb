import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { bytes, counted, duration, integer, percent, ratio, share } from "../src/text/number-format.ts";
import { progressDisplay } from "../src/text/progress-display.ts";
import { textTable } from "../src/text/text-table.ts";

describe("figures", () => {
  it("have signs, units and a dash for what is undefined", () => {
    expect([percent(0.1234), percent(-0.5), percent(0), percent(null), percent(1e13)]).toEqual([
      "+12.3 %",
      "-50.0 %",
      "0.0 %",
      "-",
      "+1.0e+15 %",
    ]);
    expect([share(0.5), share(null), ratio(1.005), ratio(undefined), integer(1234.6)]).toEqual([
      "50 %",
      "-",
      "1.00",
      "-",
      "1,235",
    ]);
    expect([integer(999_999_999_999_999), integer(-2.5e302)]).toEqual(["999,999,999,999,999", "-2.5e+302"]);
    expect([counted(1, "gap"), counted(1200, "gap"), counted(2, "half", "halves")]).toEqual([
      "1 gap",
      "1,200 gaps",
      "2 halves",
    ]);
    expect([bytes(999), bytes(1500), bytes(2.5e6), bytes(3e9)]).toEqual(["999 B", "1.5 kB", "2.5 MB", "3.00 GB"]);
    expect([duration(60_000), duration(90_000), duration(86_400_000), duration(5), duration(undefined)]).toEqual([
      "1 min",
      "1.5 min",
      "1 d",
      "5 ms",
      "-",
    ]);
  });
});

describe("textTable", () => {
  it("aligns, and lets no control character of the data through", () => {
    const table = textTable(
      [
        { title: "symbol", align: "left" },
        { title: "rows", align: "right" },
      ],
      [["A\u001b[31m", "1"], undefined, ["東京", "12345"]],
    );
    expect(table.split("\n")).toEqual([
      "symbol   rows",
      "------  -----",
      "A?[31m      1",
      "------  -----",
      "東京    12345",
    ]);
  });
});

describe("progressDisplay", () => {
  const collect = (): { text: () => string; stream: NodeJS.WritableStream } => {
    const pieces: string[] = [];
    const stream = { write: (piece: string) => pieces.push(piece) } as unknown as NodeJS.WritableStream;
    return { stream, text: () => pieces.join("") };
  };

  it("prints a plain line every two seconds without a terminal", () => {
    let ms = 0;
    const { stream, text } = collect();
    const display = progressDisplay({ stream, quiet: false, now: () => ms });
    for (ms = 0; ms <= 5000; ms += 500)
      display.listener({ phase: "reading", done: ms * 1000, total: 10_000_000, unit: "bytes", rows: ms * 10 });
    expect(text().trimEnd().split("\n")).toEqual([
      "reading 20 % 2.0 MB 10K rows/s, ETA 8 s",
      "reading 40 % 4.0 MB 10K rows/s, ETA 6 s",
    ]);
  });

  it("draws a bar of 80 columns on a terminal, with a remaining time once there is a rate", () => {
    let ms = 0;
    const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
    const pieces: string[] = [];
    stream.on("data", (piece: Buffer) => pieces.push(String(piece)));
    const display = progressDisplay({ stream, quiet: false, now: () => ms });
    const note = "1 of 50 symbols, DOGE/USDT";
    display.listener({ phase: "fetching", done: 0, total: 400_000, unit: "bars", note });
    ms = 5000;
    display.listener({ phase: "fetching", done: 100_000, total: 400_000, unit: "bars", note });
    display.stop();
    const lines = stripVTControlCharacters(pieces.join("\r")).split("\r");
    const last = lines.filter((line) => line.startsWith("fetching")).at(-1) ?? "";
    expect(last.slice(0, 80)).toBe("fetching   [===-------] 25% | ETA 15 s | 20K bars/s | 100K bars, 1 of 50 symbols");
    expect(lines.join()).not.toMatch(/NF|NaN|Infinity/);
  });

  it("is silent when quiet", () => {
    const { stream, text } = collect();
    progressDisplay({ stream, quiet: true }).listener({ phase: "reading", done: 1, unit: "rows" });
    expect(text()).toBe("");
  });
});
