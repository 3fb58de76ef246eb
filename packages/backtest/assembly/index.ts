/** Accounts in AssemblyScript with SIMD, over a memory from the caller. All state is in the records. */
export { advanceAccount, advanceWithExcursions } from "./account";
export { advanceGroup, advanceGroups } from "./many";
export { addRows, advancePortfolios, placeRows } from "./portfolios";
export { workLength } from "./records";
