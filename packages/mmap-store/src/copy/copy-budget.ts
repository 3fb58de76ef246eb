import { readdir, rm, rmdir, stat, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AtcError, absentOnly, throwIfAborted } from "@atc/contract";
import { entriesOf } from "../base/file-system.ts";
import { isSegmentName } from "../manifest/segment-name.ts";

/** A segment of a copy. */
export interface CopiedFile {
  readonly path: string;
  readonly bytes: number;
}

/** The right to have some segments until it is disposed: this process does not remove them. */
interface HeldFiles extends Disposable {
  readonly files: readonly CopiedFile[];
}

/** Bounds the bytes of copied segments. */
export interface CopyBudget {
  /**
   * Holds files, present or to be fetched, all at once. Waits for others to be freed if they do not fit together.
   *
   * @throws ATC_NO_SPACE if they alone exceed the budget; ATC_ABORTED
   */
  hold(files: readonly CopiedFile[], signal: AbortSignal | undefined): Promise<HeldFiles>;
  /** Removes the least recently used segments that nobody holds, until `bytes` more fit. */
  makeRoom(bytes: number): Promise<void>;
  /** Records a use of a file. */
  used(path: string): Promise<void>;
}

interface FoundFile extends CopiedFile {
  readonly usedAt: number;
}

/** The segments in all copies of a directory, and when each was used last. */
async function copiedSegments(root: string): Promise<readonly FoundFile[]> {
  const found: FoundFile[] = [];
  for (const copy of await entriesOf(root))
    for (const dataset of await entriesOf(join(root, copy)))
      for (const file of await entriesOf(join(root, copy, dataset))) {
        if (!isSegmentName(file)) continue;
        const path = join(root, copy, dataset, file);
        // Another process may remove it meanwhile.
        const state = await stat(path).catch(absentOnly);
        if (state !== undefined) found.push({ path, bytes: state.size, usedAt: state.mtimeMs });
      }
  return found.sort((a, b) => a.usedAt - b.usedAt);
}

/** Removes the folders of a copy that has no segments left. */
async function removeEmptyCopy(directory: string): Promise<void> {
  const rest = await readdir(directory).catch(absentOnly);
  if (rest === undefined || rest.some((file) => file !== "manifest.json")) return;
  await rm(join(directory, "manifest.json"), { force: true });
  await rmdir(directory);
  await rmdir(dirname(directory));
}

function tooLarge(bytes: number, maxBytes: number, root: string): AtcError {
  return new AtcError(
    "ATC_NO_SPACE",
    `a task needs ${bytes} bytes of segments, and the copies in "${root}" may have ${maxBytes}; raise the limit`,
    { details: { bytes, maxBytes, path: root } },
  );
}

/** The budget of the copies in `root`, which several processes may share: each keeps what it holds itself. */
export function copyBudget(root: string, maxBytes: number): CopyBudget {
  /** Each held file, and how many hold it. */
  const held = new Map<string, { readonly bytes: number; count: number }>();
  const waiting = new Set<() => void>();
  const heldBytes = (): number => [...held.values()].reduce((sum, { bytes }) => sum + bytes, 0);

  function free(files: readonly CopiedFile[]): void {
    for (const { path } of files) {
      const one = held.get(path);
      if (one !== undefined && --one.count === 0) held.delete(path);
    }
    for (const wake of [...waiting]) wake();
  }

  async function freed(signal: AbortSignal | undefined): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        waiting.delete(wake);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      waiting.add(wake);
      signal?.addEventListener("abort", wake);
    });
    throwIfAborted(signal);
  }

  return {
    async hold(files, signal) {
      const needed = files.reduce((sum, { bytes }) => sum + bytes, 0);
      if (needed > maxBytes) throw tooLarge(needed, maxBytes, root);
      const more = (): number => files.reduce((sum, { path, bytes }) => sum + (held.has(path) ? 0 : bytes), 0);
      // All or nothing: two callers that each hold a part of what they need would wait for each other.
      while (heldBytes() + more() > maxBytes) await freed(signal);
      for (const { path, bytes } of files) {
        const one = held.get(path) ?? { bytes, count: 0 };
        one.count++;
        held.set(path, one);
      }
      let isFreed = false;
      return {
        files,
        [Symbol.dispose]() {
          if (!isFreed) free(files);
          isFreed = true;
        },
      };
    },
    async makeRoom(bytes) {
      const segments = await copiedSegments(root);
      let total = segments.reduce((sum, one) => sum + one.bytes, 0);
      for (const { path, bytes: size } of segments) {
        if (total + bytes <= maxBytes) return;
        if (held.has(path)) continue;
        // Windows refuses while it is mapped; the next one may go instead.
        const isGone = await rm(path, { force: true }).then(
          () => true,
          () => false,
        );
        if (!isGone) continue;
        total -= size;
        await removeEmptyCopy(dirname(path)).catch(() => undefined);
      }
    },
    async used(path) {
      const now = new Date();
      await utimes(path, now, now).catch(() => undefined);
    },
  };
}
