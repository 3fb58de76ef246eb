/** The memory behind a kernel as typed arrays, and as a view for what stands at any offset. */
export interface MemoryViews {
  readonly view: DataView;
  readonly bytes: Uint8Array;
  readonly words16: Uint16Array;
  readonly words32: Uint32Array;
  readonly integers: BigInt64Array;
  readonly naturals: BigUint64Array;
}
