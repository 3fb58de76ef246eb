import { createKernelMemory } from "@atc/plugin-kit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kernelOver } from "../src/kernel/kernel.ts";
import { plainKernel } from "../src/kernel/plain-kernel.ts";
import { createWorkspace } from "../src/kernel/workspace.ts";
import { numericIn } from "../src/numeric.ts";
import { columns } from "./columns.ts";

const kernel = createWorkspace();
const plain = createWorkspace(plainKernel);

describe("the kernel of numeric", () => {
  it("runs here", () => {
    expect(kernelOver(createKernelMemory(1)).widen.toString()).toContain("[native code]");
  });

  it("writes the same bytes as TypeScript, and each reads the frames of the other", () => {
    const [ours, theirs] = [numericIn(() => kernel), numericIn(() => plain)];
    fc.assert(
      fc.property(columns, ({ bytes, typesize }) => {
        const encoded = ours.encode(bytes, { typesize });
        expect(Buffer.compare(encoded, theirs.encode(bytes, { typesize }))).toBe(0);
        expect(Buffer.compare(theirs.decode(encoded), bytes)).toBe(0);
      }),
      { numRuns: 150 },
    );
  });

  it("refuses the same damaged frames as TypeScript, with the same messages", () => {
    const [ours, theirs] = [numericIn(() => kernel), numericIn(() => plain)];
    const answer = (run: () => Uint8Array): string => {
      try {
        return Buffer.from(run()).toString("hex");
      } catch (error) {
        return String(error);
      }
    };
    fc.assert(
      fc.property(columns, fc.nat(), fc.nat(255), ({ bytes, typesize }, at, byte) => {
        const encoded = ours.encode(bytes, { typesize });
        encoded[at % encoded.length] = byte;
        expect(answer(() => ours.decode(encoded, { maxLength: 2 ** 20 }))).toBe(
          answer(() => theirs.decode(encoded, { maxLength: 2 ** 20 })),
        );
      }),
      { numRuns: 300 },
    );
  });
});
