/**
 * The distinct buffers of a list, ready to move; a TypeError for what cannot. A buffer that has moved before must be refused here: the platform
 * takes it, and the receiver then drops the whole message.
 */
export function movableBuffers(buffers: readonly ArrayBuffer[]): ArrayBuffer[] {
  const distinct = [...new Set(buffers)];
  for (const buffer of distinct) {
    if (!(buffer instanceof ArrayBuffer)) throw new TypeError(`only an ArrayBuffer can move, not "${String(buffer)}"`);
    if (isDetached(buffer)) throw new TypeError("a buffer that is to move has moved before");
  }
  return distinct;
}

/** `ArrayBuffer.detached` is of Node 22. */
function isDetached(buffer: ArrayBuffer): boolean {
  if (buffer.byteLength > 0) return false;
  try {
    return new Uint8Array(buffer).length > 0;
  } catch {
    return true;
  }
}
