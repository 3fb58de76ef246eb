let largest = 0;

/**
 * Bytes of the largest array that was requested by its length; counting continues from `next`, if it is given.
 */
export function largestAllocation(next?: number): number {
  const found = largest;
  if (next !== undefined) largest = next;
  return found;
}

const names = ["ArrayBuffer", "Uint8Array", "Int32Array", "Float64Array", "BigInt64Array"] as const;

/**
 * Watches over the arrays that are made; ends by calling what it returns. Memory that is never touched shows in no
 * measure of the process.
 */
export function watchAllocations(): () => void {
  const originals = names.map((name) => [name, globalThis[name]] as const);
  for (const [name, original] of originals) {
    const bytes = "BYTES_PER_ELEMENT" in original ? original.BYTES_PER_ELEMENT : 1;
    const watched: typeof original = new Proxy<typeof original>(original, {
      construct(target, args, newTarget): object {
        if (typeof args[0] === "number") largest = Math.max(largest, args[0] * bytes);
        return Reflect.construct(target, args, newTarget === watched ? target : newTarget);
      },
    });
    Object.assign(globalThis, { [name]: watched });
  }
  return () => Object.assign(globalThis, Object.fromEntries(originals));
}
