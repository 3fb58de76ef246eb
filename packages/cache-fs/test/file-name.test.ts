import { describe, expect, it } from "vitest";
import { fileNameOf } from "../src/file-name.ts";

describe("fileNameOf", () => {
  const names = [
    "q",
    "Q",
    "qQ",
    "Qq",
    "con",
    "CON",
    "Con",
    "con.npz",
    "con.",
    "con..",
    "conx",
    "com1",
    "COM1",
    "a.",
    "a",
  ];

  it("takes names as they are where every name is a file of its own", () => {
    expect(names.map((name) => fileNameOf(name, { areExact: true }))).toEqual(names);
  });

  it("gives different keys different files where case and dots at the end do not count", () => {
    const files = names.map((name) => fileNameOf(name, { areExact: false }));
    const asWindows = files.map((file) => file.toLowerCase().replace(/\.+$/, ""));
    expect(new Set(asWindows).size).toBe(names.length);
    for (const file of files) expect(file).not.toMatch(/^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)|\.$/i);
    expect(fileNameOf("0a1b-2.npz", { areExact: false })).toBe("0a1b-2.npz");
  });
});
