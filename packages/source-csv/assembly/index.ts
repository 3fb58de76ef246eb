/**
 * Parses rows of bars and ticks into columns, in AssemblyScript, over an imported memory. It parses only rows in which
 * every field has its usual form. At the start of any other row it stops, and TypeScript reads that row. Addresses are
 * bytes.
 */
export { count } from "./counts";
export { parse } from "./rows";
export { remember } from "./symbols";
