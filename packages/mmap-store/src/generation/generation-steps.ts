import { AtcError, type DatasetManifest, fromSystemError, type JsonObject } from "@atc/contract";
import { datasetManifest } from "../manifest/manifest.ts";
import type { GenerationFiles } from "./generation-files.ts";
import { type GenerationPlan, type LockedDirectory, storedManifest } from "./generation-plan.ts";
import { publishFiles } from "./publication.ts";

/** What all who write a generation share: one step after the other, and none once it is published, aborted or its lock given back. */
export interface GenerationSteps {
  /** Throws ATC_CLOSED where no step may follow, or the disk's error that an earlier step met. */
  check(): void;
  /** Runs a step after those before it. */
  inOrder<T>(step: () => Promise<T>): Promise<T>;
  /** Does something on the disk, whose error ends all further steps. */
  onDisk<T>(what: string, step: () => Promise<T>): Promise<T>;
  /** Publishes what lies in the files. `finish` comes first: it throws where something is missing. */
  publish(attributes: JsonObject | undefined, finish: () => Promise<void>): Promise<DatasetManifest>;
  /** Removes the files; does nothing after `publish` or the first time. */
  abort(): Promise<void>;
}

/** What to do about an error of the disk. */
export const diskRemedy = "check the disk and its permissions";

/** The steps of one generation whose files lie in the directory `temporary`. */
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
      throw new AtcError("ATC_CLOSED", `the writer of dataset "${lock.name}" was closed before`);
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
    publish: (attributes = plan.attributes, finish) =>
      inOrder(async () => {
        check();
        await finish();
        const stored = storedAttributes(attributes);
        const publication = { name: lock.name, directory, temporary, token: lock.token, files, base: plan.base };
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

/** A copy as JSON gives it back, so that its checksum is the same when it is read. */
function storedAttributes(attributes: JsonObject): JsonObject {
  try {
    return JSON.parse(JSON.stringify(attributes)) as JsonObject;
  } catch (cause) {
    throw new AtcError("ATC_INVALID_ARGUMENT", `the attributes of a dataset must be plain JSON: ${String(cause)}`, {
      cause,
    });
  }
}
