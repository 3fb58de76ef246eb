import { chmod, chown, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { createTrust } from "../src/index.ts";
import { errorOf, folderWith, load } from "./folder.ts";

const isRoot = process.geteuid?.() === 0;
const stranger = 65_534;

describe.skipIf(process.platform === "win32")("a configuration that was found", () => {
  it("is used if the user owns it and nobody else may write it", async () => {
    const folder = await folderWith({ "atc.yaml": "feeBps: 3" });
    expect((await load({ cwd: folder })).config.feeBps).toBe(3);
  });

  it.each([
    [0o602, "chmod o-w", "atc.yaml"],
    [0o777, "chmod o-w", "."],
  ])("is refused if others may write it or its folder: mode %o", async (mode, cure, what) => {
    const folder = await folderWith({ "atc.yaml": "feeBps: 3" });
    await chmod(join(folder, what), mode);
    const { message, details } = await errorOf(load({ cwd: folder }), "ATC_UNTRUSTED");
    expect(message).toContain(`${cure} ${join(folder, what).replace(/\/\.$/, "")}`);
    expect(message).toContain("ATC_TRUST=");
    expect(details).toMatchObject({ path: join(folder, "atc.yaml"), mode: expect.stringMatching(/^0[0-7]{3}$/) });
  });

  it("is used from a sticky folder, in which others cannot replace it", async () => {
    const folder = await folderWith({ "atc.yaml": "feeBps: 3" });
    await chmod(folder, 0o1777);
    expect((await load({ cwd: folder })).config.feeBps).toBe(3);
  });

  it("is used if it is named, or is in a folder of ATC_TRUST", async () => {
    const folder = await folderWith({ "atc.yaml": "feeBps: 3", "other/x": "" });
    await chmod(join(folder, "atc.yaml"), 0o666);
    expect((await load({ cwd: folder, file: "atc.yaml" })).config.feeBps).toBe(3);
    expect((await load({ cwd: folder, env: { ATC_TRUST: folder } })).config.feeBps).toBe(3);
    const two = `/somewhere:${folder}`;
    const { config, warnings } = await load({ cwd: folder, env: { ATC_TRUST: two } });
    expect([config.feeBps, warnings]).toEqual([3, []]);
    await errorOf(load({ cwd: folder, env: { ATC_TRUST: join(folder, "other") } }), "ATC_UNTRUSTED");
  });

  it("is refused because of the path to the target of a link", async () => {
    const folder = await folderWith({ "open/real.yaml": "feeBps: 3", "mine/x": "" });
    await chmod(join(folder, "open"), 0o777);
    await symlink(join(folder, "open", "real.yaml"), join(folder, "mine", "atc.yaml"));
    const { details } = await errorOf(load({ cwd: join(folder, "mine") }), "ATC_UNTRUSTED");
    expect(details["weak"]).toBe(join(folder, "open"));
  });

  it.skipIf(!isRoot)("is refused if another user owns it, a link to it in a sticky folder, or its folder", async () => {
    const folder = await folderWith({ "a/atc.yaml": "feeBps: 3", "b/atc.yaml": "", "c/real.yaml": "" });
    await chown(join(folder, "a", "atc.yaml"), stranger, 0);
    const { message } = await errorOf(load({ cwd: join(folder, "a") }), "ATC_UNTRUSTED");
    expect(message).toContain(`owner ${stranger}, group 0, mode 0644`);
    expect(message).toContain(`chown 0 ${join(folder, "a", "atc.yaml")}`);
    await chown(join(folder, "b"), stranger, 0);
    await errorOf(load({ cwd: join(folder, "b") }), "ATC_UNTRUSTED");
    await symlink(join(folder, "c", "real.yaml"), join(folder, "c", "atc.yaml"));
    const { lchown } = await import("node:fs/promises");
    await lchown(join(folder, "c", "atc.yaml"), stranger, 0);
    expect((await load({ cwd: join(folder, "c") })).file).toBe(join(folder, "c", "atc.yaml"));
    await chmod(join(folder, "c"), 0o1777);
    await errorOf(load({ cwd: join(folder, "c") }), "ATC_UNTRUSTED");
  });

  it.skipIf(!isRoot)("is refused if a group may write it that is not the user's own", async () => {
    const folder = await folderWith({ "atc.yaml": "feeBps: 3" });
    await chmod(join(folder, "atc.yaml"), 0o664);
    expect((await load({ cwd: folder })).config.feeBps).toBe(3);
    await chown(join(folder, "atc.yaml"), 0, stranger);
    await chmod(join(folder, "atc.yaml"), 0o664);
    expect((await errorOf(load({ cwd: folder }), "ATC_UNTRUSTED")).message).toContain("chmod g-w");
  });

  it("quotes a path for the shell", async () => {
    const folder = await folderWith({ "$(id)'s/atc.yaml": "" });
    await chmod(join(folder, "$(id)'s", "atc.yaml"), 0o666);
    const { message } = await errorOf(load({ cwd: join(folder, "$(id)'s") }), "ATC_UNTRUSTED");
    expect(message).toContain(`chmod o-w '${folder}/$(id)'\\''s/atc.yaml'`);
  });

  it("is named in a warning if it is above the project", async () => {
    const folder = await folderWith({ "atc.yaml": "feeBps: 3", "app/package.json": "{}", "app/data/x": "" });
    const { warnings, file } = await load({ cwd: join(folder, "app", "data") });
    expect(file).toBe(join(folder, "atc.yaml"));
    expect(warnings).toEqual([
      expect.stringContaining(`"${file}" is used, which is above the project "${join(folder, "app")}"`),
    ]);
    await writeFile(join(folder, "app", "atc.yaml"), "feeBps: 4");
    expect((await load({ cwd: join(folder, "app", "data") })).warnings).toEqual([]);
  });

  it("does not count as absent if it is a dangling link or a circle of links", async () => {
    const folder = await folderWith({ "a/x": "", "b/x": "" });
    await symlink("nowhere", join(folder, "a", "atc.yaml"));
    await errorOf(load({ cwd: join(folder, "a") }), "ATC_NOT_FOUND");
    await symlink("atc.yml", join(folder, "b", "atc.yml"));
    await errorOf(load({ cwd: join(folder, "b") }), "ATC_IO");
  });
});

describe("the keys __proto__ and constructor", () => {
  it.each(["__proto__", "constructor", "toString", "hasOwnProperty"])("%s is not a key of any layer", async (key) => {
    const cwd = await folderWith({ "atc.yaml": `${key}: 1` });
    expect((await errorOf(load({ cwd }))).message).toContain(`"${key}"`);
    const object: unknown = JSON.parse(`{"${key}": 1}`);
    expect((await errorOf(load({ cwd: dirname(cwd), object }))).message).toContain(`"${key}"`);
    const flags = object as Readonly<Record<string, unknown>>;
    expect((await errorOf(load({ file: false, flags }))).details["faults"]).toHaveLength(1);
  });
});

describe.skipIf(!isRoot)("createTrust", () => {
  it("accepts a path that does not exist, below a trusted folder", async () => {
    const folder = await folderWith({});
    const trust = createTrust({ env: {}, cwd: folder });
    trust.check(join(folder, "none", "at", "all"), "a test");
    await mkdir(join(folder, "open"));
    await chmod(join(folder, "open"), 0o777);
    expect(() => trust.check(join(folder, "open", "none"), "a test")).toThrow(/which leads to it/);
  });
});
