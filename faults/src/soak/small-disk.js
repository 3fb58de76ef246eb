import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const mount = (...args) => execFileSync("mount", args, { stdio: "ignore" });
const unmount = (folder) => execFileSync("umount", ["-l", folder], { stdio: "ignore" });

/**
 * Hides a folder under a view of itself that takes no writes. What is open below stays writable, as the kernel refuses
 * to change the disk itself beside it. Needs root.
 *
 * @returns {() => void} takes the view away
 */
export function mountReadOnly(folder) {
  mount("--bind", folder, folder);
  try {
    mount("-o", "remount,bind,ro", folder);
  } catch (error) {
    unmount(folder);
    throw error;
  }
  return () => unmount(folder);
}

/**
 * Mounts a disk of limited size on a folder. A process without the right to do so gets none.
 *
 * @returns {{ fill: () => void, free: () => void, unmount: () => void } | undefined}
 */
export function smallDisk(folder, megabytes) {
  try {
    mount("-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder);
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
    unmount: () => unmount(folder),
  };
}
