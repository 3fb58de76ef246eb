import { expect, it } from "vitest";
import { type FileStatus, fileStateOf, identifyingState, throwIfChanged } from "../src/index.ts";

const status = (kind: "file" | "directory" | "pipe"): FileStatus => ({
  size: 5n,
  mtimeNs: 1_700_000_000_123_456_789n,
  ino: 2n ** 60n + 1n,
  isFile: () => kind === "file",
  isDirectory: () => kind === "directory",
});
const state = fileStateOf("a.csv", status("file"), "a CSV file in it");

it("keeps every digit of a file's time and inode as plain data", () => {
  expect(identifyingState(state)).toEqual({ size: 5, mtimeNs: "1700000000123456789", inode: "1152921504606846977" });
});

it.each([
  ["directory", "ATC_INVALID_ARGUMENT", "a CSV file in it"],
  ["pipe", "ATC_UNSUPPORTED", "write it to a file first"],
] as const)("refuses a %s and says what to give", (kind, code, advice) => {
  const error = expect.objectContaining({ code, message: expect.stringContaining(advice), details: { path: "x" } });
  expect(() => fileStateOf("x", status(kind), "a CSV file in it")).toThrowError(error);
});

it.each([{ size: 6 }, { mtimeNs: state.mtimeNs + 1n }, { inode: 7n }])("detects a changed file by %o", (change) => {
  throwIfChanged("a.csv", state, { ...state });
  expect(() => throwIfChanged("a.csv", state, { ...state, ...change })).toThrowError(
    expect.objectContaining({ code: "ATC_INVALID_DATA" }),
  );
});
