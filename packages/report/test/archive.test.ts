import { describe, expect, it } from "vitest";
import { zipMembers } from "../src/block/read-zip.ts";
import { zipArchive } from "../src/block/zip.ts";
import { openArchive } from "../src/reading/archive.ts";

const bytes = Uint8Array.from({ length: 200_000 }, (_, i) => (i * i) >> 3);
const names = ["report.json", "große/Straße.npy"];
const archive = Buffer.from(zipArchive(names.map((name) => ({ name, bytes }))));

describe("the archive of a page", () => {
  it("is read member by member", async () => {
    const { read } = openArchive(`\n${archive.toString("base64")}\n`);
    for (const name of names) expect(await read(name)).toEqual(bytes);
    expect(await read("nothing")).toBeUndefined();
  });

  it("is refused if a member is damaged", async () => {
    const damaged = Buffer.from(archive);
    damaged.fill(0xff, 2000, 2100);
    await expect(openArchive(damaged.toString("base64")).read("report.json")).rejects.toThrow();
  });
});

it("an archive whose members together inflate to more than any block is refused before it does", () => {
  const bomb = Buffer.from(archive);
  const directory = bomb.readUInt32LE(bomb.length - 6);
  const second = directory + 46 + Buffer.byteLength("report.json");
  bomb.writeUInt32LE(2 ** 28, second + 24);
  expect(() => [...zipMembers(bomb)]).toThrow('"große/Straße.npy" is too large');
});
