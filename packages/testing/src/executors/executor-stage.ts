import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Executor, isAtcError, type SubmitOptions } from "@atc/contract";

const { resolve } = createRequire(import.meta.url);

/** The compiled task module that {@link executorCases} runs, and the package of its tasks. */
export const executorTasks: {
  /** The package name, before the `#` of each reference. */
  readonly package: string;
  /** The file URL of the compiled module. */
  readonly url: string;
} = {
  package: "@atc/testing",
  get url() {
    return pathToFileURL(resolve("@atc/testing/executor-tasks")).href;
  },
};

/** An executor and a folder for its tasks' files. */
interface Stage {
  readonly executor: Executor;
  /** An empty folder, removed after the law. */
  readonly folder: string;
  /** Runs one of {@link executorTasks}. */
  run<Output>(name: string, input?: unknown, options?: SubmitOptions): Promise<Output>;
}

export type ExecutorLaw = (stage: Stage) => Promise<void>;

/** Creates an executor, tests the law and cleans up. */
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

/** Returns the reason with which a promise rejects. */
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

/** The text of a file; empty if there is none. */
export async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return "";
  }
}
