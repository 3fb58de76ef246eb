import assert from "node:assert/strict";
import { type ArrayStore, type AtcErrorCode, type DatasetWriter, isAtcError } from "@atc/contract";
import type { SampleDataset } from "./array-store-samples.ts";

/** An empty store, and the most rows per symbol of a sample. */
export interface Bench<Store extends ArrayStore = ArrayStore> {
  readonly store: Store;
  readonly maxRows: number;
}
/** A law of array stores; throws an AssertionError if it does not hold. */
export type StoreLaw<Store extends ArrayStore = ArrayStore> = (bench: Bench<Store>) => Promise<void>;

/** Asserts that a promise rejects with an AtcError of `code`. */
export async function assertRejects(promise: Promise<unknown>, code: AtcErrorCode, what: string): Promise<void> {
  await assert.rejects(promise, (error) => isAtcError(error, code), `${what} must be refused with ${code}`);
}

/** Asserts that an action throws an AtcError of `code`. */
export function assertThrows(action: () => unknown, code: AtcErrorCode, what: string): void {
  assert.throws(action, (error) => isAtcError(error, code), `${what} must be refused with ${code}`);
}

/** Runs `action` with a writer of `sample`, then releases the lock. */
export async function withWriter(
  { store }: Bench,
  sample: SampleDataset,
  action: (writer: DatasetWriter) => Promise<void>,
): Promise<void> {
  const lock = await store.lock("d");
  try {
    await action(await store.create(lock, sample.plan));
  } finally {
    await lock[Symbol.asyncDispose]();
  }
}

/** The first symbol of a sample and its rows. */
export function onlySymbol(sample: SampleDataset): { readonly symbol: string; readonly rows: number } {
  const [series] = sample.plan.series;
  assert.ok(series !== undefined);
  return series;
}
