import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { componentFaults, lockfileFaults, missingComponents, scriptFaults } from "../trust/dependency-faults.mjs";

const component = {
  name: "a",
  version: "1.0.0",
  licenses: [{ license: { id: "MIT" } }],
  externalReferences: [{ type: "distribution", hashes: [{ alg: "SHA-512", content: "00" }] }],
};

describe("components of the bill of materials", () => {
  it("have an accepted licence and a checksum", () => {
    expect(componentFaults([component], "@atc")).toEqual([]);
    expect(componentFaults([{ ...component, licenses: [] }], "@atc")).toEqual(["a@1.0.0 has no licence"]);
    const others = [
      { license: { id: "AGPL-3.0-only" } },
      { expression: "MIT OR GPL-2.0" },
      { license: { name: "Own" } },
    ];
    expect(componentFaults([{ ...component, licenses: others }], "@atc")).toHaveLength(3);
    expect(componentFaults([{ ...component, externalReferences: [] }], "@atc")).toEqual([
      "a@1.0.0 has no SHA-512 checksum",
    ]);
    expect(componentFaults([{ ...component, group: "@atc", externalReferences: [] }], "@atc")).toEqual([]);
  });

  it("include every dependency", () => {
    const manifests = [{ name: "x", dependencies: { a: "1", "@s/b": "1" } }];
    expect(missingComponents([component], manifests)).toEqual([
      "@s/b, a dependency of x, is not part of the bill of materials",
    ]);
    expect(missingComponents([component, { ...component, group: "@s", name: "b" }], manifests)).toEqual([]);
  });
});

describe("packages of the lockfile", () => {
  const text = readFileSync(new URL("../../pnpm-lock.yaml", import.meta.url), "utf8");

  it("are fixed by checksums", () => expect(lockfileFaults(text)).toEqual([]));

  it.each([
    ["{tarball: https://example.invalid/a.tgz}"],
    ["{commit: 0, repo: https://example.invalid/a.git, type: git}"],
    ["{integrity: sha512-AA, tarball: https://example.invalid/a.tgz}"],
    ["{integrity: sha1-AA}"],
  ])("are refused with %s", (resolution) => {
    const changed = text.replace("\npackages:\n", `\npackages:\n\n  odd@1.0.0:\n    resolution: ${resolution}\n`);
    expect(lockfileFaults(changed)).toEqual([
      `odd@1.0.0 is not fixed by a SHA-512 checksum of the registry: ${resolution}`,
    ]);
  });

  it("are there", () => expect(lockfileFaults("lockfileVersion: '9.0'\n")).toEqual(["the lockfile has no packages"]));
});

it("scripts that an installation runs are refused", () => {
  const manifest = { name: "a", version: "1.0.0" };
  expect(scriptFaults({ ...manifest, scripts: { test: "x", prepare: "y" } }, false)).toEqual([]);
  expect(scriptFaults({ ...manifest, scripts: { postinstall: "x" } }, false)).toHaveLength(1);
  expect(scriptFaults(manifest, true)).toEqual([
    'a@1.0.0 runs the script "install (binding.gyp)" when it is installed',
  ]);
  expect(scriptFaults({ name: "msgpackr-extract", version: "3.0.7", scripts: { install: "x" } }, true)).toEqual([]);
});
