/** The error of bytes that are not Zstandard, or not whole. */
export class ZstdFault extends Error {
  override readonly name = "ZstdFault";
  /** Whether the bytes are sound, but use what is not read: a dictionary, or too large a window. */
  readonly isUnsupported: boolean;

  constructor(reason: string, isUnsupported = false) {
    super(reason);
    this.isUnsupported = isUnsupported;
  }
}
