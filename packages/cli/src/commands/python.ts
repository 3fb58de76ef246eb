import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { AtcError } from "@atc/contract";
import type { Command } from "commander";
import { storageGroups, withConfigKeys } from "../invocation/config-options.ts";
import type { CommandLineIo } from "../invocation/invocation.ts";
import { startInspection, withCommon } from "../invocation/invocation.ts";

const template = fileURLToPath(new URL("../../templates/python/read_atc.py", import.meta.url));

/** Stores whose folders the program can read. */
const readable = { dataStore: "mmap", cacheStore: "fs" } as const;

export function addPython(program: Command, io: CommandLineIo): void {
  const command = program
    .command("python")
    .description("Print a Python program that reads the datasets and the cache: atc python > read_atc.py");
  withConfigKeys(withCommon(command), storageGroups).action(async () => {
    const run = await startInspection(command, io);
    const { config } = run.setup.loaded;
    for (const key of ["dataStore", "cacheStore"] as const)
      if (config[key] !== readable[key])
        throw new AtcError(
          "ATC_UNSUPPORTED",
          `${key} is "${config[key]}", whose content Python cannot read by file; use ${key}: ${readable[key]}`,
          { details: { key, value: config[key] } },
        );
    // A JSON text is a Python literal too.
    const folders: Readonly<Record<string, string>> = { DATA_FOLDER: config.dataDir, CACHE_FOLDER: config.cacheDir };
    const text = (await readFile(template, "utf8")).replaceAll(/\b(?:DATA|CACHE)_FOLDER\b/g, (word) =>
      JSON.stringify(folders[word]),
    );
    if (run.json) return run.printJson({ dataDir: config.dataDir, cacheDir: config.cacheDir, program: text });
    io.stdout.write(text);
  });
}
