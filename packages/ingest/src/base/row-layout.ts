import type { ColumnType, DataSource, DatasetSchema, DType } from "@atc/contract";
import { AtcError, dtypeOf } from "@atc/contract";

/** A column of a dataset other than `timestamp`, and its 8-byte slot in a buffered row. */
interface StoredColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly dtype: DType;
  readonly slot: number;
}

/**
 * How rows are buffered: times as pairs of 32-bit words in one array, the other columns row by row in the 8-byte slots
 * of another. A slot holds a float64, which represents every narrower dtype exactly, or the two words of an int64.
 */
export interface RowLayout {
  readonly schema: DatasetSchema;
  readonly columns: readonly StoredColumn[];
  /** Slots per row. */
  readonly slots: number;
  /** Bytes per buffered row, including its time. */
  readonly rowBytes: number;
  /** Units of the schema's `timestamp` per millisecond. */
  readonly unitsPerMs: number;
  /** Whether the source says that its times are calendar dates. */
  readonly isOfDates: boolean;
  /** The text columns other than `symbol`. A dataset holds only numbers. */
  readonly dropped: readonly string[];
}

/** The layout of a source's rows. ATC_INVALID_DATA if the source has no times. */
export function rowLayout(source: DataSource): RowLayout {
  const time = source.columns.find((column) => column.name === "timestamp");
  if (time?.type !== "timestamp[ms]" && time?.type !== "timestamp[ns]")
    throw new AtcError(
      "ATC_INVALID_DATA",
      `"${source.identity.name}" has no column "timestamp" with times; name the column that holds them`,
    );
  const others = source.columns.filter((column) => column.name !== "symbol" && column.name !== "timestamp");
  const kept = others.filter((column) => column.type !== "text");
  return {
    schema: { kind: source.kind, columns: [time, ...kept] },
    columns: kept.map(({ name, type }, slot) => ({ name, type, dtype: dtypeOf(type), slot })),
    slots: kept.length,
    rowBytes: 8 + 8 * kept.length,
    unitsPerMs: time.type === "timestamp[ns]" ? 1_000_000 : 1,
    isOfDates: source.timeIs === "date",
    dropped: others.filter((column) => column.type === "text").map((column) => column.name),
  };
}
