/** Unused bytes between slots: from `from`, inclusive, to `to`, exclusive. */
interface Gap {
  from: number;
  to: number;
}

/** Divides the bytes after an address into slots. All numbers are in bytes. */
export interface SlotBook {
  /** The end of the last slot. */
  readonly end: number;
  /** What `end` is after a slot of so many bytes was taken. */
  endAfter(bytes: number): number;
  /** Takes a slot and returns its address. */
  take(bytes: number): number;
  /** Gives a slot back. */
  release(address: number, bytes: number): void;
}

/**
 * Creates a book without slots. Slots of all lengths come and go, so neighbouring gaps are joined: slots that could be
 * reused for the same length only would need ever more memory.
 */
export function createSlotBook(first: number): SlotBook {
  const gaps: Gap[] = [];
  let end = first;
  const gapFor = (bytes: number): number => gaps.findIndex(({ from, to }) => to - from >= bytes);
  return {
    get end() {
      return end;
    },
    endAfter: (bytes) => (gapFor(bytes) < 0 ? end + bytes : end),
    take(bytes) {
      const place = gapFor(bytes);
      const gap = gaps[place];
      if (gap === undefined) {
        end += bytes;
        return end - bytes;
      }
      const address = gap.from;
      gap.from += bytes;
      if (gap.from === gap.to) gaps.splice(place, 1);
      return address;
    },
    release(address, bytes) {
      const later = gaps.findIndex(({ from }) => from > address);
      const place = later < 0 ? gaps.length : later;
      const [before, after] = [gaps[place - 1], gaps[place]];
      const joinsBefore = before?.to === address;
      const joinsAfter = after?.from === address + bytes;
      const from = before !== undefined && joinsBefore ? before.from : address;
      const to = after !== undefined && joinsAfter ? after.to : address + bytes;
      const first = place - Number(joinsBefore);
      const joined = Number(joinsBefore) + Number(joinsAfter);
      if (to === end) {
        end = from;
        gaps.splice(first, joined);
      } else gaps.splice(first, joined, { from, to });
    },
  };
}
