import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { cacheFs } from "../src/index.ts";

function asRoot(command: string, ...args: readonly string[]): void {
  execFileSync(command, args, { stdio: "ignore" });
}

/** A file system of 64 KiB in memory, which only root on Linux can mount. */
function smallDisk(): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), "atc-disk-"));
  try {
    asRoot("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", directory);
    return directory;
  } catch {
    rmSync(directory, { recursive: true });
    return undefined;
  }
}

const disks = [smallDisk(), smallDisk()];
const [full, readOnly] = disks;

afterAll(() => {
  for (const disk of disks) {
    if (disk === undefined) continue;
    asRoot("umount", disk);
    rmSync(disk, { recursive: true });
  }
});

describe("a disk", () => {
  it.skipIf(full === undefined)(
    "that is full throws ATC_NO_SPACE and keeps its entries (needs the right to mount)",
    async () => {
      const directory = full as string;
      const store = await cacheFs({ directory });
      await store.set("kept", new Uint8Array(20_000).fill(7));
      for (let i = 0; i < 3; i++)
        await expect(store.set(`large/${i}`, new Uint8Array(60_000))).rejects.toMatchObject({ code: "ATC_NO_SPACE" });
      expect(await store.get("kept")).toEqual(new Uint8Array(20_000).fill(7));
      expect((await readdir(join(directory, "~store-v1"))).filter((name) => name.endsWith(".tmp"))).toEqual([]);
      await writeFile(join(directory, "foreign"), new Uint8Array(30_000)).catch(() => undefined);
      for (let i = 0; i < 20; i++) await store.set(`small/${i}`, new Uint8Array(4000).fill(i)).catch(() => undefined);
      for await (const { key, size } of store.list("small/"))
        expect(await store.get(key)).toEqual(new Uint8Array(size).fill(Number(key.slice(6))));
      await store.delete("kept");
      await store.set("after", new Uint8Array(10_000));
      await store[Symbol.asyncDispose]();
      const next = await cacheFs({ directory });
      expect(await next.get("after")).toEqual(new Uint8Array(10_000));
      await next[Symbol.asyncDispose]();
    },
  );

  it.skipIf(readOnly === undefined)(
    "that is read-only throws ATC_READ_ONLY on writes and can still be read (needs the right to mount)",
    async () => {
      const directory = readOnly as string;
      const writer = await cacheFs({ directory });
      await writer.set("kept", Uint8Array.of(1, 2, 3));
      await writer.acquire("held", { ttlMs: 3_600_000 });
      await writer[Symbol.asyncDispose]();
      asRoot("mount", "-o", "remount,ro", directory);
      const store = await cacheFs({ directory });
      expect(await store.get("kept")).toEqual(Uint8Array.of(1, 2, 3));
      for (let i = 0; i < 600; i++) await store.get("kept");
      for await (const { key } of store.list()) expect(key).toBe("kept");
      await expect(store.set("more", Uint8Array.of(1))).rejects.toMatchObject({ code: "ATC_READ_ONLY" });
      await expect(store.delete("kept")).rejects.toMatchObject({ code: "ATC_READ_ONLY" });
      await expect(store.acquire("held", { ttlMs: 1 })).rejects.toMatchObject({ code: "ATC_READ_ONLY" });
      await expect(
        cacheFs({ directory: join(directory, "deeper") }).then((deeper) => deeper.set("a", Uint8Array.of(1))),
      ).rejects.toMatchObject({ code: "ATC_READ_ONLY" });
      await store[Symbol.asyncDispose]();
      expect(await readFile(join(directory, "kept"))).toHaveLength(3);
    },
  );
});
