import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { mmapStore } from "../src/index.ts";
import { publishBars } from "./sample-store.ts";
import { temporaryDirectories } from "./temporary-directory.ts";

const newDirectory = temporaryDirectories();
const python = process.env["ATC_PYTHON"] ?? "python3";
const has = (library: string): boolean =>
  spawnSync(python, ["-c", `import ${library}`], { stdio: "ignore" }).status === 0;

/** The code blocks of one language in a document of this repository. */
function blocksOf(document: string, language: string): readonly string[] {
  const text = readFileSync(new URL(document, import.meta.url), "utf8");
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map((match) => match[1] ?? "");
}

it("runs the README's code", { timeout: 300_000 }, () => {
  const [code] = blocksOf("../README.md", "js");
  const inDirectory = (code ?? "").replace('".cache/mmap"', JSON.stringify(newDirectory()));
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", inDirectory], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  expect(stdout).toBe("Float64Array(3) [ 470, 471.5, 471 ]\n");
});

describe("the Python of docs/format.md", () => {
  const blocks = blocksOf("../../../docs/format.md", "python").filter((code) => code.includes(".cache/mmap/prices"));
  it("is there for pyarrow, polars, pandas and numpy", () => {
    expect(blocks.length).toBe(4);
  });
  for (const code of blocks) {
    const libraries = [...code.matchAll(/^import (pyarrow|polars|pandas|numpy)/gm)].map((match) => match[1] ?? "");
    const isThere = libraries.every(has) && (!libraries.includes("pandas") || has("pyarrow"));
    const title = `for ${[...new Set(libraries)].join()} runs${isThere ? "" : " (needs a Python with it; name it in ATC_PYTHON)"}`;
    it.skipIf(!isThere)(title, async () => {
      const directory = newDirectory();
      await publishBars(mmapStore({ directory: join(directory, ".cache/mmap") }), "prices", { AAPL: 65, MSFT: 3 });
      const { stdout, stderr } = spawnSync(python, ["-c", code], { cwd: directory, encoding: "utf8" });
      expect(stderr).toBe("");
      expect(stdout.length).toBeGreaterThan(0);
    });
  }
});

it("shows the manifest in docs/format.md as it is written", () => {
  const [drawn] = blocksOf("../../../docs/format.md", "json");
  const { crc32: _, ...members } = JSON.parse(drawn ?? "{}") as Record<string, unknown>;
  expect(Object.keys(members)).toEqual([
    "format",
    "formatVersion",
    "generation",
    "createdAt",
    "kind",
    "columns",
    "fingerprint",
    "content",
    "attributes",
    "segments",
    "series",
  ]);
});

it("computes the content in docs/format.md from the text shown there", () => {
  const document = readFileSync(new URL("../../../docs/format.md", import.meta.url), "utf8");
  const [, text] = /^```\n(\["content".*?)^```/ms.exec(document) ?? [];
  const [, content] = /"content": "([0-9a-f]{64})"/.exec(document) ?? [];
  expect(
    createHash("sha256")
      .update(text ?? "")
      .digest("hex"),
  ).toBe(content);
  const drawn = [...document.matchAll(/"crc32":"([0-9a-f]{24})"/g)].map(([, digits = ""]) =>
    [0, 8, 16].map((at) => Number.parseInt(digits.slice(at, at + 8), 16)).join(" "),
  );
  expect(drawn).toHaveLength(2);
  for (const numbers of drawn) expect(text).toContain(numbers);
});
