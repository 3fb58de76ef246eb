import { byteStoreCases } from "@atc/testing";
import { describe, it } from "vitest";
import { type CacheFs, cacheFs } from "../src/index.ts";
import { temporaryDirectories } from "./temporary-directory.ts";

describe("the directory store keeps the laws of a byte store", () => {
  const directory = temporaryDirectories();
  const create = async (): Promise<CacheFs> => cacheFs({ directory: await directory() });
  const reopen = ({ directory }: CacheFs): Promise<CacheFs> => cacheFs({ directory });
  for (const { name, run } of byteStoreCases(create, { reopen })) it(name, run);
});
