import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Executor, isAtcError, type SubmitOptions } from "@atc/contract";

const { url } = import.meta;

/** The compiled module of tasks that `executorCases` runs, and the package whose tasks they are. */
export const executorTasks: {
  /** The package, before the `#` of each reference. */
  readonly package: string;
  /** The file URL of the compiled module. */
  readonly url: string;
} = {
  package: "@atc/testing",
  url: new URL(url.endsWith(".ts") ? "../../dist/executors/executor-tasks.js" : "./executor-tasks.js", url).href,
};

/** An executor, and a folder for what its tasks leave behind. */
interface Stage {
  /** The executor. */
  readonly executor: Executor;
  /** An empty folder that is removed after the law. */
  readonly folder: string;
  /** Runs one of {@link executorTasks}. */
  run<Output>(name: string, input?: unknown, options?: SubmitOptions): Promise<Output>;
}

/** A law over one executor. */
export type ExecutorLaw = (stage: Stage) => Promise<void>;

/** Sets the stage, tries the law, and clears up. */
export async function play(create: () => Executor | Promise<Executor>, law: ExecutorLaw): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "atc-executor-"));
  const executor = await create();
  try {
    await law({
      executor,
      folder,
      run: (name, input, options) =>
        executor.submit({ task: `${executorTasks.package}#${name}`, version: 1 }, input, options),
    });
  } finally {
    await executor[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  assert.fail("it did not reject");
}

/** Checks that a promise rejects with an AtcError of `code`. */
export async function refuses(promise: Promise<unknown>, code: string, message: RegExp = /./): Promise<void> {
  await assert.rejects(promise, { name: "AtcError", code, message });
}

/** Checks that a promise rejects with ATC_ABORTED and the signal's reason. */
export async function aborted(promise: Promise<unknown>, reason: unknown): Promise<void> {
  const error = await rejection(promise);
  assert.ok(isAtcError(error, "ATC_ABORTED"), `not ATC_ABORTED but ${String(error)}`);
  assert.equal(error.cause, reason);
}

/** The text of a file; empty where there is none. */
export async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return "";
  }
}
