import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { installLine, replaceLine } from "../src/plugins/install-line.ts";
import { installationPlaces } from "../src/plugins/installation-place.ts";
import { type PluginSearch, pluginSearch } from "../src/plugins/plugin-search.ts";

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "atc-line-"));
});
afterEach(() => rm(home, { recursive: true, force: true }));

/** Writes files below the home; a folder's name ends in a slash. */
async function make(...paths: readonly (string | readonly [path: string, text: string])[]): Promise<void> {
  for (const one of paths) {
    const [path, text] = typeof one === "string" ? [one, "{}"] : one;
    const file = join(home, path);
    await mkdir(path.endsWith("/") ? file : dirname(file), { recursive: true });
    if (!path.endsWith("/")) await writeFile(file, text);
  }
}

const shell = (folder: string, env: Record<string, string> = {}) => ({
  cwd: join(home, folder),
  env: { HOME: home, ...env },
});

/** The line for a package in a project of the home, pasted in `cwd`. */
function lineIn(project: string, cwd: string = project): string {
  return installLine(["@atc/codec-zstd"], { folder: join(home, project), isGlobal: false }, shell(cwd));
}

describe("the line that installs a package in a project", () => {
  it.each([
    ["package-lock.json", "npm i"],
    ["pnpm-lock.yaml", "pnpm add"],
    ["yarn.lock", "yarn add"],
    ["bun.lock", "bun add"],
    [".gitignore", "npm i"],
  ])("is that of the manager of %s: %s", async (lockfile, words) => {
    await make("p/package.json", `p/${lockfile}`, "p/.git/HEAD");
    expect(lineIn("p")).toBe(`${words} @atc/codec-zstd`);
  });

  it("follows the lockfile of a workspace, and packageManager before a lockfile", async () => {
    await make("w/pnpm-lock.yaml", "w/package.json", "w/packages/a/package.json");
    expect(lineIn("w/packages/a")).toBe("pnpm add @atc/codec-zstd");
    await make(["w/packages/a/package.json", '{"packageManager":"yarn@4.1.0"}']);
    expect(lineIn("w/packages/a")).toBe("yarn add @atc/codec-zstd");
  });

  it("does not follow a lockfile outside the repository", async () => {
    await make("yarn.lock", "p/package.json", "p/.git/HEAD");
    expect(lineIn("p")).toBe("npm i @atc/codec-zstd");
  });

  it("has the option of a workspace's top folder", async () => {
    await make("w/pnpm-lock.yaml", "w/pnpm-workspace.yaml", "w/package.json");
    expect(lineIn("w")).toBe("pnpm add -w @atc/codec-zstd");
    await make(["y/yarn.lock", "# yarn lockfile v1\n"], ["y/package.json", '{"workspaces":["packages/*"]}']);
    expect(lineIn("y")).toBe("yarn add -W @atc/codec-zstd");
  });

  it("changes the folder if the user is elsewhere, quoted for a shell", async () => {
    await make("it's here/package.json", "elsewhere/");
    const quoted = `'${join(home, "it's here").replace("'", "'\\''")}'`;
    expect(lineIn("it's here", "elsewhere")).toBe(`cd ${quoted} && npm i @atc/codec-zstd`);
  });

  it("replaces a package by another", async () => {
    await make("p/package.json", "p/pnpm-lock.yaml");
    const target = { folder: join(home, "p"), isGlobal: false };
    expect(replaceLine("@atc/a", "@atc/b", target, shell("p"))).toBe("pnpm remove @atc/a && pnpm add @atc/b");
  });
});

/** The search of a program that is called by `program`, with a configuration in `directory`. */
function searchOf(
  program: string,
  directory: string,
  cwd: string,
  env: Record<string, string> = {},
): Promise<PluginSearch> {
  return pluginSearch({
    directory: join(home, directory),
    shell: shell(cwd, env),
    extra: [],
    files: [join(home, program)],
    own: join(home, "own/package.json"),
  });
}

const lineOf = ({ target, shell: where }: PluginSearch): string => installLine(["@atc/codec-zstd"], target, where);

describe("a search for plugins", () => {
  it("covers the configuration's project, that of the working directory and the global packages of npm", async () => {
    await make("conf/package.json", "work/package.json", "pre/lib/node_modules/@atc/cli/bin/atc.js", "pre/bin/");
    await symlink("../lib/node_modules/@atc/cli/bin/atc.js", join(home, "pre/bin/atc"));
    const search = await searchOf("pre/bin/atc", "conf", "work");
    expect(search.folders).toEqual([join(home, "conf"), join(home, "work"), join(home, "pre/lib/node_modules")]);
    expect(search.roots.map(({ packageJson }) => packageJson).at(-1)).toBe(join(home, "own/package.json"));
    expect(lineOf(search)).toBe(`npm i -g --prefix ${join(home, "pre")} @atc/codec-zstd`);
  });

  it.each([
    ["the variable npm_config_prefix", async () => ({ npm_config_prefix: join(home, "pre") })],
    [
      "~/.npmrc",
      async () => {
        await make([".npmrc", "prefix=~/pre\n"]);
        return {};
      },
    ],
  ])("needs no --prefix if npm installs there by %s", async (_, prepare) => {
    await make("work/", "pre/lib/node_modules/@atc/cli/bin/atc.js");
    const env = await prepare();
    const search = await searchOf("pre/lib/node_modules/@atc/cli/bin/atc.js", "work", "work", env);
    expect(lineOf(search)).toBe("npm i -g @atc/codec-zstd");
  });

  it("covers a linked package where the link is", async () => {
    await make("pre/lib/node_modules/@atc/", "checkout/packages/cli/bin/atc.js");
    await symlink(join(home, "checkout/packages/cli"), join(home, "pre/lib/node_modules/@atc/cli"));
    const search = await searchOf("pre/lib/node_modules/@atc/cli/bin/atc.js", "checkout", "checkout");
    expect(search.folders).toEqual([join(home, "pre/lib/node_modules")]);
  });

  it("covers every global package of pnpm, which are kept apart", async () => {
    await make(
      "g/global/v11/1-a/package.json",
      "g/global/v11/2-b/package.json",
      "g/global/v11/0-former/package.json",
      "work/",
    );
    await make("g/global/v11/1-a/pnpm-lock.yaml");
    await make("g/store/v11/links/cli/node_modules/@atc/cli/bin/atc.js", "g/global/v11/1-a/node_modules/@atc/");
    for (const [hash, folder] of [
      ["aa", "1-a"],
      ["bb", "2-b"],
    ] as const)
      await symlink(folder, join(home, "g/global/v11", hash));
    await symlink(
      join(home, "g/store/v11/links/cli/node_modules/@atc/cli"),
      join(home, "g/global/v11/1-a/node_modules/@atc/cli"),
    );
    const search = await searchOf("g/global/v11/aa/node_modules/@atc/cli/bin/atc.js", "work", "work");
    const inStore = await searchOf("g/store/v11/links/cli/node_modules/@atc/cli/bin/atc.js", "work", "work");
    expect(inStore.folders).toEqual([]);
    expect(search.folders).toEqual(["aa", "bb"].map((hash) => join(home, "g/global/v11", hash)));
    expect(lineOf(search)).toBe("pnpm add -g @atc/codec-zstd");
  });

  it.each([
    [".config/yarn/global", "yarn global add @atc/codec-zstd"],
    [".bun/install/global", "bun add -g @atc/codec-zstd"],
    ["pnpm/global/5", "pnpm add -g @atc/codec-zstd"],
  ])("knows the global folder %s", async (folder, line) => {
    if (folder.startsWith("pnpm")) await make(`${folder}/pnpm-lock.yaml`);
    await make("work/package.json", `${folder}/package.json`, `${folder}/node_modules/@atc/cli/bin/atc.js`);
    const search = await searchOf(`${folder}/node_modules/@atc/cli/bin/atc.js`, "work", "work");
    expect([search.folders, lineOf(search)]).toEqual([[join(home, "work"), join(home, folder)], line]);
  });

  it("covers the project in which the program is installed, from a folder that is in no project", async () => {
    await make("p/package.json", "p/node_modules/@atc/cli/node_modules/@atc/runtime/index.js", "work/");
    const search = await searchOf("p/node_modules/@atc/cli/node_modules/@atc/runtime/index.js", "work", "work");
    expect(search.folders).toEqual([join(home, "p")]);
    expect(lineOf(search)).toBe(`cd ${join(home, "p")} && npm i @atc/codec-zstd`);
  });

  it("prefers the working directory's project for a line, and the cache of npx for none", async () => {
    await make(
      "_npx/1/package.json",
      "_npx/1/node_modules/@atc/cli/bin/atc.js",
      "conf/package.json",
      "work/package.json",
      "no/",
    );
    const program = "_npx/1/node_modules/@atc/cli/bin/atc.js";
    expect(lineOf(await searchOf(program, "conf", "work"))).toBe("npm i @atc/codec-zstd");
    const outside = await searchOf(program, "no", "no");
    expect([outside.folders, lineOf(outside)]).toEqual([[join(home, "_npx/1")], "npm i @atc/codec-zstd"]);
  });
});

describe("the places of a program", () => {
  it("are none in a checkout, for a missing file and for links in a circle", async () => {
    await make("checkout/packages/cli/bin/atc.js");
    expect(installationPlaces([join(home, "checkout/packages/cli/bin/atc.js"), join(home, "missing")])).toEqual([]);
    await symlink("b", join(home, "a"));
    await symlink("a", join(home, "b"));
    expect(installationPlaces([join(home, "a")])).toEqual([]);
  });
});
