import { chmodSync, chownSync, lchownSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startAgent } from "../src/model/agents.js";
import { newFolder } from "../src/new-folder.js";
import { mountReadOnly, smallDisk } from "../src/soak/small-disk.js";

const isRoot = process.getuid?.() === 0;
const nobody = 65_534;
const isPosix = process.platform !== "win32";

let folder;
let agent;
let disk;
let hash;

beforeEach(async () => {
  folder = await newFolder();
  if (isRoot) chownSync(folder, nobody, nobody);
});

afterEach(async () => {
  await agent?.kill();
  agent = undefined;
  disk?.unmount();
  disk = undefined;
  await rm(folder, { recursive: true, force: true });
});

const value = { seed: 3, length: 4000 };
const rows = { rows: 1500, seed: 1 };

/** All writes are refused with `code`, and what was stored is read as it was. */
async function expectRefused(code, stored = hash) {
  const before = await agent.ask("content");
  expect((await agent.ask("create", { rows: 900, seed: 4 })).code).toBe(code);
  expect((await agent.ask("append", { length: 1500, dropped: 20, rows: 60, seed: 4 })).code).toBe(code);
  expect((await agent.ask("set", { key: "b", value })).code).toBe(code);
  expect(await agent.ask("content")).toEqual(before);
  const read = await agent.ask("get", { key: "a" });
  expect(read.result ?? read.code).toBe(stored);
}

/** The same process continues. */
async function expectUsable() {
  expect(await agent.ask("append", { length: 1500, dropped: 20, rows: 60, seed: 5 })).toEqual({});
  expect((await agent.ask("set", { key: "b", value })).result).toBeDefined();
  expect((await agent.ask("content")).result).toContain("A:1540 rows of 0/1, 1480/5");
}

/** A process without the rights of root, which holds an open cache and store on filled folders. */
async function fill(at = folder) {
  agent = await startAgent(at, isRoot ? { uid: nobody, gid: nobody } : {});
  expect(await agent.ask("create", rows)).toEqual({});
  ({ result: hash } = await agent.ask("set", { key: "a", value }));
  expect(hash).toBeDefined();
}

/** Every folder below `top`, itself included. */
function foldersIn(top) {
  const below = readdirSync(top, { withFileTypes: true, recursive: true });
  return [top, ...below.filter((one) => one.isDirectory()).map((one) => join(one.parentPath, one.name))];
}

describe.skipIf(!isPosix)("a folder that changes while a process uses it", () => {
  it("refuses writes while its mode forbids them", async () => {
    await fill();
    const all = foldersIn(folder);
    for (const one of all) chmodSync(one, 0o555);
    try {
      await expectRefused("ATC_READ_ONLY");
    } finally {
      for (const one of all) chmodSync(one, 0o755);
    }
    await expectUsable();
  });

  it.skipIf(!isRoot)("refuses writes while another user owns it (needs root)", async () => {
    await fill();
    const all = foldersIn(folder);
    for (const one of all) lchownSync(one, 0, 0);
    // The folders of a cache are private, so that its values cannot be read either.
    await expectRefused("ATC_READ_ONLY", "ATC_READ_ONLY");
    for (const one of all) lchownSync(one, nobody, nobody);
    await expectUsable();
  });

  it.skipIf(!isRoot)(
    "refuses writes while its disk is full, and while another one is mounted over it",
    async (context) => {
      disk = smallDisk(folder, 4);
      if (disk === undefined) return context.skip("a tmpfs cannot be mounted here");
      chownSync(folder, nobody, nobody);
      await fill();
      disk.fill();
      await expectRefused("ATC_NO_SPACE");
      disk.free();
      // Another disk hides what is stored, and gives it back.
      const over = smallDisk(folder, 4);
      try {
        expect(await agent.ask("content")).toEqual({ result: "absent" });
        expect(await agent.ask("get", { key: "a" })).toEqual({});
      } finally {
        over.unmount();
      }
      await expectUsable();
    },
  );

  it.skipIf(!isRoot)("refuses writes while its disk is mounted read-only (needs root)", async (context) => {
    disk = smallDisk(folder, 4);
    if (disk === undefined) return context.skip("a tmpfs cannot be mounted here");
    chownSync(folder, nobody, nobody);
    await fill();
    const unmount = mountReadOnly(folder);
    try {
      await expectRefused("ATC_READ_ONLY");
    } finally {
      unmount();
    }
    await expectUsable();
  });
});
