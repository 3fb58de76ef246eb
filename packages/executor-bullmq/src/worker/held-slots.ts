/**
 * Numbers the slots of a worker. The record of a slot's task is replaced by that of its next one, and only removed if
 * there is none for a while: that saves a command per task.
 */
export interface HeldSlots {
  /** The number of a slot without a task: the one that had a task last. */
  take(): number;
  /** Returns the slot of a task that has ended. */
  giveBack(slot: number): void;
  /** The slots whose tasks have ended and whose records are still there. Counts them as removed. */
  left(): readonly number[];
}

/** Slots from 0 on. */
export function heldSlots(): HeldSlots {
  const free: number[] = [];
  const recorded = new Set<number>();
  let count = 0;
  return {
    take() {
      const slot = free.pop() ?? count++;
      recorded.delete(slot);
      return slot;
    },
    giveBack(slot) {
      free.push(slot);
      recorded.add(slot);
    },
    left() {
      const slots = [...recorded];
      recorded.clear();
      return slots;
    },
  };
}
