/** Numbers texts in the order in which they occur first. */
export interface TextIds {
  /** How many different texts there are. */
  readonly size: number;
  /** The number of a text, from 0. */
  of(text: string): number;
}

/** Creates an empty numbering. */
export function createTextIds(): TextIds {
  const ids = new Map<string, number>();
  return {
    get size() {
      return ids.size;
    },
    of(text) {
      const known = ids.get(text);
      if (known !== undefined) return known;
      const id = ids.size;
      ids.set(text, id);
      return id;
    },
  };
}
