/** The memory of a kernel as typed arrays, and as a view for unaligned offsets. */
export interface MemoryViews {
  readonly view: DataView;
  readonly bytes: Uint8Array;
  readonly words16: Uint16Array;
  readonly words32: Uint32Array;
  readonly integers: BigInt64Array;
  readonly naturals: BigUint64Array;
}
