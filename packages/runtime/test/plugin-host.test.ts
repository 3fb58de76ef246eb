import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { AtcError } from "@atc/contract";
import { isAtcError } from "@atc/contract";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nearestPackageJson } from "../src/plugins/installed-plugins.ts";
import type { InstalledPluginHost } from "../src/plugins/plugin-host.ts";
import { createPluginHost } from "../src/plugins/plugin-host.ts";

let project: string;
let warnings: string[];

beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), "atc-host-"));
  warnings = [];
});
afterEach(() => rm(project, { recursive: true, force: true }));

/** A codec that adds `by` to each byte. */
const source = (name: string, by: number): string => `
export default [{ kind: "codec", name: "${name}", create: () => ({
  name: "${name}", extension: ".${name}",
  encode: (bytes) => bytes.map((byte) => byte + 1),
  decode: (bytes) => bytes.map((byte) => byte - ${by}),
  decodedLength: (bytes) => bytes.length,
}) }];`;

async function install(
  packageName: string,
  code: string,
  plugins: readonly object[],
  members: object = {},
): Promise<void> {
  const directory = join(project, "node_modules", packageName);
  await mkdir(directory, { recursive: true });
  const manifest = {
    name: packageName,
    version: "1.2.3",
    type: "module",
    exports: { ".": { default: "./index.js" }, "./package.json": "./package.json" },
    atc: { plugins },
  };
  await writeFile(join(directory, "package.json"), JSON.stringify({ ...manifest, ...members }));
  await writeFile(join(directory, "index.js"), code);
}

async function host(dependencies: readonly string[], extra: readonly string[] = []): Promise<InstalledPluginHost> {
  const packageJson = join(project, "package.json");
  await writeFile(
    packageJson,
    JSON.stringify({ name: "user", dependencies: Object.fromEntries(dependencies.map((name) => [name, "1.2.3"])) }),
  );
  return hostOf(packageJson, extra);
}

/** A host over the dependencies of one package.json, for a user in its folder. */
function hostOf(packageJson: string, extra: readonly string[] = []): InstalledPluginHost {
  const folder = dirname(packageJson);
  const search = {
    roots: [{ packageJson, extra }],
    folders: [folder],
    target: { folder, isGlobal: false },
    shell: { cwd: folder, env: {} },
  };
  return createPluginHost({ search, warn: (message) => warnings.push(message) });
}

async function codeOf(action: Promise<unknown>): Promise<AtcError | undefined> {
  try {
    await action;
    return undefined;
  } catch (error) {
    if (isAtcError(error)) return error;
    throw error;
  }
}

describe("createPluginHost", () => {
  it("finds a codec of a dependency and imports only the package that is used", async () => {
    await install("codec-one", source("one", 1), [{ kind: "codec", name: "one" }]);
    await install("codec-bomb", "throw new Error('imported');", [{ kind: "codec", name: "bomb" }]);
    const codec = await (await host(["codec-one", "codec-bomb"])).find("codec", "one");
    expect([...codec.decode(codec.encode(Uint8Array.of(1, 2, 3)))]).toEqual([1, 2, 3]);
  });

  it("finds a package that does not export its package.json", async () => {
    await install("closed", source("one", 1), [{ kind: "codec", name: "one" }], {
      exports: { ".": { default: "./index.js" } },
    });
    expect((await (await host(["closed"])).find("codec", "one")).name).toBe("one");
  });

  it("finds packages named under plugins that are not dependencies", async () => {
    await install("elsewhere", source("one", 1), [{ kind: "codec", name: "one" }]);
    expect((await (await host([], ["elsewhere"])).find("codec", "one")).name).toBe("one");
  });

  it("shows the folders that were searched and the command that installs a package of ours", async () => {
    const error = await codeOf((await host([])).find("codec", "zstd"));
    expect(error?.code).toBe("ATC_MISSING_PLUGIN");
    expect(error?.message).toMatch(/; install it with: npm i @atc\/codec-zstd$/);
    expect(error?.message).toContain(`searched: ${project}`);
    expect(error?.details).toMatchObject({ searched: [project], install: "npm i @atc/codec-zstd" });
  });

  it("suggests the nearest name and lists what is installed", async () => {
    await install("codec-one", source("quickpack", 1), [{ kind: "codec", name: "quickpack" }]);
    const error = await codeOf((await host(["codec-one"])).find("codec", "quikpack"));
    expect(error?.code).toBe("ATC_MISSING_PLUGIN");
    expect(error?.message).toContain('did you mean "quickpack"');
    expect(error?.message).toContain("installed: quickpack");
  });

  it("refuses two packages that provide one name, unless the configuration names one", async () => {
    await install("left", source("one", 1), [{ kind: "codec", name: "one" }]);
    await install("right", source("one", 1), [{ kind: "codec", name: "one" }]);
    const error = await codeOf((await host(["left", "right"])).find("codec", "one"));
    expect(error?.code).toBe("ATC_INVALID_CONFIG");
    expect(error?.message).toContain("left and right");
    expect((await (await host(["left", "right"], ["right"])).find("codec", "one")).name).toBe("one");
  });

  it.each([
    ["throws when imported", "throw new Error('no GPU');", "no GPU"],
    [
      "throws when created",
      `export default [{ kind: "codec", name: "one", create() { throw new Error("no licence"); } }];`,
      "no licence",
    ],
    ["does not list what package.json promises", "export default [];", "does not list it"],
    [
      "creates something of another name",
      source("one", 1).replace('name: "one", extension', 'name: "two", extension'),
      'is named "two"',
    ],
    ["does not restore what it encoded", source("one", 2), "does not give back"],
  ])("refuses a plugin that %s", async (_, code, words) => {
    await install("bad", code, [{ kind: "codec", name: "one" }]);
    const error = await codeOf((await host(["bad"])).find("codec", "one"));
    expect(error?.code).toBe("ATC_UNSUPPORTED");
    expect(error?.message).toContain(words);
    expect(error?.message).toContain("bad");
  });

  it("ends the message about an unknown name with one sentence", async () => {
    const error = await codeOf((await host([])).find("codec", "quikpack"));
    expect(error?.message).toBe(
      `no installed package provides the codec "quikpack" (none is installed; searched: ${project}); a package of your own is found if it is a dependency or named under "plugins"`,
    );
  });

  it("refuses an option that the manifest does not declare, and suggests the nearest one", async () => {
    const options = { level: "0 to 9", speed: "1 to 3" };
    await install("codec-one", source("one", 1), [{ kind: "codec", name: "one", options }]);
    const one = await host(["codec-one"]);
    expect((await one.find("codec", "one", { level: 5 })).name).toBe("one");
    const error = await codeOf(one.find("codec", "one", { level: 5, levle: 6 }));
    expect(error?.code).toBe("ATC_INVALID_ARGUMENT");
    expect(error?.message).toBe(
      'the codec "one" has no option "levle"; did you mean "level"? Its options: level, speed',
    );
  });

  it("refuses every option of a plugin that declares none, and allows any with *", async () => {
    await install("codec-one", source("one", 1), [{ kind: "codec", name: "one" }]);
    await install("codec-two", source("two", 1), [{ kind: "codec", name: "two", options: { "*": "any" } }]);
    const both = await host(["codec-one", "codec-two"]);
    const error = await codeOf(both.find("codec", "one", { level: 5 }));
    expect(error?.code).toBe("ATC_INVALID_ARGUMENT");
    expect(error?.message).toContain("declares no options");
    expect((await both.find("codec", "one", { level: undefined })).name).toBe("one");
    expect((await both.find("codec", "two", { level: 5 })).name).toBe("two");
  });

  it("reports the packages under plugins that are not installed or have no plugin", async () => {
    await install("codec-one", source("one", 1), [{ kind: "codec", name: "one" }]);
    await install("plain", "", [], { atc: undefined });
    const named = await host([], ["codec-one", "plain", "nonexistent-of-mine", "codec-zst"]);
    const faults = await named.faults();
    expect(faults.map(({ code, details }) => [code, details["name"] ?? details["value"]])).toEqual([
      ["ATC_INVALID_CONFIG", "plain"],
      ["ATC_MISSING_PLUGIN", "nonexistent-of-mine"],
      ["ATC_MISSING_PLUGIN", "codec-zst"],
    ]);
    expect(faults[1]?.message).toContain("check the name, or install it with: npm i nonexistent-of-mine");
    expect(faults[2]?.message).toContain('did you mean "@atc/codec-zstd"?');
    expect(faults[2]?.message).toMatch(/install the package with: npm i @atc\/codec-zstd$/);
    expect(await (await host([], ["codec-one"])).faults()).toEqual([]);
  });

  it("passes on each warning once", async () => {
    const one = await host([]);
    one.warn("slow disk");
    one.warn("slow disk");
    expect(warnings).toEqual(["slow disk"]);
  });

  it("ignores malformed manifests", async () => {
    await install("odd", source("one", 1), [], { atc: { plugins: "codec" } });
    expect(await (await host(["odd", "not-installed"])).installed()).toEqual([]);
  });
});

describe("nearestPackageJson", () => {
  it("looks upwards", async () => {
    await host([]);
    const deep = join(project, "a", "b");
    await mkdir(deep, { recursive: true });
    expect(await nearestPackageJson(deep)).toBe(join(project, "package.json"));
  });
});

describe("a product", () => {
  const kinds = ["codec", "block-codec", "byte-store", "array-store", "source", "table-writer", "executor"] as const;
  it.each(kinds.flatMap((kind) => [[kind, "undefined"] as const, [kind, "({})"] as const]))(
    "of the kind %s that is %s is ATC_UNSUPPORTED and names the package",
    async (kind, made) => {
      const code = `export default [{ kind: "${kind}", name: "odd", create: () => ${made} }];`;
      await install("odd-plugin", code, [{ kind, name: "odd" }]);
      const error = await codeOf((await host(["odd-plugin"])).find(kind, "odd"));
      expect(error?.code).toBe("ATC_UNSUPPORTED");
      expect(error?.message).toContain(`the package odd-plugin provides the ${kind} "odd"`);
    },
  );
});

it.each(["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"])(
  "a package that was renamed is an error with the present name (%s)",
  async (section) => {
    const packageJson = join(project, "package.json");
    await writeFile(packageJson, JSON.stringify({ [section]: { "@atc/filter-numeric": "1.0.0" } }));
    const error = await codeOf(hostOf(packageJson).find("codec", "numeric"));
    expect(error?.code).toBe("ATC_INVALID_CONFIG");
    expect(error?.message).toContain("npm uninstall @atc/filter-numeric && npm i @atc/codec-numeric");
    expect(error?.message).toContain(packageJson);
  },
);

describe("a folder of global packages", () => {
  /** A host over every package in `node_modules`. */
  function globalHost(extra: readonly string[] = []): InstalledPluginHost {
    const search = {
      roots: [{ packageJson: join(project, "package.json"), extra, isFolder: true }],
      folders: [join(project, "node_modules")],
      target: { folder: project, isGlobal: true },
      shell: { cwd: project, env: {} },
    };
    return createPluginHost({ search, warn: (message) => warnings.push(message) });
  }

  it("has the plugins of all its packages, with and without a scope", async () => {
    await install("codec-one", source("one", 1), [{ kind: "codec", name: "one" }]);
    await install("@mine/codec-two", source("two", 1), [{ kind: "codec", name: "two" }]);
    await install("npm", "", [], { atc: undefined });
    await mkdir(join(project, "node_modules", ".bin"));
    await writeFile(join(project, "node_modules", ".package-lock.json"), "{}");
    expect((await globalHost().installed()).map(({ packageName }) => packageName).sort()).toEqual([
      "@mine/codec-two",
      "codec-one",
    ]);
  });

  it("may hold packages that this user must not read, unless their plugins are wanted", async (context) => {
    await install("codec-one", source("one", 1), [{ kind: "codec", name: "one" }]);
    await install("secret", "", []);
    const file = join(project, "node_modules", "secret", "package.json");
    await chmod(file, 0);
    if (
      await readFile(file).then(
        () => true,
        () => false,
      )
    )
      return context.skip("root may read everything");
    expect((await globalHost().find("codec", "one")).name).toBe("one");
    expect((await codeOf(globalHost(["secret"]).installed()))?.message).toContain(file);
  });
});
