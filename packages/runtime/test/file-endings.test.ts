import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { knownEndings, looksLikePath, sourceEndings } from "../src/plugins/file-endings.ts";

interface SourceManifest {
  readonly name: string;
  readonly extensions: readonly string[];
}

/** The sources in the manifests of this repository's packages. */
function sources(): readonly SourceManifest[] {
  const packages = new URL("../../", import.meta.url);
  return readdirSync(packages)
    .filter((name) => name.startsWith("source-"))
    .flatMap((name) => {
      const text = readFileSync(new URL(`${name}/package.json`, packages), "utf8");
      const { atc } = JSON.parse(text) as {
        readonly atc: { readonly plugins: readonly (SourceManifest & { kind: string })[] };
      };
      return atc.plugins.filter(({ kind }) => kind === "source");
    });
}

it("are those of the manifests of the sources", () => {
  const declared = sources();
  expect(new Set(knownEndings)).toEqual(new Set(declared.flatMap(({ extensions }) => extensions)));
  for (const [source, endings] of sourceEndings) {
    const { extensions = [] } = declared.find(({ name }) => name === source) ?? {};
    for (const ending of endings) expect(extensions).toContain(ending);
  }
});

it.each(["bars.jsonl", "bars.NDJSON", "bars.pq", "bars.ipc", "bars.csv.zst", "bars.gz", "data/bars", "a\\b"])(
  "make %s a path",
  (text) => expect(looksLikePath(text)).toBe(true),
);

it.each(["stocks", "bars-1d", "bars.1d", "BRK.B"])("do not make %s a path", (text) => {
  expect(looksLikePath(text)).toBe(false);
});
