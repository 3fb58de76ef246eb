import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { fromPs, processStart } from "../src/system/process-start.ts";

const hasPs = process.platform !== "win32" && typeof fromPs(process.pid) === "object";

describe.each([
  ["of this system", processStart, true],
  ["as ps tells it", fromPs, hasPs],
] as const)("the start of a process, %s", (_, startOf, isThere) => {
  it.runIf(isThere)("stays the same, differs from that of a later process, and ends with it", async () => {
    const own = startOf(process.pid);
    expect(own).toEqual({ started: expect.stringMatching(/\d/) });
    expect(startOf(process.pid)).toEqual(own);
    const child = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60_000)"], { stdio: "ignore" });
    await once(child, "spawn");
    const pid = child.pid as number;
    expect(startOf(pid)).toEqual({ started: expect.stringMatching(/\d/) });
    // ps tells whole seconds.
    if (startOf !== fromPs) expect(startOf(pid)).not.toEqual(own);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(typeof startOf(pid)).toBe("string");
  });
});
