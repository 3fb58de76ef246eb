import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { numeric } from "../src/index.ts";
import { plainKernel } from "../src/kernel/plain-kernel.ts";
import { createWorkspace } from "../src/kernel/workspace.ts";
import { numericIn } from "../src/numeric.ts";
import { python, readWithPython } from "./python-reader.ts";

interface OldFrame {
  readonly name: string;
  readonly length: number;
  readonly sha256: string;
  /** Whether the reader of that version refused it. */
  readonly refused: boolean;
  readonly frame: string;
}

/**
 * Frames from the time when the reader accepted no scale above 2^53 - 1: every kind of block, representation and
 * arrangement.
 */
const file = new URL("fixtures/frames-before-wide-scales.json", import.meta.url);
const old = JSON.parse(readFileSync(file, "utf8")) as readonly OldFrame[];
const frames = old.map(({ frame }) => Uint8Array.from(Buffer.from(frame, "base64")));

describe("frames of the version before wide scales", () => {
  it("include some that their own reader refused", () => {
    expect(old.filter(({ refused }) => refused).map(({ name }) => name)).toEqual([
      "values near 0.52, in 16 digits",
      "averages near 0.7, in 16 digits",
      "averages of tiny prices, in 17 digits",
      "averages of tiny prices, in 19 digits",
      "averages of tiny prices, in 20 digits",
      "averages of tiny prices, in 22 digits",
      "decimals, in 22 digits",
      "decimals of the step 4, in 20 digits",
    ]);
  });

  for (const [kernel, codec] of [
    ["WebAssembly", numeric()],
    [
      "TypeScript",
      numericIn(
        (
          (space) => () =>
            space
        )(createWorkspace(plainKernel)),
      ),
    ],
  ] as const)
    it.each(old.map(({ name }, i) => [name, i] as const))(`open in ${kernel}: %s`, (_, i) => {
      const content = codec.decode(frames[i] as Uint8Array);
      expect(content.length).toBe(old[i]?.length);
      expect(createHash("sha256").update(content).digest("hex")).toBe(old[i]?.sha256);
    });

  it.skipIf(python === undefined)("open in Python (needs python3 with numpy)", () => {
    const expected = frames.map((frame) => {
      const content = numeric().decode(frame);
      return content.length === 0 ? 0 : crc32(content);
    });
    expect(readWithPython(frames)).toEqual(expected);
  });
});
