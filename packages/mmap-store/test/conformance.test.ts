import { arrayStoreCases } from "@atc/testing";
import { describe, it } from "vitest";
import { mappingBackend, mmapStore } from "../src/index.ts";
import { temporaryDirectories } from "./temporary-directory.ts";

const newDirectory = temporaryDirectories();

for (const backend of ["mmap", "read"] as const) {
  const isHere = backend === "read" || mappingBackend().available;
  describe.skipIf(!isHere)(`backend ${backend}`, () => {
    let directory = "";
    const open = () => mmapStore({ directory, backend, segmentBytes: 16_384 });
    const create = () => {
      directory = newDirectory();
      return open();
    };
    for (const { name, run } of arrayStoreCases(create, { reopen: open, maxRows: 2000 })) it(name, run);
  });
}
