import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { mmapStore } from "../src/index.ts";
import { publishBars } from "./sample-store.ts";
import { temporaryDirectories } from "./temporary-directory.ts";

const newDirectory = temporaryDirectories();

/** Whether the file system of a directory takes `A` and `a` for the same name. */
function ignoresCase(directory: string): boolean {
  writeFileSync(join(directory, "case-PROBE"), "");
  return existsSync(join(directory, "CASE-probe"));
}

describe("the name of a new dataset", () => {
  it.each(["con", "NUL", "aux.x", "Com1", "lpt9.csv", "trail.", "a.."])("%s is refused everywhere", async (name) => {
    const directory = newDirectory();
    const store = mmapStore({ directory });
    await expect(publishBars(store, name, { A: 3 })).rejects.toMatchObject({ code: "ATC_INVALID_ARGUMENT" });
    expect(await store.list()).toEqual([]);
  });

  it.each(["conx", "con-1", "com", "nul_x", "a.b"])("%s is accepted", async (name) => {
    const store = mmapStore({ directory: newDirectory() });
    await publishBars(store, name, { A: 3 });
    expect(await store.list()).toEqual([name]);
  });

  it.skipIf(process.platform === "win32")("may be reserved if the dataset is there already", async () => {
    const directory = newDirectory();
    mkdirSync(join(directory, "con"));
    await publishBars(mmapStore({ directory }), "con", { A: 3 });
    expect(await mmapStore({ directory }).list()).toEqual(["con"]);
  });

  it("may differ by case from another one only where the file system distinguishes them", async () => {
    const directory = newDirectory();
    const store = mmapStore({ directory });
    await publishBars(store, "SPY", { A: 3 });
    const second = publishBars(store, "spy", { A: 4 });
    if (ignoresCase(directory)) {
      await expect(second).rejects.toThrow('this disk does not distinguish it from the dataset "SPY"');
      using dataset = await store.open("SPY");
      expect(dataset.series("A").length).toBe(3);
    } else {
      await second;
      expect(await store.list()).toEqual(["SPY", "spy"]);
    }
  });
});
