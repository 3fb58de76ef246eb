import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, vi } from "vitest";
import { encodeArrow, mmapStore } from "../src/index.ts";
import { publishBars } from "./sample-store.ts";
import { temporaryDirectories } from "./temporary-directory.ts";

vi.setConfig({ testTimeout: 300_000 });
const newDirectory = temporaryDirectories();
const python = process.env["ATC_PYTHON"] ?? "python3";
const has = (library: string): boolean =>
  spawnSync(python, ["-c", `import ${library}`], { stdio: "ignore" }).status === 0;

describe.each(["pyarrow", "polars", "pandas"])("with %s", (library) => {
  const isThere = has(library) && (library !== "pandas" || has("pyarrow"));
  const title = isThere ? "" : ` (needs a Python with ${library}; name it in ATC_PYTHON)`;
  it.skipIf(!isThere)(`segments and exports are read, as files and mapped${title}`, async () => {
    const directory = newDirectory();
    await publishBars(mmapStore({ directory, segmentBytes: 16_384 }), "d", { A: 1001, "NAN 😀": 7, Z: 65 });
    const indices = Int32Array.of(0, -1, 1);
    const table = {
      columns: [
        { name: "side", type: "text", values: { indices, values: ["long", "short"] } },
        { name: "profit", type: "float32", values: Float32Array.of(1, 2, 3) },
      ],
    } as const;
    writeFileSync(join(directory, "trades.arrow"), Buffer.concat(encodeArrow(table)));
    const script = fileURLToPath(new URL("read-segments.py", import.meta.url));
    const { stdout, stderr } = spawnSync(python, [script, library, directory], { encoding: "utf8" });
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual({
      rows: { A: 1001, "NAN 😀": 7, Z: 65 },
      closes: { A: (1000 * 1001) / 16, "NAN 😀": 21 / 8 + 7, Z: (64 * 65) / 16 + 2 * 65 },
      firstTime: "1970-01-01T00:00:00+00:00",
      lastTimeOfA: "1970-01-01T16:40:00+00:00",
      sides: ["long", null, "short"],
    });
  });
});
