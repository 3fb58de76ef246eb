import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { errorOf, shop } from "./shop.ts";

/** Whether a shell is installed. */
const has = (shell: string): boolean => spawnSync(shell, ["-c", "exit 0"]).status === 0;

/** What bash proposes for the last of some words, or files for "(default)". */
async function proposed(...words: readonly string[]): Promise<readonly string[]> {
  const script = await shop.file("atc.bash", (await shop.atc("completion", "bash")).stdout);
  const line = `
    source "$0" || exit 9
    complete -p atc | grep -q -- "-o default -F _atc" || exit 8
    COMP_WORDS=(atc "$@"); COMP_CWORD=$#
    _atc; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { status, stdout, stderr } = spawnSync("bash", ["-uc", line, script, ...words], { encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
  return stdout.split("\n").filter((word) => word !== "");
}

describe.skipIf(!has("bash"))("atc completion bash (needs bash)", () => {
  it.each([
    [["ba"], ["backtest"]],
    [["data", "ex"], ["export"]],
    [["data", "--quiet", "re"], ["resample"]],
    [["backtest", "bars.csv", "--sym"], ["--symbols"]],
    [["data", "export", "d", "--out"], ["--output"]],
    [["backtest", "--no-use-c"], ["--no-use-compression"]],
    [["backtest", "--ema-l"], ["--ema-length"]],
    [
      ["backtest", "--robustness", ""],
      ["Narrow", "Medium", "Wide"],
    ],
    [["backtest", "--rebalance", "d"], ["daily"]],
    [
      ["backtest", "--weights", ""],
      ["equal", "inverseVolatility", "full"],
    ],
    [["data", "list", "--sym"], []],
    [["cache", "list", "--ki"], ["--kind"]],
    [["backtest", "ba"], []],
    [["completion", "x", "--he"], ["--help"]],
  ])("of %j proposes %j", async (words, wanted) => {
    expect(await proposed(...words)).toEqual(wanted);
  });

  it("proposes all commands at first", async () => {
    const help = (await shop.atc("--help")).stdout;
    const commands = [...help.matchAll(/^ {2}([a-z][a-z-]*) /gm)].map(([, name = ""]) => name);
    expect(await proposed("")).toEqual(commands.filter((name) => name !== "help"));
  });
});

it("the zsh script declares no parameter that zsh has for itself", async () => {
  const { stdout } = await shop.atc("completion", "zsh");
  expect(stdout).not.toMatch(/local[^\n]* (commands|options|path|functions|aliases|status)=/);
});

describe.each(["zsh", "fish"])("atc completion %s", (shell) => {
  it("has every command and option", async () => {
    const { code, stdout } = await shop.atc("completion", shell);
    expect(code).toBe(0);
    for (const word of ["backtest", "resample", "symbols", "help-config", "ema-length", "no-use-compression", "Medium"])
      expect(stdout).toContain(word);
  });

  it.skipIf(!has(shell))(`is read by ${shell} (needs ${shell})`, async () => {
    const script = await shop.file("script", (await shop.atc("completion", shell)).stdout);
    expect(spawnSync(shell, ["-n", script], { encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
    expect(script).toBe(join(shop.path, "script"));
  });
});

it("another shell is refused with those that there are", async () => {
  const run = await shop.atc("completion", "tcsh", "--json");
  expect([run.code, run.stdout]).toEqual([2, ""]);
  expect(errorOf(run).code).toBe("ATC_INVALID_ARGUMENT");
  expect((await shop.atc("completion", "tcsh")).stderr).toContain("bash, zsh, fish");
});
