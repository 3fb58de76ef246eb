import { describe, expect, it } from "vitest";
import { machineDefaults } from "../src/wiring/machine-defaults.ts";

const mebibyte = 2 ** 20;
const totalBytes = 24e9;

describe("the defaults of a machine", () => {
  it.each([
    ["no limit, reported as an unlimited cgroup", { cores: 8, constrainedBytes: 2 ** 64, totalBytes }, 224, 8],
    ["no limit, reported as undefined", { cores: 8, constrainedBytes: undefined, totalBytes }, 224, 8],
    ["no limit, reported as 0", { cores: 8, constrainedBytes: 0, totalBytes }, 224, 8],
    ["no limit, reported as NaN", { cores: 8, constrainedBytes: Number.NaN, totalBytes }, 224, 8],
    ["a machine of little memory", { cores: 4, constrainedBytes: 2 ** 64, totalBytes: 256 * mebibyte }, 192, 4],
    ["1 GiB", { cores: 64, constrainedBytes: 1024 * mebibyte, totalBytes }, 224, 40],
    ["256 MiB", { cores: 8, constrainedBytes: 256 * mebibyte, totalBytes }, 192, 7],
    ["192 MiB", { cores: 8, constrainedBytes: 192 * mebibyte, totalBytes }, 144, 4],
    ["128 MiB", { cores: 8, constrainedBytes: 128 * mebibyte, totalBytes }, 96, 1],
    ["64 MiB", { cores: 8, constrainedBytes: 64 * mebibyte, totalBytes }, 48, 1],
    ["more than the machine has", { cores: 8, constrainedBytes: 2 * totalBytes, totalBytes: 192 * mebibyte }, 144, 4],
    ["one core", { cores: 1, constrainedBytes: 2 ** 64, totalBytes }, 224, 1],
  ])("with %s", (_what, machine, memoryMiB, threads) => {
    expect(machineDefaults(machine)).toEqual({ memoryBytes: memoryMiB * mebibyte, threads });
  });

  it("of this machine are usable", () => {
    const { memoryBytes, threads } = machineDefaults();
    expect(memoryBytes).toBeGreaterThan(4096);
    expect(memoryBytes).toBeLessThanOrEqual(224 * mebibyte);
    expect(threads).toBeGreaterThanOrEqual(1);
  });
});
