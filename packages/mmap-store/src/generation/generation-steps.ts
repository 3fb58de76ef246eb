import { AtcError, type DatasetManifest, fromSystemError, type JsonObject, type PublishFacts } from "@atc/contract";
import { datasetManifest } from "../manifest/manifest.ts";
import type { GenerationFiles } from "./generation-files.ts";
import { type GenerationPlan, type LockedDirectory, storedManifest } from "./generation-plan.ts";
import { publishFiles } from "./publication.ts";

/**
 * The steps of a writer or a layout. They run one after the other, and none runs after the generation is published or
 * aborted, or its lock is released.
 */
export interface GenerationSteps {
  /** Throws ATC_CLOSED if no step may follow, or the disk error of an earlier step. */
  check(): void;
  /** Runs a step after the earlier ones have settled. */
  inOrder<T>(step: () => Promise<T>): Promise<T>;
  /** Runs a step that uses the disk. Its error ends all further steps. `what` is the verb of the error's message. */
  onDisk<T>(what: string, step: () => Promise<T>): Promise<T>;
  /** Calls `finish`, which throws if rows are missing, then publishes the files. */
  publish(
    attributes: JsonObject | undefined,
    facts: PublishFacts | undefined,
    finish: () => Promise<void>,
  ): Promise<DatasetManifest>;
  /** Removes the files. Does nothing after `publish` or an earlier `abort`. */
  abort(): Promise<void>;
}

/** The remedy of disk errors. */
export const diskRemedy = "check the disk and its permissions";

/** The steps of one generation whose files are in the directory `temporary`. */
export function generationSteps(
  { directory, lock }: LockedDirectory,
  plan: GenerationPlan,
  files: GenerationFiles,
  temporary: string,
): GenerationSteps {
  let isClosed = false;
  let failure: AtcError | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  const inOrder = <T>(step: () => Promise<T>): Promise<T> => {
    const result = queue.then(step);
    queue = result.catch(() => undefined);
    return result;
  };
  const check = (): void => {
    if (isClosed || lock.isReleased())
      throw new AtcError("ATC_CLOSED", `the writer of dataset "${lock.name}" is closed`);
    if (failure !== undefined) throw failure;
  };
  const onDisk = async <T>(what: string, step: () => Promise<T>): Promise<T> => {
    try {
      return await step();
    } catch (error) {
      failure = fromSystemError(error, `cannot ${what} dataset "${lock.name}" in "${directory}"`, diskRemedy);
      throw failure;
    }
  };
  return {
    check,
    inOrder,
    onDisk,
    publish: (attributes = plan.attributes, { timeIs = plan.timeIs } = {}, finish) =>
      inOrder(async () => {
        check();
        await finish();
        const stored = { attributes: storedAttributes(attributes), timeIs };
        const { name, token, keep } = lock;
        const publication = { name, directory, temporary, token, keep, files, base: plan.base };
        const manifest = await onDisk("publish", () =>
          publishFiles(publication, (generation) => storedManifest(plan, files, generation, stored)),
        );
        isClosed = true;
        await files.discard();
        return datasetManifest(lock.name, manifest);
      }),
    abort: () =>
      inOrder(async () => {
        if (isClosed) return;
        isClosed = true;
        await files.discard();
      }),
  };
}

/** A copy that has passed through JSON, so that its checksum is the same when it is read again. */
function storedAttributes(attributes: JsonObject): JsonObject {
  try {
    return JSON.parse(JSON.stringify(attributes)) as JsonObject;
  } catch (cause) {
    throw new AtcError("ATC_INVALID_ARGUMENT", `the attributes of a dataset must be plain JSON: ${String(cause)}`, {
      cause,
    });
  }
}
