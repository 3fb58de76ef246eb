import assert from "node:assert/strict";
import { existsSync, readdirSync, readlinkSync } from "node:fs";
import {
  type ChunksOptions,
  type ColumnChunk,
  type DataSource,
  dtypeOf,
  isAtcError,
  type Progress,
  type RowKind,
} from "@atc/contract";
import type { ConformanceCase } from "../base/conformance-case.ts";
import { assertSlices } from "./data-source-slices.ts";

/** The content of the source that {@link dataSourceCases} opens. */
export interface DataSourceExpectation {
  /** Whether rows are bars or ticks. */
  readonly kind: RowKind;
  /** Valid rows, 1 or more. */
  readonly rows: number;
  /** The symbols in order of their first row. */
  readonly symbols: readonly string[];
  /** The names of the columns in order; default: not compared. */
  readonly columns?: readonly string[];
  /** Rows that are skipped or have a NaN; default: 0. */
  readonly badRows?: number;
}

type SourceLaw = (source: DataSource, expected: DataSourceExpectation) => Promise<void>;

/**
 * The laws of a data source. Each call of `create` opens a source over the same bytes; the suite disposes it.
 *
 * @example
 * ```ts
 * const expected = { kind: "bars", rows: 5849, symbols: ["SPY"] } as const;
 * for (const { name, run } of dataSourceCases(() => csv("spy.csv"), expected)) it(name, run);
 * ```
 */
export function dataSourceCases(
  create: () => DataSource | Promise<DataSource>,
  expected: DataSourceExpectation,
): readonly ConformanceCase[] {
  const over =
    (law: SourceLaw): (() => Promise<void>) =>
    async () => {
      const source = await create();
      try {
        await law(source, expected);
      } finally {
        await source[Symbol.asyncDispose]();
      }
    };
  const laws: Readonly<Record<string, SourceLaw>> = {
    ...columnLaws,
    ...chunkLaws,
    ...endLaws,
    ...identityLaws(create),
  };
  return Object.entries(laws).map(([name, law]) => ({ name, run: over(law) }));
}

/** Numbers of one column. */
type Values = ColumnChunk["columns"][string];

/** Rows by column: numbers, or texts as indices into the texts of the column, both in the order of the rows. */
type KeptRows = Readonly<
  Record<string, Values | undefined | { readonly texts: readonly string[]; indices: Int32Array }>
>;

/** Keeps the texts of a column, whatever the order of the dictionaries of its chunks is. */
function keptTexts(): {
  take(indices: ArrayLike<number | bigint>, dictionary: readonly string[]): void;
  rows(): { readonly texts: readonly string[]; readonly indices: Int32Array };
} {
  const known = new Map<string, number>();
  const parts: Int32Array[] = [];
  /** -1 for a row without a text. */
  function place(places: number[], index: number, text: string | undefined): number {
    if (text === undefined) return -1;
    const found = known.get(text) ?? known.size;
    known.set(text, found);
    places[index] = found;
    return found;
  }
  return {
    take(indices, dictionary) {
      /** The place in `known` of each index of the chunk. */
      const places: number[] = [];
      const part = new Int32Array(indices.length);
      for (let row = 0; row < part.length; row++) {
        const index = Number(indices[row]);
        part[row] = places[index] ?? place(places, index, dictionary[index]);
      }
      parts.push(part);
    },
    rows: () => ({ texts: [...known.keys()], indices: joined(parts) ?? new Int32Array(0) }),
  };
}

/** Copies of arrays of one type, one after the other; undefined for none. */
function joined<Part extends Values>(parts: readonly Part[]): Part | undefined {
  const [first] = parts;
  if (first === undefined) return undefined;
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const whole = new (first.constructor as new (length: number) => Part)(length);
  let at = 0;
  for (const part of parts) {
    (whole as Float64Array).set(part as Float64Array, at);
    at += part.length;
  }
  return whole;
}

/** Collects the rows of chunks by column, copied to outlive the next chunk. */
function keptRows(source: DataSource): { take(chunk: ColumnChunk): void; rows(): KeptRows } {
  const [, ...columns] = source.columns;
  const symbols = keptTexts();
  const texts = new Map(columns.filter(({ type }) => type === "text").map(({ name }) => [name, keptTexts()]));
  const numbers = new Map<string, Values[]>(
    columns.filter(({ type }) => type !== "text").map(({ name }) => [name, []]),
  );
  return {
    take({ symbol, columns: found, dictionaries = {} }) {
      symbols.take(symbol.indices, symbol.values);
      for (const [name, kept] of texts) kept.take(found[name] ?? [], dictionaries[name] ?? []);
      for (const [name, parts] of numbers) {
        const values = found[name];
        if (values !== undefined) parts.push(values.slice());
      }
    },
    rows: () =>
      Object.fromEntries<KeptRows[string]>([
        ["symbol", symbols.rows()],
        ...[...texts].map(([name, kept]) => [name, kept.rows()] as const),
        ...[...numbers].map(([name, parts]) => [name, joined(parts)] as const),
      ]),
  };
}

/** All rows by column. */
async function readAll(source: DataSource, options?: ChunksOptions): Promise<KeptRows> {
  const { take, rows } = keptRows(source);
  for await (const chunk of source.chunks(options)) take(chunk);
  return rows();
}

/** Asserts that iterating `chunks` ends with an AtcError of a code. */
async function rejects(chunks: () => AsyncIterable<ColumnChunk>, code: "ATC_ABORTED" | "ATC_CLOSED"): Promise<void> {
  await assert.rejects(
    async () => {
      for await (const chunk of chunks()) assert.ok(chunk.length > 0);
    },
    (error) => isAtcError(error, code),
  );
}

const columnLaws: Readonly<Record<string, SourceLaw>> = {
  "names symbol, then timestamp, and has a close": async (source, expected) => {
    assert.equal(source.kind, expected.kind);
    const names = source.columns.map(({ name }) => name);
    assert.deepEqual(names.slice(0, 2), ["symbol", "timestamp"]);
    assert.ok(names.includes("close"));
    assert.equal(new Set(names).size, names.length, "no name occurs twice");
    assert.equal(source.columns[0]?.type, "text");
    if (expected.columns !== undefined) assert.deepEqual(names, expected.columns);
  },
  "has timestamp[ms] for bars and timestamp[ns] for ticks": async (source, { kind }) => {
    assert.equal(source.columns[1]?.type, kind === "ticks" ? "timestamp[ns]" : "timestamp[ms]");
  },
  "puts the canonical prices first, in order, as float64": async (source) => {
    const canonical = ["open", "high", "low", "close", "volume"];
    const found = source.columns.filter(({ name }) => canonical.includes(name));
    assert.deepEqual(
      found.map(({ name }) => name),
      canonical.filter((name) => found.some((column) => column.name === name)),
    );
    assert.deepEqual(source.columns.slice(2, 2 + found.length), found);
    for (const { type } of found) assert.equal(type, "float64");
  },
};

const chunkLaws: Readonly<Record<string, SourceLaw>> = {
  "returns chunks of 1 or more rows, with all columns in their length and type": async (source) => {
    const names = source.columns.slice(1).map(({ name }) => name);
    for await (const chunk of source.chunks()) {
      assert.ok(chunk.length >= 1);
      assert.equal(chunk.symbol.indices.length, chunk.length);
      assert.deepEqual(new Set(Object.keys(chunk.columns)), new Set(names));
      for (const { name, type } of source.columns.slice(1)) {
        assert.equal(chunk.columns[name]?.length, chunk.length, name);
        assert.equal(chunk.columns[name]?.constructor.name, arrayNames[dtypeOf(type)], name);
      }
    }
  },
  "numbers its rows without gaps from 0": async (source, { rows }) => {
    let next = 0;
    for await (const chunk of source.chunks()) {
      assert.equal(chunk.row, next);
      next += chunk.length;
    }
    assert.equal(next, rows);
  },
  "has a symbol for every row, in order of appearance": async (source, { symbols }) => {
    const seen = new Set<number>();
    let values: readonly string[] = [];
    for await (const chunk of source.chunks()) {
      values = chunk.symbol.values;
      for (const index of chunk.symbol.indices) {
        assert.ok(index >= 0 && index < values.length);
        seen.add(index);
      }
    }
    assert.deepEqual([...values], symbols);
    assert.equal(seen.size, symbols.length);
  },
  "only appends to its dictionaries": async (source) => {
    const before = new Map<string, readonly string[]>();
    for await (const chunk of source.chunks()) {
      const dictionaries = { symbol: chunk.symbol.values, ...chunk.dictionaries };
      for (const [name, values] of Object.entries(dictionaries)) {
        assert.deepEqual(values.slice(0, before.get(name)?.length ?? 0), before.get(name) ?? []);
        assert.equal(new Set(values).size, values.length, "no text occurs twice");
        before.set(name, [...values]);
      }
    }
  },
  "has a dictionary for every text column": async (source) => {
    const texts = source.columns.slice(1).filter(({ type }) => type === "text");
    for await (const chunk of source.chunks())
      for (const { name } of texts)
        for (const index of chunk.columns[name] ?? [])
          assert.ok(Number(index) >= -1 && Number(index) < (chunk.dictionaries?.[name]?.length ?? 0), name);
  },
};

const arrayNames: Readonly<Record<ReturnType<typeof dtypeOf>, string>> = {
  int8: "Int8Array",
  uint8: "Uint8Array",
  int32: "Int32Array",
  uint32: "Uint32Array",
  int64: "BigInt64Array",
  float32: "Float32Array",
  float64: "Float64Array",
};

const endLaws: Readonly<Record<string, SourceLaw>> = {
  "returns the same rows each time, also to two concurrent readers": async (source) => {
    const first = await readAll(source);
    const [second, third] = await Promise.all([readAll(source), readAll(source)]);
    assert.deepEqual(second, first);
    assert.deepEqual(third, first);
  },
  "has the same rows in slices, and counts them correctly, if it supports slices and counts": async (source) => {
    if (source.slices !== undefined) await assertSlices(source, await readAll(source), () => keptRows(source));
  },
  "has a summary only after it was read completely": async (source, expected) => {
    assert.equal(source.summary(), undefined);
    let reported = 0;
    await readAll(source, { onBadRow: () => reported++ });
    const summary = source.summary();
    assert.equal(summary?.rows, expected.rows);
    assert.equal(summary?.badRows, expected.badRows ?? 0);
    assert.equal(reported, expected.badRows ?? 0);
    assert.ok((summary?.bytes ?? 0) > 0);
    assert.match(summary?.hash ?? "", /^[0-9a-f]{16}$/);
  },
  "has no summary after an incomplete read": async (source) => {
    for await (const chunk of source.chunks()) {
      assert.ok(chunk.length > 0);
      break;
    }
    assert.equal(source.summary(), undefined);
    await readAll(source);
    assert.notEqual(source.summary(), undefined);
  },
  "reports progress that rises to its total": async (source, { rows }) => {
    const reports: Progress[] = [];
    await readAll(source, { onProgress: (progress) => reports.push(progress) });
    const last = reports.at(-1);
    assert.ok(last !== undefined);
    for (const [i, report] of reports.entries()) assert.ok(report.done >= (reports[i - 1]?.done ?? 0));
    if (last.total !== undefined) assert.equal(last.done, last.total);
    assert.equal(last.rows ?? rows, rows);
  },
  "ends with ATC_ABORTED if the signal is aborted before": async (source) => {
    await rejects(() => source.chunks({ signal: AbortSignal.abort() }), "ATC_ABORTED");
    assert.equal(source.summary(), undefined);
  },
  "ends with ATC_ABORTED at the step after the signal, unless it was at its end": async (source) => {
    const controller = new AbortController();
    let chunks = 0;
    try {
      for await (const chunk of source.chunks({ signal: controller.signal })) {
        assert.ok(chunk.length > 0);
        chunks++;
        controller.abort();
      }
    } catch (error) {
      assert.ok(isAtcError(error, "ATC_ABORTED"));
    }
    assert.equal(chunks, 1, "no chunk follows the signal");
  },
  "throws ATC_CLOSED after disposal, and may be disposed twice": async (source) => {
    await source[Symbol.asyncDispose]();
    await source[Symbol.asyncDispose]();
    await rejects(() => source.chunks(), "ATC_CLOSED");
  },
  "closes the files of unfinished readers on disposal, and ends them with ATC_CLOSED": async (source) => {
    const before = openDescriptors();
    const left = source.chunks()[Symbol.asyncIterator]();
    assert.equal((await left.next()).done ?? false, false);
    const busy = source.chunks()[Symbol.asyncIterator]();
    const step = busy.next();
    const opened = [...openDescriptors()].filter((one) => !before.has(one));
    const closing = source[Symbol.asyncDispose]();
    await Promise.allSettled([step, closing]);
    await closing;
    const now = openDescriptors();
    assert.deepEqual(
      opened.filter((one) => now.has(one)),
      [],
    );
    for (const reading of [left, busy])
      await assert.rejects(
        async () => reading.next(),
        (error) => isAtcError(error, "ATC_CLOSED"),
      );
  },
};

/** The open regular files of this process by descriptor and path; empty on systems that do not list them. */
function openDescriptors(): ReadonlySet<string> {
  const folder = "/proc/self/fd";
  if (!existsSync(folder)) return new Set();
  const found = readdirSync(folder).map((descriptor) => {
    try {
      return `${descriptor} ${readlinkSync(`${folder}/${descriptor}`)}`;
    } catch {
      // The descriptor of this listing itself is closed by now.
      return "";
    }
  });
  return new Set(found.filter((one) => / \/(?!dev\/|proc\/)/.test(one)));
}

/** Laws that require a second source over the same bytes. */
function identityLaws(create: () => DataSource | Promise<DataSource>): Readonly<Record<string, SourceLaw>> {
  return {
    "has the same identity each time it is opened, as plain data": async (source) => {
      await using again = await create();
      assert.deepEqual(again.identity, source.identity);
      assert.deepEqual(JSON.parse(JSON.stringify(source.identity.parts)), source.identity.parts);
      assert.notDeepEqual(Object.keys(source.identity.parts), []);
      await readAll(source);
      assert.deepEqual(source.identity, again.identity, "reading does not change it");
    },
    "returns the same rows and hash each time it is opened": async (source) => {
      await using again = await create();
      assert.deepEqual(await readAll(again), await readAll(source));
      assert.equal(again.summary()?.hash, source.summary()?.hash);
    },
  };
}
