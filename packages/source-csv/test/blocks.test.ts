import { gzipSync } from "node:zlib";
import { expect, it, vi } from "vitest";
import { fileOf, type Read, read } from "./temporary-file.ts";

// Megabytes are read; a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

const blockLength = 1024 * 1024;
const shapes = [
  ["plain rows", (i: number) => `SYM${i},2024-01-01T09:30:0${i % 10}Z,${i}.25,${i},n${i}\n`],
  ["CRLF", (i: number) => `SYM${i},2024-01-01T09:30:0${i % 10}Z,${i}.25,${i},n${i}\r\n`],
  ["quotes", (i: number) => `"S""M\n${i}",2024-01-01T09:30:0${i % 10}Z,"${i}.25",${i},"n\r\n""${i}"\n`],
] as const;

/** Rows behind a first one whose note is so long that the first block ends `shift` bytes after them. */
function textWith(row: (i: number) => string, shift: number): string {
  const rows = Array.from({ length: 12 }, (_, i) => row(i)).join("");
  const start = "symbol,date,close,volume,note\nFIRST,2024-01-01,1,1,";
  return `${start}${"x".repeat(blockLength - start.length - 1 - Math.floor(rows.length / 2) + shift)}\n${rows}`;
}

function shown({ symbols, times, numbers, texts }: Read): unknown {
  return [symbols, times, numbers, texts["note"]?.slice(1)];
}

it.each(shapes)("reads %s the same at any end of a block in them", async (_, row) => {
  const wanted = shown(await read(fileOf(textWith(row, -5000)), { text: "keep" }));
  for (let shift = 0; shift < row(10).length + 2; shift++)
    expect(shown(await read(fileOf(textWith(row, shift)), { text: "keep" }))).toEqual(wanted);
});

it("reads a compressed file like the plain one", async () => {
  const text = textWith(shapes[2][1], 7);
  expect(shown(await read(fileOf(gzipSync(text)), { text: "keep" }))).toEqual(
    shown(await read(fileOf(text), { text: "keep" })),
  );
});

it("hashes the file's bytes with xxHash64", async () => {
  const text = "date,close\n2024-01-01,1\n";
  const { summary } = await read(fileOf(text));
  expect(summary).toEqual({ rows: 1, badRows: 0, bytes: text.length, hash: "6e795e74e4c5c887" });
});
