import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import {
  link,
  mkdir,
  open,
  readdir,
  readFile,
  readlink,
  rename,
  rmdir,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { absentOnly, fromSystemError, systemFaults, systemNameOf } from "../src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "atc-errno-"));
const mounts: string[] = [];
afterAll(() => {
  for (const mount of mounts) execFileSync("umount", ["-l", mount]);
  rmSync(folder, { recursive: true, force: true });
});
const at = (...names: string[]): string => join(folder, ...names);

/** Runs code in a process of its own under a limit of the shell, and gives the error that it prints. */
function limited(limit: string, code: string): unknown {
  const script = `const { openSync, writeFileSync, readdirSync, writeSync } = require("node:fs"); try { ${code} } catch (e) { console.log(JSON.stringify({ code: e.code, path: e.path, message: e.message, errno: e.errno })) }`;
  const run = `${limit} exec "$0" -e "$1" 2>/dev/null`;
  const out = execFileSync("sh", ["-c", run, process.execPath, script], { encoding: "utf8", cwd: folder });
  const { message, ...members } = JSON.parse(out) as { message: string };
  return Object.assign(new Error(message), members);
}

function mounted(name: string, options: string): string {
  execFileSync("mkdir", ["-p", at(name)]);
  execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", at(name)], { stdio: "ignore" });
  mounts.push(at(name));
  return at(name);
}

const onLinux = process.platform === "linux";
const asRoot = onLinux && process.geteuid?.() === 0;

/** How to provoke each error for real; what a test cannot bring about safely is simulated, and says so. */
const provoked: Readonly<Record<string, (() => unknown) | "simulated">> = {
  ENOENT: () => readFile(at("none")),
  async ENOTDIR() {
    await writeFile(at("file"), "");
    return readFile(at("file", "x"));
  },
  async ELOOP() {
    await symlink("loop", at("loop"));
    return stat(at("loop", "x"));
  },
  ENAMETOOLONG: () => stat(at("x".repeat(300))),
  EACCES() {
    if (asRoot) {
      execFileSync("mkdir", ["-m", "700", at("closed")]);
      execFileSync("chmod", ["755", folder]);
      return Promise.reject(
        limited("", `process.setgroups([]); process.setgid(65534); process.setuid(65534); readdirSync("closed")`),
      );
    }
    execFileSync("mkdir", ["-m", "000", at("closed")]);
    return readdir(at("closed"));
  },
  async EPERM() {
    await mkdir(at("linked"));
    return link(at("linked"), at("linked2"));
  },
  EROFS: () => (asRoot ? writeFile(join(mounted("ro", "ro"), "x"), "") : undefined),
  ENOSPC: () => (onLinux ? writeFile("/dev/full", "x") : undefined),
  EDQUOT: "simulated",
  EFBIG: () => Promise.reject(limited("trap '' XFSZ; ulimit -f 1;", `writeFileSync("big", Buffer.alloc(1e6))`)),
  EMFILE: () => Promise.reject(limited("ulimit -n 64;", `for (;;) openSync("/dev/null")`)),
  ENFILE: "simulated",
  ENOMEM: "simulated",
  async EIO() {
    const memory = await open("/proc/self/mem");
    await using _ = memory;
    return await memory.read(Buffer.alloc(8), 0, 8, 0);
  },
  EISDIR: () => readFile(folder),
  EEXIST: () => mkdir(folder),
  async ENOTEMPTY() {
    await mkdir(at("full", "x"), { recursive: true });
    return rmdir(at("full"));
  },
  EBUSY: () => (asRoot ? rmdir(mounted("busy", "size=64k")) : undefined),
  EXDEV: () =>
    asRoot
      ? writeFile(at("here"), "").then(() => rename(at("here"), join(mounted("other", "size=64k"), "x")))
      : undefined,
  EINVAL: () => readlink(folder),
  async ENXIO() {
    execFileSync("mkfifo", [at("pipe")]);
    const { O_NONBLOCK, O_WRONLY } = (await import("node:fs")).constants;
    return open(at("pipe"), O_WRONLY | O_NONBLOCK);
  },
  async ETXTBSY() {
    execFileSync("cp", ["/bin/sleep", at("sleep")]);
    const { spawn } = await import("node:child_process");
    const child = spawn(at("sleep"), ["10"]);
    await new Promise((resolve) => child.once("spawn", resolve));
    try {
      await open(at("sleep"), "r+");
    } finally {
      child.kill();
    }
  },
  EPIPE() {
    return Promise.reject(
      limited(
        "",
        `const { spawnSync } = require("node:child_process"); const inner = 'setTimeout(() => { try { require("node:fs").writeSync(1, "x") } catch (e) { require("node:fs").writeFileSync("pipe-error", JSON.stringify({ code: e.code, errno: e.errno, message: e.message })) } }, 300)'; spawnSync("sh", ["-c", '"$0" -e "$1" | true', process.execPath, inner]); const e = JSON.parse(require("node:fs").readFileSync("pipe-error", "utf8")); throw Object.assign(new Error(e.message), e)`,
      ),
    );
  },
  ESTALE: "simulated",
  ETIMEDOUT: "simulated",
};

const simulate = (name: string): Error => Object.assign(new Error(`${name}: simulated`), { code: name, errno: -1 });

describe.skipIf(!onLinux)("an error of the system", () => {
  it("has a way to be provoked, each of them", () => {
    expect(new Set(Object.keys(provoked))).toEqual(new Set(systemFaults.keys()));
  });

  it.each(Object.entries(provoked))("%s has its code, its words and a remedy", async (name, provoke) => {
    const error: unknown =
      provoke === "simulated"
        ? simulate(name)
        : await Promise.resolve(provoke()).then(
            (value) => (value === undefined && !asRoot ? simulate(name) : value),
            (reason: unknown) => reason,
          );
    expect(systemNameOf(error)).toBe(name);
    const fault = systemFaults.get(name);
    const told = fromSystemError(error, "cannot test", "try again");
    expect(told.code).toBe(fault?.code);
    expect(told.message).toContain(`cannot test: ${fault?.words} (${name}`);
    expect(told.message).toContain(fault?.ofMachine === true ? `; ${fault.remedy}` : "; try again");
    expect(told.details).toEqual({ system: name });
    expect(systemNameOf(told)).toBe(name);
    const isAbsent = name === "ENOENT" || name === "ENOTDIR";
    if (isAbsent) expect(absentOnly(error)).toBeUndefined();
    else expect(() => absentOnly(error)).toThrow();
  });
});
