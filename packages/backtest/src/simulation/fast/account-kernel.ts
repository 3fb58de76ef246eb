import { readFileSync } from "node:fs";
import {
  chooseKernel,
  createKernelMemory,
  type KernelModule,
  type KernelName,
  kernelModule,
  memoryPageLength,
} from "@atc/plugin-kit";
import { advanceGroupPlain } from "./plain-group.ts";
import { advancePlain } from "./plain-kernel.ts";
import {
  directionsAddress,
  groupAddress,
  rowAddress,
  rowsAddress,
  stateAddress,
  type WorkingRows,
  workAddress,
  workingLength,
  workingRows,
} from "./working-rows.ts";

/** The exports of `assembly/index.ts`; addresses are in bytes, `count` is in bars. */
export interface AccountExports {
  /** Bytes of the work of a group. */
  readonly workLength: { readonly value: number };
  advanceAccount(state: number, rows: number, count: number): number;
  advanceWithExcursions(state: number, rows: number, count: number): number;
  advanceGroup(
    group: number,
    directions: number,
    fill: number,
    close: number,
    work: number,
    bars: number,
    count: number,
  ): number;
  advanceGroups(
    groups: number,
    states: number,
    sources: number,
    directions: number,
    fill: number,
    close: number,
    work: number,
    bars: number,
    count: number,
    sums: number,
    sumStride: number,
  ): number;
  placeRows(
    groups: number,
    rows: number,
    stride: number,
    count: number,
    latest: number,
    rowAt: number,
    length: number,
    target: number,
    isAdded: number,
  ): void;
  addRows(groups: number, target: number, source: number, stride: number, length: number): void;
  advancePortfolios(
    groups: number,
    states: number,
    rows: number,
    stride: number,
    bars: number,
    length: number,
    divisor: number,
  ): void;
}

/** The code of all accounts. */
export const accountCode: KernelModule<AccountExports> = kernelModule(() =>
  readFileSync(new URL("../../../dist/kernel.wasm", import.meta.url)),
);

/** Adds bars to an account whose state and columns are in its rows. It keeps nothing between calls. */
export interface AccountKernel {
  readonly name: KernelName;
  readonly rows: WorkingRows;
  /** Whether an account is being computed, so that another one needs a kernel of its own. */
  isBusy: boolean;
  /**
   * Adds the first `count` bars of the rows, and writes equities, trades, fills and orders. With excursions, it reads
   * the prices that the state says there are. Returns the first bar whose direction is not -1, 0 or 1, else `count`.
   */
  advance(count: number, excursions: boolean): number;
  /**
   * Adds the first `count` bars of the rows to the group in them, of which `bars` are known. Returns the first account
   * with a direction that is not -1, 0 or 1, else `groupSize`.
   */
  advanceGroup(bars: number, count: number): number;
}

function createWasmKernel(): AccountKernel | undefined {
  try {
    const memory = createKernelMemory(Math.ceil(workingLength / memoryPageLength));
    const exports = accountCode.instantiate(memory);
    if (exports === undefined) return undefined;
    return {
      name: "wasm",
      rows: workingRows(memory.buffer),
      isBusy: false,
      advance: (count, excursions) =>
        excursions
          ? exports.advanceWithExcursions(stateAddress, rowsAddress, count)
          : exports.advanceAccount(stateAddress, rowsAddress, count),
      advanceGroup: (bars, count) =>
        exports.advanceGroup(
          groupAddress,
          directionsAddress,
          rowAddress("fill"),
          rowAddress("close"),
          workAddress,
          bars,
          count,
        ),
    };
  } catch {
    // No address space for another memory.
    return undefined;
  }
}

function createPlainKernel(): AccountKernel {
  const rows = workingRows(new ArrayBuffer(workingLength));
  return {
    name: "reference",
    rows,
    isBusy: false,
    advance: (count, excursions) => advancePlain(rows, count, excursions),
    advanceGroup: (bars, count) => advanceGroupPlain(rows, bars, count),
  };
}

const kept = new Map<KernelName, AccountKernel>();

/** The thread's kernel of a name, which accounts share: all their state is elsewhere between two calls. */
function shared(name: KernelName, create: () => AccountKernel | undefined): AccountKernel | undefined {
  const kernel = kept.get(name) ?? create();
  if (kernel !== undefined) kept.set(name, kernel);
  return kernel;
}

/**
 * The fastest kernel that this machine can run; `ATC_KERNEL` fixes the choice.
 *
 * @throws ATC_INVALID_ARGUMENT, ATC_UNSUPPORTED for a wrong ATC_KERNEL
 */
export function accountKernel(): AccountKernel {
  return chooseKernel({
    wasm: () => shared("wasm", createWasmKernel),
    reference: () => shared("reference", createPlainKernel) as AccountKernel,
    needs: "SIMD, its file dist/kernel.wasm, and 2 MB of memory",
  });
}

/**
 * The kernel that accounts are simulated with on this machine; `ATC_KERNEL` fixes the choice.
 *
 * @throws ATC_INVALID_ARGUMENT, ATC_UNSUPPORTED for a wrong ATC_KERNEL
 */
export function accountKernelName(): KernelName {
  return accountKernel().name;
}

/** Runs `use` with a kernel that no other account uses meanwhile: a listener may simulate another account. */
export function withKernel<Result>(kernel: AccountKernel, use: (kernel: AccountKernel) => Result): Result {
  const free = kernel.isBusy ? createPlainKernel() : kernel;
  free.isBusy = true;
  try {
    return use(free);
  } finally {
    free.isBusy = false;
  }
}
