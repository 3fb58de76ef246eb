import { expect, it } from "vitest";
import { isoReader, looseReader, wholeTextReader } from "../src/index.ts";

const bytes = new TextEncoder().encode("20240131202402012024-02-30  2024-03-01 09:30  x");

it("reads a text from its first to its last byte, whatever follows it", () => {
  for (const read of [isoReader(false), looseReader({ dateOrder: "ymd", isTwelveHour: false, isZoned: false })]) {
    const timespec = new Float64Array(2);
    const readWhole = wholeTextReader(read, timespec);
    const text = (start: number, end: number): string | undefined =>
      readWhole(bytes, start, end) ? new Date((timespec[0] as number) * 1000).toISOString().slice(0, 16) : undefined;
    expect(text(0, 8)).toBe("2024-01-31T00:00");
    expect(text(8, 16)).toBe("2024-02-01T00:00");
    expect(text(16, 26)).toBeUndefined();
    expect(text(26, 46)).toBe("2024-03-01T09:30");
    expect(text(28, 39)).toBe("2024-03-01T00:00");
    expect(text(46, 47)).toBeUndefined();
    expect(text(26, 28)).toBeUndefined();
    expect(text(5, 5)).toBeUndefined();
    expect(readWhole(new Uint8Array(401).fill(50), 0, 401)).toBe(false);
  }
});
