import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import { main } from "../src/index.ts";

/** What a command gave. */
export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** `stdout` as JSON. */
  json<Value = Record<string, unknown>>(): Value;
}

/** A folder to work in; disposing deletes it. */
export interface Workshop extends AsyncDisposable {
  readonly path: string;
  /** Writes a file into it and returns its path. */
  file(name: string, content: string | Uint8Array): Promise<string>;
  /** Makes packages of ours its dependencies, as `pnpm add` would. */
  install(...names: string[]): Promise<void>;
  /** Runs `atc` in it. */
  atc(...args: string[]): Promise<Run>;
  /** Every file below `.cache`, for tests that nothing was left. */
  cached(): Promise<readonly string[]>;
}

function collect(): { stream: PassThrough; text: () => string } {
  const stream = new PassThrough();
  const pieces: string[] = [];
  stream.on("data", (piece: Buffer) => pieces.push(piece.toString()));
  return { stream, text: () => pieces.join("") };
}

/** Runs `atc` in this process. */
export async function runAtc(
  cwd: string,
  args: readonly string[],
  env: Record<string, string> = {},
  program?: string,
): Promise<Run> {
  const stdout = collect();
  const stderr = collect();
  const signal = new AbortController().signal;
  const code = await main(args, { stdout: stdout.stream, stderr: stderr.stream, cwd, env, program, signal });
  const text = stdout.text();
  return { code, stdout: text, stderr: stderr.text(), json: () => JSON.parse(text) };
}

/** Makes a folder to work in. */
export async function workshop(): Promise<Workshop> {
  const path = await mkdtemp(join(tmpdir(), "atc-cli-"));
  return {
    path,
    async file(name, content) {
      const file = join(path, name);
      await writeFile(file, content);
      return file;
    },
    async install(...names) {
      await mkdir(join(path, "node_modules", "@atc"), { recursive: true });
      for (const name of names)
        await symlink(
          fileURLToPath(new URL(`../../${name}`, import.meta.url)),
          join(path, "node_modules", "@atc", name),
          "junction",
        );
      const dependencies = Object.fromEntries(names.map((name) => [`@atc/${name}`, "*"]));
      await writeFile(join(path, "package.json"), JSON.stringify({ name: "shop", dependencies }));
    },
    atc: (...args) => runAtc(path, args),
    async cached() {
      const folder = join(path, ".cache");
      if (!existsSync(folder)) return [];
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1));
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

/** The built command, for tests that need a process of its own. */
export const bin: string = fileURLToPath(new URL("../dist/bundle/bin.js", import.meta.url));

/** A file of real market data, and whether it is here. */
export function sharedFile(name: string): { readonly path: string; readonly present: boolean } {
  const path = fileURLToPath(new URL(`../../../../shared/${name}`, import.meta.url));
  return { path, present: existsSync(path) };
}

/** A CSV of hourly bars of some symbols: a seeded walk around 100. */
export function barsCsv(symbols: readonly string[], bars: number): string {
  let state = 12_345;
  const next = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const prices = symbols.map(() => 100);
  const lines = ["symbol,timestamp,open,high,low,close,volume"];
  for (let bar = 0; bar < bars; bar++) {
    const time = new Date(Date.UTC(2020, 0, 1) + bar * 3_600_000).toISOString();
    symbols.forEach((symbol, i) => {
      const open = prices[i] as number;
      const close = Math.max(open * (1 + (next() - 0.5) * 0.02), 1);
      prices[i] = close;
      lines.push(
        `${symbol},${time},${open},${Math.max(open, close)},${Math.min(open, close)},${close},${Math.round(next() * 1000)}`,
      );
    });
  }
  return `${lines.join("\n")}\n`;
}
