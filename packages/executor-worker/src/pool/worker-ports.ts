import { MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { WorkerPorts, WorkerProgress, WorkerReply } from "../worker/worker-message.ts";

/** The ports of all living workers. */
export interface PortRegistry {
  /** Takes the ports of a worker that starts. */
  add(ports: WorkerPorts): void;
  /** Whether a thread has started, and not ended. */
  has(threadId: number): boolean;
  /** Delivers the progress that a thread has sent so far, then takes its reply; undefined where that could not be read. */
  takeReply(threadId: unknown): WorkerReply | undefined;
}

/** A registry that hands progress to `onProgress` as it comes. Its ports do not keep the process alive. */
export function createPortRegistry(onProgress: (message: WorkerProgress) => void): PortRegistry {
  const all = new Map<unknown, WorkerPorts>();
  return {
    add(ports) {
      const { threadId, replies, progress } = ports;
      all.set(threadId, ports);
      progress.on("message", onProgress);
      progress.on("close", () => {
        all.delete(threadId);
        replies.close();
      });
      progress.unref();
    },
    has: (threadId) => all.has(threadId),
    takeReply(threadId) {
      const ports = all.get(threadId);
      if (ports === undefined) return undefined;
      let late = receiveMessageOnPort(ports.progress);
      for (; late !== undefined; late = receiveMessageOnPort(ports.progress)) onProgress(late.message);
      try {
        return receiveMessageOnPort(ports.replies)?.message;
      } catch {
        return undefined;
      }
    },
  };
}

/** Tells a worker's ports from what a task may post to the parent by itself. */
export function isWorkerPorts(message: unknown): message is WorkerPorts {
  if (typeof message !== "object" || message === null || !("replies" in message && "progress" in message)) return false;
  return message.replies instanceof MessagePort && message.progress instanceof MessagePort;
}
