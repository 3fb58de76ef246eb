/** Accounts in AssemblyScript with SIMD, over a memory from the caller. All state is in the records. */
export { advanceAccount, advanceWithExcursions } from "./account";
export { advanceGroup } from "./many";
