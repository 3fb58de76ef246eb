/** Bytes behind the text of a buffer that a scan may read. The first is a line feed, so no scan runs beyond them. */
export const padding = 64;
