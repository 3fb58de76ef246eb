import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DatasetSchema, isAtcError, type RowKind, type SeriesColumns, type TableWriter } from "@atc/contract";
import type { ConformanceCase } from "../base/conformance-case.ts";

/** A row that was read back. */
export interface ReadRow {
  /** The symbol, exactly as it was written. */
  readonly symbol: string;
  /** The time, in ms for bars and ns for ticks. */
  readonly time: bigint;
  /** The other columns by name; NaN or undefined for a missing number. */
  readonly values: Readonly<Record<string, number | undefined>>;
}

/** Access of the suite to the files. */
export interface TableWriterHolds {
  /** Reads a file of bars (times in ms) or ticks (in ns) by other means than the writer's own. */
  read(path: string, kind: RowKind): Promise<readonly ReadRow[]>;
}

type Slice = readonly [symbol: string, times: readonly bigint[], close: readonly number[], volume: readonly number[]];

const schemaOf = (kind: RowKind): DatasetSchema => ({
  kind,
  columns: [
    { name: "timestamp", type: kind === "bars" ? "timestamp[ms]" : "timestamp[ns]" },
    { name: "close", type: "float64" },
    { name: "volume", type: "float64" },
    { name: "flag", type: "int32" },
  ],
});

function columnsOf([, times, close, volume]: Slice): SeriesColumns {
  return {
    timestamp: BigInt64Array.from(times),
    close: Float64Array.from(close),
    volume: Float64Array.from(volume),
    flag: Int32Array.from(times, (_, i) => i - 1),
  };
}

function expected(slices: readonly Slice[]): unknown[] {
  return slices.flatMap(([symbol, times, close, volume]) =>
    times.map((time, i) => [symbol, time, close[i], volume[i], i - 1]),
  );
}

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "atc-table-"));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function written(writer: TableWriter, path: string, kind: RowKind, slices: readonly Slice[]): Promise<void> {
  const rows = new Map<string, number>();
  for (const [symbol, times] of slices) rows.set(symbol, (rows.get(symbol) ?? 0) + times.length);
  const series = [...rows].map(([symbol, count]) => ({ symbol, rows: count }));
  const file = await writer.create(path, { schema: schemaOf(kind), series });
  for (const slice of slices) await file.write(slice[0], columnsOf(slice));
  await file.finish();
  await file[Symbol.asyncDispose]();
}

/**
 * The laws of a table writer: doubles, nanoseconds, symbols and order survive, and failures are AtcErrors.
 *
 * @param holds - reads back what the writer wrote
 */
export function tableWriterCases(create: () => TableWriter, holds: TableWriterHolds): readonly ConformanceCase[] {
  const holdsRows = (kind: RowKind, slices: readonly Slice[]): Promise<void> =>
    inFolder(async (folder) => {
      const path = join(folder, `table${create().extension}`);
      await written(create(), path, kind, slices);
      const found = (await holds.read(path, kind)).map(({ symbol, time, values }) => [
        symbol,
        time,
        values["close"],
        values["volume"] ?? Number.NaN,
        values["flag"],
      ]);
      // deepEqual distinguishes -0 from 0 and equates NaN with NaN.
      deepEqual(found, expected(slices));
    });
  const long = Array.from({ length: 5000 }, (_, i) => BigInt(i) * 60_000n);
  return [
    {
      name: "keeps every bit of doubles, and the order of rows",
      run: () => {
        const hard = [0.1 + 0.2, 5e-324, Number.MAX_VALUE, -0, 1 / 3];
        const times = hard.map((_, i) => BigInt(i));
        return holdsRows("bars", [["A", times, hard, hard.map((_, i) => (i === 2 ? Number.NaN : i))]]);
      },
    },
    {
      name: "keeps nanoseconds, also before 1970 and for many rows of one time",
      run: () => {
        const times = [-1n, 0n, 0n, 0n, 1_700_000_000_123_456_789n];
        return holdsRows("ticks", [["T", times, [1, 2, 3, 4, 5], [1, 1, 1, 1, 1]]]);
      },
    },
    {
      name: "writes symbols of any text, slice after slice, of any length",
      run: () =>
        holdsRows(
          "bars",
          ['A"quoted"', "Ünï 日経 🚀", "a,b;c|d", "x".repeat(300)].flatMap((symbol): Slice[] => [
            [symbol, long, long.map(Number), long.map(() => 1)],
            [symbol, [10n ** 12n], [1], [2]],
          ]),
        ),
    },
    {
      name: "writes rows with a symbol each, if it has writeRows, among the rows of one symbol",
      run: () =>
        inFolder(async (folder) => {
          const path = join(folder, `table${create().extension}`);
          const count = 5000;
          const symbols = { indices: Int32Array.from({ length: count }, (_, i) => i % 3), values: ["A", "B", "Ünï"] };
          const times = Array.from({ length: count }, (_, i) => BigInt(i));
          const many = columnsOf(["", times, times.map(Number), times.map(Number)]);
          const file = await create().create(path, {
            schema: schemaOf("bars"),
            series: symbols.values.map((symbol, i) => ({
              symbol,
              rows: Math.ceil((count - i) / 3) + (i === 0 ? 1 : 0),
            })),
          });
          await file.write("A", columnsOf(["A", [-1n], [1], [1]]));
          const isWritten = file.writeRows !== undefined;
          await file.writeRows?.(symbols, many);
          await file.finish();
          await file[Symbol.asyncDispose]();
          const found = (await holds.read(path, "bars")).map(({ symbol, time }) => [symbol, time]);
          const expected = isWritten ? times.map((time, i) => [symbols.values[i % 3], time]) : [];
          deepEqual(found, [["A", -1n], ...expected]);
        }),
    },
    {
      name: "refuses a path that cannot be written, with an AtcError",
      run: () =>
        inFolder(async (folder) => {
          const path = join(folder, "nowhere", `table${create().extension}`);
          await rejects(written(create(), path, "bars", [["A", [1n], [1], [1]]]), (error: unknown) =>
            isAtcError(error),
          );
        }),
    },
    {
      name: "may be disposed unfinished, any number of times",
      run: () =>
        inFolder(async (folder) => {
          const plan = { schema: schemaOf("bars"), series: [{ symbol: "A", rows: 2 }] };
          const file = await create().create(join(folder, "table"), plan);
          await file.write("A", columnsOf(["A", [1n], [1], [1]]));
          await file[Symbol.asyncDispose]();
          await file[Symbol.asyncDispose]();
        }),
    },
    {
      name: "has a name and an extension",
      run: () =>
        inFolder(async (folder) => {
          const writer = create();
          ok(/^\.[a-z0-9.]+$/.test(writer.extension), writer.extension);
          ok(writer.name.length > 0);
          const path = join(folder, "table");
          await written(writer, path, "bars", [["A", [1n], [1], [1]]]);
          equal((await stat(path)).isFile(), true);
        }),
    },
  ];
}
