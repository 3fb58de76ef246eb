import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import golden from "./fixtures/golden-runs.json" with { type: "json" };

// Digests of curves and trades that Node 20 on x64 computed with the WebAssembly kernel. Every Node, processor, kernel,
// store backend and number of threads computes the same bits; `pnpm nodes:runs` checks Node 20, 22, 24 and 26.

type Members = Readonly<Record<string, unknown>>;
type Run = Members & { readonly metrics: Members };
/** What each way has computed, by run. */
type Computed = Readonly<Record<string, Readonly<Record<string, Run>>>>;

const execute = promisify(execFile);
const script = fileURLToPath(new URL("golden-process.mjs", import.meta.url));
const expected = golden as unknown as Readonly<Record<string, Run>>;
const all = ["mapped, 1", "mapped, 2", "read, 1", "read, 2"];
const ofSearches = ["mapped, 1", "read, 2"];

function isClose(value: unknown, stored: unknown): boolean {
  if (typeof stored === "number" && typeof value === "number")
    return Math.abs(value - stored) <= 1e-12 * Math.abs(stored);
  if (typeof stored !== "object" || stored === null || typeof value !== "object" || value === null)
    return value === stored;
  const [names, others] = [Object.keys(stored), Object.keys(value)];
  return (
    names.length === others.length &&
    names.every((name) => isClose((value as Members)[name], (stored as Members)[name]))
  );
}

describe.each(["wasm", "reference"])("golden runs with the kernel %s", (kernel) => {
  let computed: Computed;
  beforeAll(async () => {
    const env = { ...process.env, ATC_KERNEL: kernel };
    const { stdout } = await execute(process.execPath, [script], { env, maxBuffer: 2 ** 24 });
    computed = JSON.parse(stdout) as Computed;
  }, 240_000);

  it("are all there", () => {
    expect(new Set(Object.keys(computed))).toEqual(new Set(Object.keys(expected)));
  });

  it.each(Object.keys(expected))(
    "%s: has the same bits on all backends and threads, and metrics within 1e-12",
    (name) => {
      const ways = computed[name] ?? {};
      expect(Object.keys(ways)).toEqual(name.startsWith("a ") ? ofSearches : all);
      const { metrics: stored, ...storedBits } = expected[name] ?? { metrics: {} };
      for (const [way, { metrics, ...bits }] of Object.entries(ways)) {
        expect(bits, way).toEqual(storedBits);
        expect(new Set(Object.keys(metrics)), way).toEqual(new Set(Object.keys(stored)));
        const different = Object.keys(stored).filter((metric) => !isClose(metrics[metric], stored[metric]));
        expect(different, way).toEqual([]);
      }
    },
  );
});
