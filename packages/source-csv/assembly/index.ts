/**
 * Rows of bars and ticks into columns, in AssemblyScript, over a memory that is handed in: only rows in which every
 * field has the shape that it nearly always has. Where a row is unusual in anything, parsing stops at its start and
 * TypeScript reads that row. Addresses are bytes.
 */
export { count } from "./counts";
export { parse } from "./rows";
export { remember } from "./symbols";
