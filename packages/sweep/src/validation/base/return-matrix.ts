import { checkInteger, invalidInput } from "./check-settings.ts";

/**
 * Bar returns of configurations that ran over the same bars. It takes 8 bytes per bar and configuration; the functions
 * that read it do not copy it.
 */
export interface ReturnMatrix {
  /** The number of bar returns of a configuration. */
  readonly rows: number;
  /** The number of configurations. */
  readonly columns: number;
  /** Row by row: configuration `k` has the return of row `t` at `t * columns + k`. */
  readonly values: Float64Array;
}

/** Throws ATC_INVALID_ARGUMENT for a matrix of another size than it claims, or with a value that is not finite. */
export function checkMatrix({ rows, columns, values }: ReturnMatrix): void {
  checkInteger("rows", rows, 0);
  checkInteger("columns", columns, 0);
  if (values.length !== rows * columns)
    throw invalidInput(
      `a matrix of ${rows} rows and ${columns} columns has ${values.length} values; give ${rows * columns}`,
      { rows, columns },
    );
  for (let place = 0; place < values.length; place++) {
    if (Number.isFinite(values[place])) continue;
    const [row, column] = [Math.floor(place / columns), place % columns];
    throw invalidInput(
      `the return of configuration ${column} in row ${row} is ${values[place]}; leave out configurations that lost all or failed`,
      { row, column },
    );
  }
}
