import type { Table, TableBlocks } from "@atc/backtest";
import type { ColumnMetadata, SeriesPlan, TableFile, TableWriter, TextColumn, TypedArray } from "@atc/contract";

/** The symbol of a table that has none. */
const portfolioName = "portfolio";

/** Rows of a block with the same symbol. */
interface Run {
  readonly symbol: string;
  readonly from: number;
  readonly to: number;
}

/** Divides a block into runs of rows of one symbol. */
function* runsOf({ length, values }: Table, texts: readonly string[]): Generator<Run, void, void> {
  const column = values["symbol"] as TextColumn | undefined;
  if (column === undefined) {
    if (length > 0) yield { symbol: portfolioName, from: 0, to: length };
    return;
  }
  const { indices } = column;
  for (let from = 0; from < length; ) {
    let to = from + 1;
    while (to < length && indices[to] === indices[from]) to++;
    yield { symbol: texts[indices[from] ?? 0] ?? "", from, to };
    from = to;
  }
}

/** The symbols in the order of their first rows, with the rows of each. */
function seriesOf(table: TableBlocks): readonly SeriesPlan[] {
  const texts = table.texts["symbol"] ?? [];
  const rows = new Map<string, number>();
  for (const block of table.blocks(texts.length > 0 ? ["symbol"] : ["timestamp"]))
    for (const { symbol, from, to } of runsOf(block, texts)) rows.set(symbol, (rows.get(symbol) ?? 0) + to - from);
  return [...rows].map(([symbol, count]) => ({ symbol, rows: count }));
}

function partOf(values: TypedArray | TextColumn | undefined, from: number, to: number): TypedArray {
  const array = values !== undefined && "indices" in values ? values.indices : (values as TypedArray);
  return array.subarray(from, to);
}

async function writeBlock(
  table: TableFile,
  block: Table,
  columns: readonly ColumnMetadata[],
  texts: readonly string[],
): Promise<void> {
  const whole = columns.map(({ name }) => [name, partOf(block.values[name], 0, block.length)] as const);
  const symbols = block.values["symbol"] as TextColumn | undefined;
  if (symbols !== undefined && table.writeRows !== undefined && block.length > 0)
    return await table.writeRows(symbols, Object.fromEntries(whole));
  for (const { symbol, from, to } of runsOf(block, texts)) {
    const parts = columns.map(({ name }) => [name, partOf(block.values[name], from, to)] as const);
    await table.write(symbol, Object.fromEntries(parts));
  }
}

/**
 * Writes a table to a new file with a table writer. The file has a column `symbol` before the others; it is
 * `portfolio` in every row of a table without one.
 *
 * @throws what the writer throws
 */
export async function writeRows(
  table: TableBlocks,
  writer: TableWriter,
  path: string,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { symbol: symbols = [], ...texts } = table.texts;
  const columns = table.columns.filter(({ name }) => name !== "symbol");
  const kind = columns[0]?.type === "timestamp[ns]" ? "ticks" : "bars";
  await using file = await writer.create(path, { schema: { kind, columns }, texts, series: seriesOf(table), metadata });
  for (const block of table.blocks(table.columns.map(({ name }) => name)))
    await writeBlock(file, block, columns, symbols);
  await file.finish();
}
