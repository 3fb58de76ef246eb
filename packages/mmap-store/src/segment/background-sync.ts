import { open } from "node:fs/promises";

/** Sets the disk to work on files while more is written, so that little is left to wait for at the end. */
export interface BackgroundSync {
  /** Notes that bytes of a file may not be on the disk yet. */
  touch(path: string): void;
  /** Starts to make durable what is written so far; does nothing while it is at it. */
  start(): void;
  /** Waits for what was started. */
  settled(): Promise<void>;
  /** Waits, then makes all of the files durable and read-only. Throws what the disk said at any time: the system tells of it once. */
  finish(paths: readonly string[]): Promise<void>;
}

/** Nothing touched yet. */
export function backgroundSync(): BackgroundSync {
  const touched = new Set<string>();
  const faults: unknown[] = [];
  let running: Promise<void> | undefined;

  const syncTouched = async (): Promise<void> => {
    try {
      for (const path of [...touched]) {
        touched.delete(path);
        const file = await open(path, "r+");
        try {
          await file.datasync();
        } finally {
          await file.close();
        }
      }
    } catch (error) {
      faults.push(error);
    } finally {
      running = undefined;
    }
  };
  const settled = async (): Promise<void> => {
    await running;
  };
  return {
    touch(path) {
      touched.add(path);
    },
    start() {
      if (running === undefined && touched.size > 0) running = syncTouched();
    },
    settled,
    async finish(paths) {
      await settled();
      for (const path of paths) {
        const file = await open(path, "r+");
        try {
          await file.sync();
          await file.chmod(0o444);
        } finally {
          await file.close();
        }
      }
      if (faults.length > 0) throw faults[0];
    },
  };
}
