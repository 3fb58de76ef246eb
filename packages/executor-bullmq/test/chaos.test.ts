import { describe, expect, it } from "vitest";
import { runChaos } from "./chaos.mjs";
import { hasRedis } from "./redis-server.mjs";

describe.skipIf(!hasRedis)("a run whose workers and Redis are killed", () => {
  it("returns each result once, bit by bit that of one thread", async () => {
    const { faults, settled, expected, executions, hung } = await runChaos({ seed: 4, tasks: 200, lockMs: 3000 });
    expect(faults).toBe(5);
    expect(hung).toBe(0);
    expect(settled.filter(({ status }) => status === "rejected")).toEqual([]);
    const values = settled.map((one) => (one.status === "fulfilled" ? one.value : undefined));
    expect(values).toEqual(expected);
    // A task runs again only if its worker was ended or stopped, or if Redis lost its end.
    expect(executions).toBeGreaterThanOrEqual(200);
    expect(executions).toBeLessThan(220);
  }, 180_000);
});
