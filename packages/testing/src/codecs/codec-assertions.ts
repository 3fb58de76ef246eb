import assert from "node:assert/strict";
import { type AtcErrorCode, isAtcError } from "@atc/contract";

/** Asserts that `run` throws an AtcError of one of `codes`. */
export function assertCode(run: () => unknown, codes: readonly AtcErrorCode[], what: string): void {
  try {
    run();
  } catch (error) {
    assert.ok(isAtcError(error), `${what}: threw ${String(error)} instead of an AtcError`);
    assert.ok(codes.includes(error.code), `${what}: threw ${error.code} instead of ${codes.join(" or ")}`);
    return;
  }
  assert.fail(`${what}: threw nothing instead of ${codes.join(" or ")}`);
}

/** Asserts equal bytes. For many bytes, assert.deepEqual takes seconds. */
export function assertBytes(actual: Uint8Array, expected: Uint8Array, what: string): void {
  assert.equal(actual.length, expected.length, `${what}: length`);
  assert.equal(Buffer.compare(actual, expected), 0, `${what}: bytes differ`);
}
