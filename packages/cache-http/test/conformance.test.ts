import { cacheFs } from "@atc/cache-fs";
import { byteStoreCases } from "@atc/testing";
import { afterAll, describe, it } from "vitest";
import { type HttpStore, httpStore, serveAreas, storeArea } from "../src/index.ts";
import { temporaryDirectories } from "./temporary-directory.ts";

const token = "the-token-of-these-tests";

describe("a store over HTTP keeps the laws of a byte store", () => {
  const directory = temporaryDirectories();
  const open: AsyncDisposable[] = [];
  afterAll(async () => {
    // Each waits for connections that its clients keep, which some runtimes do not count as idle.
    await Promise.all(open.splice(0).map((one) => one[Symbol.asyncDispose]()));
  });
  const create = async (): Promise<HttpStore> => {
    const entries = await cacheFs({ directory: await directory() });
    const server = await serveAreas({ areas: { cache: storeArea(entries) }, token });
    open.push(entries, server);
    return httpStore({ url: `${server.url}/cache`, token });
  };
  const reopen = ({ place }: HttpStore): HttpStore => httpStore({ url: place, token });
  for (const { name, run } of byteStoreCases(create, { reopen })) it(name, run);
});
