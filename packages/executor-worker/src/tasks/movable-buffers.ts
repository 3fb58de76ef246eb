/**
 * The distinct buffers of a list, checked to be movable; a TypeError if one is not. A detached buffer must be refused
 * here: the platform accepts it, and the receiver then drops the whole message.
 */
export function movableBuffers(buffers: readonly ArrayBuffer[]): ArrayBuffer[] {
  const distinct = [...new Set(buffers)];
  for (const buffer of distinct) {
    if (!(buffer instanceof ArrayBuffer)) throw new TypeError(`only an ArrayBuffer can move, not "${String(buffer)}"`);
    if (isDetached(buffer)) throw new TypeError("a buffer to move has moved before");
  }
  return distinct;
}

/** Node 20 has no `ArrayBuffer.detached`. */
function isDetached(buffer: ArrayBuffer): boolean {
  if (buffer.byteLength > 0) return false;
  try {
    return new Uint8Array(buffer).length > 0;
  } catch {
    return true;
  }
}
