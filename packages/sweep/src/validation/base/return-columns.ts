import { invalidInput } from "./check-settings.ts";
import { checkMatrix, type ReturnMatrix } from "./return-matrix.ts";

/** Bar returns of configurations that ran over the same bars, read one configuration after the other. */
export interface ReturnColumns {
  /** The number of bar returns of a configuration. */
  readonly rows: number;
  /** The number of configurations. */
  readonly columns: number;
  /** The returns of a configuration, which must exist. They are valid until the next call, and may be overwritten. */
  column(place: number): Float64Array;
}

/** Bar returns in memory, or elsewhere, such as in a file. */
export type Returns = ReturnMatrix | ReturnColumns;

/** The columns of a matrix, copied one by one into the same array. */
function columnsOfMatrix(matrix: ReturnMatrix): ReturnColumns {
  checkMatrix(matrix);
  const { rows, columns, values } = matrix;
  const own = new Float64Array(rows);
  return {
    rows,
    columns,
    column(place) {
      for (let row = 0, at = place; row < rows; row++, at += columns) own[row] = values[at];
      return own;
    },
  };
}

/**
 * Returns by configuration. Those of a matrix take 8 bytes per row in addition.
 *
 * @throws ATC_INVALID_ARGUMENT for an invalid matrix; `column` throws it for returns that are not finite
 */
export function openColumns(returns: Returns): ReturnColumns {
  if ("values" in returns) return columnsOfMatrix(returns);
  const { rows, columns } = returns;
  return {
    rows,
    columns,
    column(place) {
      const own = returns.column(place);
      const row = own.length === rows ? own.findIndex((value) => !Number.isFinite(value)) : own.length;
      if (row < 0) return own;
      throw invalidInput(
        `the return of configuration ${place} in row ${row} is ${own[row]}; leave out configurations that lost all or failed`,
        { row, column: place },
      );
    },
  };
}
