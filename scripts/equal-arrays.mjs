// Vitest compares typed arrays value by value, with a closure for each. Arrays of one type and the same bytes are
// equal. Vitest still compares the others, and shows how they differ.
import { expect } from "vitest";

const added = Symbol.for("atc.equal-arrays");

/** True for typed arrays of one type with the same bytes; undefined leaves the comparison to Vitest. */
function areSameBytes(one, other) {
  if (!(ArrayBuffer.isView(one) && ArrayBuffer.isView(other))) return undefined;
  if (one.constructor !== other.constructor || one.byteLength !== other.byteLength) return undefined;
  const bytes = ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength);
  return Buffer.compare(bytes(one), bytes(other)) === 0 ? true : undefined;
}

// Files of one process share the testers.
if (!(added in globalThis)) {
  globalThis[added] = true;
  expect.addEqualityTesters([areSameBytes]);
}
