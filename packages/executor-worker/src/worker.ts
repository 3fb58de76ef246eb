/** The entry of a worker thread, which piscina loads; a file of its own in `dist`. */
import { parentPort, workerData } from "node:worker_threads";
import { isTransferred, type PortableError, toPortableError } from "@atc/contract";
import { cellContext, start } from "./cells.ts";
import { movableBuffers } from "./movable.ts";
import { type ProgressPace, paceProgress } from "./progress-pace.ts";
import { createTaskModules } from "./task-modules.ts";
import type { WorkerBirth, WorkerCall, WorkerMessage } from "./worker-message.ts";

const modules = createTaskModules();
const silent: ProgressPace = { report: () => undefined, flush: () => undefined };

/** Runs one task, and sends its progress and its reply. */
export async function run(call: WorkerCall): Promise<void> {
  const { cells }: WorkerBirth = workerData;
  const { id, place, input } = call;
  start(cells, place);
  const pace = call.progress
    ? paceProgress((progress) => post({ id, content: { kind: "progress", progress } }))
    : silent;
  const context = cellContext(cells, place, pace.report);
  try {
    const result = await modules.run(call, input, context);
    pace.flush();
    reply(id, result);
  } catch (error) {
    post({ id, content: { kind: "error", error: toPortableError(error) } });
  } finally {
    context.end();
  }
}

function reply(id: number, result: unknown): void {
  const { value, buffers } = isTransferred(result) ? result : { value: result, buffers: [] };
  try {
    post({ id, content: { kind: "value", value } }, movableBuffers(buffers));
  } catch (error) {
    post({ id, content: { kind: "uncloneable", error: toPortableError(error) } });
  }
}

function post(message: WorkerMessage, transfer: readonly ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}

/** Closes what the tasks of this thread left open. */
export async function close(): Promise<PortableError | undefined> {
  try {
    await modules.dispose();
    return undefined;
  } catch (error) {
    return toPortableError(error);
  }
}
