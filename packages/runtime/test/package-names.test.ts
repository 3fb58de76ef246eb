import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { PluginManifest } from "@atc/contract";
import { expect, it } from "vitest";
import { packageOf } from "../src/plugins/package-names.ts";

const packages = new URL("../../", import.meta.url);

it("know the package of every plugin in the manifests", () => {
  for (const folder of readdirSync(packages)) {
    const manifest = new URL(`${folder}/package.json`, packages);
    if (!existsSync(manifest)) continue;
    const { name, atc } = JSON.parse(readFileSync(manifest, "utf8")) as {
      readonly name: string;
      readonly atc?: PluginManifest;
    };
    for (const plugin of atc?.plugins ?? [])
      if (String(plugin.kind) !== "filter")
        expect([plugin, packageOf(plugin.kind, plugin.name)]).toEqual([plugin, name]);
  }
});
