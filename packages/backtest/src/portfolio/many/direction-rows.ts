import { AtcError } from "@atc/contract";
import { type LaneMemory, mostDirectionStride } from "../../simulation/fast/lane-memory.ts";
import type { LaneOrder } from "./lane-order.ts";

/** Rows of directions in one array, such as a view of the memory of signals. */
export interface DirectionMatrix {
  /** Row `r` begins at index `r * stride`. */
  readonly values: Int8Array;
  /** Elements from one row to the next. Rows of up to 64 elements more than a block are copied all at once. */
  readonly stride: number;
}

/** Copies rows of directions into a memory. */
export interface DirectionRows {
  /**
   * Copies `count` directions of every row.
   *
   * @throws ATC_INVALID_ARGUMENT for another number of rows, or rows that are too short
   */
  copy(directions: readonly Int8Array[] | DirectionMatrix, count: number): void;
}

/** The argument of {@link createDirectionRows}. */
export interface DirectionRowsOptions {
  readonly memory: LaneMemory;
  readonly order: LaneOrder;
  /** The row of each configuration. */
  readonly rowOf: ArrayLike<number>;
}

function wrongRows(found: number, wanted: number, count: number): AtcError {
  return new AtcError(
    "ATC_INVALID_ARGUMENT",
    `the directions have ${found} elements or rows, and ${wanted} are needed for ${count} bars; give a row per configuration, or as many as "directionOf" names`,
    { details: { found, wanted, bars: count } },
  );
}

/** Creates what copies directions, and points the lanes at them. */
export function createDirectionRows({ memory, order, rowOf }: DirectionRowsOptions): DirectionRows {
  const { layout, bytes, words } = memory;
  const { directions: rows, blockLength } = layout;
  const most = mostDirectionStride(blockLength);
  let pointed = 0;

  /** Points each lane at its row; those without a configuration at one of zeros. */
  function point(stride: number): void {
    if (stride === pointed) return;
    pointed = stride;
    for (const [lane, index] of order.configurationOf.entries())
      words[layout.sources / 4 + lane] = index < 0 ? layout.flat : layout.rows + rowOf[index] * stride;
  }

  function copyMatrix({ values, stride }: DirectionMatrix, count: number): void {
    const wanted = (rows - 1) * stride + count;
    if (!Number.isInteger(stride) || stride < count || values.length < wanted)
      throw wrongRows(values.length, wanted, count);
    if (stride <= most) {
      point(stride);
      bytes.set(values.length === wanted ? values : values.subarray(0, wanted), layout.rows);
      return;
    }
    point(blockLength);
    for (let row = 0; row < rows; row++)
      bytes.set(values.subarray(row * stride, row * stride + count), layout.rows + row * blockLength);
  }

  return {
    copy(directions, count) {
      if ("stride" in directions) {
        copyMatrix(directions, count);
        return;
      }
      if (directions.length !== rows) throw wrongRows(directions.length, rows, count);
      point(blockLength);
      for (let row = 0; row < rows; row++) {
        const column = directions[row];
        if (column.length !== count) throw wrongRows(column.length, count, count);
        bytes.set(column, layout.rows + row * blockLength);
      }
    },
  };
}
