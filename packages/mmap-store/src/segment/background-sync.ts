import { open } from "node:fs/promises";
import { syncFile, syncFileData } from "../base/file-system.ts";

/** Syncs files in the background while more is written, so that the final sync has little left to do. */
export interface BackgroundSync {
  /** Marks a file as written to. */
  touch(path: string): void;
  /** Starts to make the marked files durable. Does nothing while an earlier call is at work. */
  start(): void;
  /** Waits for the sync in progress. */
  settled(): Promise<void>;
  /**
   * Waits, then makes all of `paths` durable and read-only. Throws the first error of any sync so far, since the system
   * reports it only once.
   */
  finish(paths: readonly string[]): Promise<void>;
}

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
          await syncFileData(file);
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
          await syncFile(file);
          await file.chmod(0o444);
        } finally {
          await file.close();
        }
      }
      if (faults.length > 0) throw faults[0];
    },
  };
}
