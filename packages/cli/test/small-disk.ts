import { execFileSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach } from "vitest";
import { shop } from "./shop.ts";

const mounted: string[] = [];

afterEach(() => {
  for (const folder of mounted.splice(0)) execFileSync("umount", ["-l", folder]);
});

/** A small disk in the shop, unmounted after the test; undefined if none can be mounted here. */
export async function smallDisk(name: string, size: string): Promise<string | undefined> {
  const folder = join(shop.path, name);
  await mkdir(folder, { recursive: true });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", folder], { stdio: "ignore" });
  } catch {
    return undefined;
  }
  mounted.push(folder);
  return folder;
}
