import { MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { WorkerPorts, WorkerProgress, WorkerReply } from "../worker/worker-message.ts";

/** The ports of all running workers. */
export interface PortRegistry {
  /** Adds the ports of a starting worker. */
  add(ports: WorkerPorts): void;
  /** Whether a thread has started and not ended. */
  has(threadId: number): boolean;
  /** Delivers pending progress of a thread, then takes its reply; undefined if the reply cannot be read. */
  takeReply(threadId: unknown): WorkerReply | undefined;
}

/** A registry that passes progress to `onProgress`. Its ports do not keep the process alive. */
export function createPortRegistry(onProgress: (message: WorkerProgress) => void): PortRegistry {
  const all = new Map<unknown, WorkerPorts>();
  return {
    add(ports) {
      const { threadId, replies, progress } = ports;
      all.set(threadId, ports);
      // Deno's ports that came with a message have the methods of the web only.
      const events: EventTarget & { unref?(): void } = progress;
      events.addEventListener("message", (event) => onProgress((event as MessageEvent).data));
      events.addEventListener("close", () => {
        all.delete(threadId);
        replies.close();
      });
      progress.start();
      events.unref?.();
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

/** Distinguishes a worker's ports from messages that tasks post to the parent themselves. */
export function isWorkerPorts(message: unknown): message is WorkerPorts {
  if (typeof message !== "object" || message === null || !("replies" in message && "progress" in message)) return false;
  return message.replies instanceof MessagePort && message.progress instanceof MessagePort;
}
