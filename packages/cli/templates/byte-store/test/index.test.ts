import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { byteStoreCases } from "@atc/testing";
import plugins, { byteStore } from "../src/index.js";

const folder = mkdtempSync(join(tmpdir(), "plugin-name-"));
after(() => rmSync(folder, { recursive: true }));

describe("the laws of a byte store", () => {
  const create = () => byteStore({ directory: mkdtempSync(join(folder, "store-")) });
  const cases = byteStoreCases(create, { reopen: ({ directory }) => byteStore({ directory }) });
  for (const { name, run } of cases) void it(name, run);
});

void it("package.json lists the plugins of the default export", () => {
  const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  const listed = manifest.atc.plugins.map(({ kind, name }: { kind: string; name: string }) => ({ kind, name }));
  assert.deepEqual(
    listed,
    plugins.map(({ kind, name }) => ({ kind, name })),
  );
});

void it("refuses an empty directory", async () => {
  await assert.rejects(byteStore({ directory: "" }), { code: "ATC_INVALID_ARGUMENT" });
});
