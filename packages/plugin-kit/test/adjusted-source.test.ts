import { type ColumnChunk, type ColumnMetadata, type DataSource, isAtcError, type SourceSummary } from "@atc/contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { adjustedColumns, adjustedSource, isAdjustedClose } from "../src/index.ts";

type Values = Readonly<Record<string, ArrayLike<number> | BigInt64Array>>;

/** A source of bars with these columns, two rows per chunk. It fills the same arrays for each chunk. */
function sourceOf(values: Values, options: { readonly kind?: DataSource["kind"] } = {}): DataSource {
  const names = Object.keys(values);
  const columns: readonly ColumnMetadata[] = [
    { name: "symbol", type: "text" },
    { name: "timestamp", type: "timestamp[ms]" },
    ...names.map((name) => ({
      name,
      type: values[name] instanceof BigInt64Array ? ("int64" as const) : ("float64" as const),
    })),
  ];
  const rows = values[names[0] ?? ""]?.length ?? 0;
  let summary: SourceSummary | undefined;
  return {
    identity: { name: "bars.csv", parts: { size: 7 } },
    kind: options.kind ?? "bars",
    columns,
    notes: ["a note"],
    async *chunks(): AsyncGenerator<ColumnChunk> {
      for (let row = 0; row < rows; row += 2) {
        const length = Math.min(2, rows - row);
        const own = names.map((name) => {
          const all = values[name] as ArrayLike<number> | BigInt64Array;
          const part =
            all instanceof BigInt64Array
              ? all.slice(row, row + length)
              : Float64Array.from({ length }, (_, i) => all[row + i] as number);
          return [name, part] as const;
        });
        yield {
          length,
          row,
          symbol: { indices: new Int32Array(length), values: ["A"] },
          columns: {
            timestamp: BigInt64Array.from({ length }, (_, i) => BigInt(row + i)),
            ...Object.fromEntries(own),
          },
        };
      }
      summary = { rows, badRows: 0, bytes: 0, hash: "" };
    },
    summary: () => summary,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function valuesOf(source: DataSource): Promise<Record<string, number[]>> {
  const found: Record<string, number[]> = {};
  for await (const { columns } of source.chunks())
    for (const [name, values] of Object.entries(columns))
      found[name] = [...(found[name] ?? []), ...Array.from(values as ArrayLike<number>, Number)];
  return found;
}

const price = fc.double({ min: 0.01, max: 1e6, noNaN: true });
const bar = fc.record({ open: price, high: price, low: price, close: price, volume: price });

describe("an adjusted source", () => {
  it("multiplies open, high and low by the factor of the row, divides the volume by it, and takes the close", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(bar, price), { minLength: 1, maxLength: 7 }), async (rows) => {
        const column = (name: keyof (typeof rows)[0][0]): number[] => rows.map(([one]) => one[name]);
        const adjusted = rows.map(([, value]) => value);
        const [open, high, low] = [column("open"), column("high"), column("low")];
        const [close, volume] = [column("close"), column("volume")];
        const source = adjustedSource(sourceOf({ open, high, low, close, volume, "adj close": adjusted, oi: open }));
        const found = await valuesOf(source);
        const factors = adjusted.map((value, i) => value / (close[i] as number));
        expect(found["open"]).toEqual(open.map((value, i) => value * (factors[i] as number)));
        expect(found["high"]).toEqual(high.map((value, i) => value * (factors[i] as number)));
        expect(found["low"]).toEqual(low.map((value, i) => value * (factors[i] as number)));
        expect(found["volume"]).toEqual(volume.map((value, i) => value / (factors[i] as number)));
        expect([found["close"], found["oi"]]).toEqual([adjusted, open]);
        expect(source.columns.map(({ name }) => name)).toEqual([
          "symbol",
          "timestamp",
          "open",
          "high",
          "low",
          "close",
          "volume",
          "oi",
        ]);
      }),
    );
  });

  it("changes no return if the factor is constant", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(bar, { minLength: 2, maxLength: 9 }), price, async (rows, factor) => {
        const open = rows.map((row) => row.open);
        const close = rows.map((row) => row.close);
        const adjusted = close.map((value) => value * factor);
        const found = await valuesOf(adjustedSource(sourceOf({ open, close, adjclose: adjusted })));
        const opens = found["open"] as number[];
        const closes = found["close"] as number[];
        for (let i = 1; i < rows.length; i++) {
          const [before = Number.NaN, last = Number.NaN] = [close[i - 1], close[i]];
          expect((closes[i] as number) / (closes[i - 1] as number) / (last / before)).toBeCloseTo(1, 12);
          expect((opens[i] as number) / (closes[i - 1] as number) / ((open[i] as number) / before)).toBeCloseTo(1, 12);
        }
      }),
    );
  });

  it.each([
    ["a missing adjusted close", 10, Number.NaN],
    ["an adjusted close of 0", 10, 0],
    ["a negative adjusted close", 10, -5],
    ["an infinite adjusted close", 10, Number.POSITIVE_INFINITY],
    ["a missing close", Number.NaN, 5],
    ["a close of 0", 0, 5],
    ["a negative close", -10, 5],
  ])("leaves no raw price in a row with %s", async (_, close, adjusted) => {
    const source = sourceOf({
      open: [10, 10, 10],
      close: [10, close, 10],
      volume: [1, 1, 1],
      "adj close": [5, adjusted, 5],
    });
    expect(await valuesOf(adjustedSource(source))).toEqual({
      timestamp: [0, 1, 2],
      open: [5, Number.NaN, 5],
      close: [5, Number.NaN, 5],
      volume: [2, Number.NaN, 2],
    });
  });

  it("reads whole numbers, and gives float64", async () => {
    const source = adjustedSource(
      sourceOf({ close: BigInt64Array.of(10n, 20n), adjusted_close: BigInt64Array.of(5n, 5n) }),
    );
    expect(await valuesOf(source)).toMatchObject({ close: [5, 5] });
    expect(source.columns).toContainEqual({ name: "close", type: "float64" });
  });

  it("has another identity, a note, and the summary of the source", async () => {
    const plain = sourceOf({ close: [1], adjclose: [1] });
    const source = adjustedSource(plain);
    expect(source.identity.parts).toEqual({ size: 7, adjusted: { column: "adjclose", version: 1 } });
    expect(source.notes).toEqual(["a note", 'prices and volume are scaled to the column "adjclose"']);
    expect("slices" in source).toBe(false);
    await valuesOf(source);
    expect(source.summary()?.rows).toBe(1);
  });

  it("knows the names of vendors", () => {
    for (const name of ["Adj Close", "adjclose", "adj_close", "adjClose", "Adjusted Close", "adjusted_close"])
      expect(isAdjustedClose(name)).toBe(true);
    for (const name of ["Adj. Close", "Adj Close**", "5. adjusted close", "<ADJ_CLOSE>"])
      expect(isAdjustedClose(name)).toBe(true);
    for (const name of ["close", "adj open", "adjusted", "unadjusted close", "close.1", "adj close volume"])
      expect(isAdjustedClose(name)).toBe(false);
    expect(adjustedColumns(sourceOf({ close: [1], "adj close": [1] }))).toEqual(["adj close"]);
  });

  it("is refused for ticks, without such a column, and with two of them", () => {
    const refusal = (source: DataSource, column?: string): string => {
      try {
        adjustedSource(source, { column });
      } catch (error) {
        if (isAtcError(error, "ATC_INVALID_ARGUMENT")) return error.message;
      }
      return "accepted";
    };
    expect(refusal(sourceOf({ close: [1] }, { kind: "ticks" }))).toContain("only bars");
    expect(refusal(sourceOf({ close: [1] }))).toContain("its columns are timestamp, close");
    const both = sourceOf({ close: [1], "adj close": [1], adjusted_close: [2] });
    expect(refusal(both)).toContain('--columns "close=adj close"');
    expect(refusal(both, "Adj Close")).toBe("accepted");
    expect(refusal(both, "adj_close")).toBe("accepted");
    expect(refusal(both, "adjclose")).toContain("no column");
  });
});
