import { mkdtempSync, rmSync } from "node:fs";
import { lstat, mkdir, readlink, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { isAtcError, systemNameOf } from "@atc/contract";
import { afterAll, describe, expect, it } from "vitest";
import { makeFolders } from "../src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "atc-folders-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (...names: string[]): string => join(folder, ...names);

describe.skipIf(process.platform !== "linux")("makeFolders", () => {
  const make = (path: string): Promise<unknown> =>
    makeFolders(path, { mkdir, stat, readlink, dirname }).catch((error: unknown) =>
      isAtcError(error) ? error.code : systemNameOf(error),
    );

  it("makes folders and accepts existing ones", async () => {
    expect(await make(at("made", "b", "c"))).toBeUndefined();
    expect(await make(at("made", "b", "c"))).toBeUndefined();
    expect((await lstat(at("made", "b", "c"))).isDirectory()).toBe(true);
    expect(await Promise.all([1, 2, 3, 4].map(() => make(at("raced", "b", "c", "d"))))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("ends at a dangling link, under /proc, at a file, at a circle of links, at a name that is too long", async () => {
    await symlink(at("not", "mounted"), at("dangling"));
    await symlink("circle", at("circle"));
    await writeFile(at("in the way"), "");
    expect(await make(at("dangling"))).toBe("ATC_NOT_FOUND");
    expect(await make(at("dangling", "x", "y"))).toBe("ATC_NOT_FOUND");
    expect(await make("/proc/x/y/z")).toBe("ATC_READ_ONLY");
    expect(await make(at("in the way"))).toBe("ATC_IO");
    expect(await make(at("in the way", "x"))).toBe("ENOTDIR");
    expect(await make(at("circle", "x"))).toBe("ELOOP");
    expect(await make(at("x".repeat(300)))).toBe("ENAMETOOLONG");
  });
});
