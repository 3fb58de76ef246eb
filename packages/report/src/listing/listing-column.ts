/** A column of a listing. Rows are numbered from 0. */
export interface ListingColumn {
  /** The name that a search and a file use. */
  readonly name: string;
  readonly title: string;
  readonly isText: boolean;
  /** The value of a row, by which it is sorted and searched. Numbers may be NaN. */
  value(row: number): number | string;
  text(row: number): string;
  /** What a file of the table has. Default: the value. */
  saved?(row: number): string;
}
