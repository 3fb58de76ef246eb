import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Mounts a disk of limited size on a folder. A process without the right to do so gets none.
 *
 * @returns {{ fill: () => void, free: () => void, unmount: () => void } | undefined}
 */
export function smallDisk(folder, megabytes) {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder], { stdio: "ignore" });
  } catch {
    return undefined;
  }
  const filling = join(folder, "filling");
  const piece = Buffer.alloc(2 ** 18, 1);
  return {
    /** Takes the space that is left. */
    fill() {
      try {
        for (;;) writeFileSync(filling, piece, { flag: "a" });
      } catch (error) {
        if (error?.code !== "ENOSPC") throw error;
      }
    },
    free: () => rmSync(filling, { force: true }),
    unmount: () => execFileSync("umount", ["-l", folder], { stdio: "ignore" }),
  };
}
