import { describe, expect, it } from "vitest";
import { z } from "zod";
import { configJsonSchema, parseConfig } from "../src/index.ts";
import { faultsOf, folderWith, load } from "./folder.ts";

describe("cacheMaxBytes", () => {
  it("takes a size with a unit in every layer", async () => {
    const cwd = await folderWith({ "atc.yaml": "cacheMaxBytes: 2GiB\n" });
    expect((await load({ cwd })).config.cacheMaxBytes).toBe(2 * 2 ** 30);
    expect((await load({ cwd, env: { ATC_CACHE_MAX_BYTES: "500MB" } })).config.cacheMaxBytes).toBe(500_000_000);
    expect((await load({ cwd, flags: { cacheMaxBytes: "1.5 gib" } })).config.cacheMaxBytes).toBe(1.5 * 2 ** 30);
    expect(parseConfig({ cache_max_bytes: "1048576" }).cacheMaxBytes).toBe(1_048_576);
  });

  it.each(["0", "2 XB", "much", "-1GB"])("refuses %s, with what is accepted", async (given) => {
    expect(await faultsOf(load({ file: false, flags: { cacheMaxBytes: given } }))).toMatchObject([
      { key: "cacheMaxBytes", value: expect.anything(), allowed: expect.stringContaining("2GiB") },
    ]);
  });

  it("alone takes a unit", async () => {
    expect(await faultsOf(load({ file: false, flags: { cacheMaxEntries: "2k" } }))).toHaveLength(1);
  });

  it("is a size in the schema too, also in a section", () => {
    const schema = z.fromJSONSchema({ ...configJsonSchema } as Parameters<typeof z.fromJSONSchema>[0]);
    const accepts = (value: unknown): boolean => schema.safeParse(value).success;
    expect(accepts({ cacheMaxBytes: "2GiB", atc_performance: { cache_max_bytes: "500 MB" } })).toBe(true);
    expect([{ cacheMaxBytes: "2 XB" }, { cacheMaxBytes: 0 }, { cacheMaxEntries: "2k" }].map(accepts)).toEqual([
      false,
      false,
      false,
    ]);
  });
});
