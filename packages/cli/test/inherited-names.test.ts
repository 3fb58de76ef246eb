import { describe, expect, it } from "vitest";
import { rowsOf, shop } from "./shop.ts";

/** Names that every object inherits members by. */
const names = ["__proto__", "constructor", "toString", "hasOwnProperty"];

/** Bars of two symbols, one of them called as the column beside the close. */
function csv(name: string): string {
  const lines = [`symbol,date,close,${name}`];
  for (let day = 0; day < 60; day++)
    for (const symbol of ["A", name])
      lines.push(
        `${symbol},${new Date(1.6e12 + day * 86_400_000).toISOString().slice(0, 10)},${100 + (day % 9)},${day + 0.5}`,
      );
  return `${lines.join("\n")}\n`;
}

describe.each(names)("a column and a symbol called %s", (name) => {
  it("are kept by every command", async () => {
    await shop.install("source-duckdb");
    await shop.file("bars.csv", csv(name));
    const ingest = await shop.atc("ingest", "bars.csv", "--name", "d");
    expect([ingest.code, ingest.stdout]).toEqual([0, expect.stringContaining("120 rows, 2 symbols")]);
    expect((await shop.atc("data", "verify", "d")).code).toBe(0);
    for (const ending of ["csv", "arrow", "parquet"])
      expect((await shop.atc("data", "export", "d", "-o", `out.${ending}`)).code).toBe(0);
    const printed = await shop.atc("data", "export", "d", "-o", "-");
    const [heading, first, second] = printed.stdout.split("\n");
    expect(heading?.toLowerCase()).toBe(`symbol,timestamp,close,${name.toLowerCase()}`);
    expect([first?.split(",").at(-1), second?.split(",").at(-1)]).toEqual(["0.5", "1.5"]);
    for (const file of ["out.csv", "out.parquet"]) {
      expect((await shop.atc("ingest", file, "--name", "again", "--reread")).code).toBe(0);
      expect(await rowsOf("again")).toEqual(await rowsOf("d"));
    }
    const backtest = await shop.atc("backtest", "d", "--json", "--symbols", name);
    expect(backtest.json<{ symbols: { symbol: string }[] }>().symbols.map(({ symbol }) => symbol)).toEqual([name]);
    const append = await shop.atc("data", "append", "d", "bars.csv");
    expect(append.stdout).toContain("nothing was changed");
    const weeks = await shop.atc("data", "resample", "d", "--to", "1w", "--name", "weeks");
    expect([weeks.code, weeks.stderr]).toEqual([0, expect.not.stringContaining("fault")]);
    const signals = await shop.atc("signals", "d", "--symbols", name, "--json");
    expect(signals.json()).toMatchObject({ symbol: name, bars: 60 });
  });

  it("is an unknown option, column, codec, source, format and aggregation, named in the error", async () => {
    await shop.file("bars.csv", csv(name));
    await shop.atc("ingest", "bars.csv", "--name", "d");
    for (const [code, ...args] of [
      [2, "ingest", "bars.csv", "--source-option", `${name}=1`],
      [2, "ingest", "bars.csv", "--source-option", `${name}={"badRows":"skip"}`],
      [2, "ingest", "bars.csv", "--columns", `${name}=close`],
      [5, "ingest", "bars.csv", "--source", name],
      [5, "data", "export", "d", "-o", "x.y", "--format", name],
      [2, "data", "resample", "d", "--to", "1d", "--aggregate", `close=${name}`],
      [2, "data", "resample", "d", "--to", `5${name}`],
      [2, "backtest", "d", "--use-compression", "--compression-algorithm", name],
      [2, "ingest", "bars.csv", "--memory", `5${name.replace(/\W|_/g, "")}`],
    ] as const) {
      const run = await shop
        .atc(...(args as readonly string[]), "--reread")
        .then((one) =>
          one.stderr.includes("unknown option '--reread'") ? shop.atc(...(args as readonly string[])) : one,
        );
      expect([args, run.code, run.stderr]).toEqual([
        args,
        code,
        expect.not.stringMatching(/native code|\[object|fault of/),
      ]);
      expect(run.stderr).toContain(name.replace(/^_+|_+$/g, ""));
    }
  });
});
