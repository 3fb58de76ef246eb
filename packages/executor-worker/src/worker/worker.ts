/** The entry of a worker thread, which piscina loads; a file of its own in `dist`. */
import { MessageChannel, parentPort, threadId, workerData } from "node:worker_threads";
import { isTransferred } from "@atc/contract";
import { type PortableError, toPortableError } from "@atc/plugin-kit";
import { cellContext, start } from "../cancellation/cells.ts";
import { movableBuffers } from "../tasks/movable.ts";
import { type ProgressPace, paceProgress } from "../tasks/progress-pace.ts";
import { createTaskModules } from "../tasks/task-modules.ts";
import type { WorkerBirth, WorkerCall, WorkerPorts, WorkerProgress, WorkerReply } from "./worker-message.ts";

const modules = createTaskModules();
const silent: ProgressPace = { report: () => undefined, flush: () => undefined };

const replies = new MessageChannel();
const progress = new MessageChannel();
const ports: WorkerPorts = { threadId, replies: replies.port2, progress: progress.port2 };
parentPort?.postMessage(ports, [ports.replies, ports.progress]);

/** Runs one task, sends its progress and its reply, and says which thread did. */
export async function run(call: WorkerCall): Promise<number> {
  const { cells }: WorkerBirth = workerData;
  const { id, place, input } = call;
  start(cells, place);
  const pace = call.progress
    ? paceProgress((report) => progress.port1.postMessage({ id, progress: report } satisfies WorkerProgress))
    : silent;
  const context = cellContext(cells, place, pace.report);
  try {
    const result = await modules.run(call, input, context);
    pace.flush();
    reply(result);
  } catch (error) {
    post({ kind: "error", error: toPortableError(error) });
  } finally {
    context.end();
  }
  return threadId;
}

function reply(result: unknown): void {
  const { value, buffers } = isTransferred(result) ? result : { value: result, buffers: [] };
  try {
    post({ kind: "value", value }, movableBuffers(buffers));
  } catch (error) {
    post({ kind: "uncloneable", error: toPortableError(error) });
  }
}

function post(message: WorkerReply, transfer: readonly ArrayBuffer[] = []): void {
  replies.port1.postMessage(message, transfer);
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
