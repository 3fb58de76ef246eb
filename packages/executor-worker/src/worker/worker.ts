/** The entry of worker threads, which piscina loads from `dist`. */
import { MessageChannel, parentPort, threadId, workerData } from "node:worker_threads";
import { isTransferred } from "@atc/contract";
import { type PortableError, type ProgressThrottle, throttleProgress, toPortableError } from "@atc/plugin-kit";
import { createFlagContext } from "../cancellation/flag-context.ts";
import { setStarted } from "../cancellation/task-flags.ts";
import { movableBuffers } from "../tasks/movable-buffers.ts";
import { createTaskModules } from "../tasks/task-modules.ts";
import type { WorkerCall, WorkerPorts, WorkerProgress, WorkerReply, WorkerStart } from "./worker-message.ts";

const modules = createTaskModules();
const silent: ProgressThrottle = { report: () => undefined, flush: () => undefined };

const replies = new MessageChannel();
const progress = new MessageChannel();
const ports: WorkerPorts = { threadId, replies: replies.port2, progress: progress.port2 };
parentPort?.postMessage(ports, [ports.replies, ports.progress]);

/** Runs one task, sends its progress and reply, and returns the id of its thread. */
export async function run(call: WorkerCall): Promise<number> {
  const { flags }: WorkerStart = workerData;
  const { id, slot, input } = call;
  setStarted(flags, slot);
  const throttle = call.progress
    ? throttleProgress((report) => progress.port1.postMessage({ id, progress: report } satisfies WorkerProgress))
    : silent;
  const context = createFlagContext(flags, slot, throttle.report);
  try {
    const result = await modules.run(call, input, context);
    throttle.flush();
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

/** Disposes the modules of this thread. Returns the error, if any. */
export async function close(): Promise<PortableError | undefined> {
  try {
    await modules.dispose();
    return undefined;
  } catch (error) {
    return toPortableError(error);
  }
}
