import { MessageChannel, type MessagePort, threadId } from "node:worker_threads";
import { expect, it, vi } from "vitest";
import { createPortRegistry } from "../src/pool/worker-ports.ts";

/** A port with the methods of the web only, as Deno's ports that came with a message. */
function webPort(port: MessagePort): MessagePort {
  for (const name of ["on", "once", "off", "unref"]) Object.defineProperty(port, name, { value: undefined });
  return port;
}

it("passes progress, takes replies and notices the end over ports of the web", async () => {
  const replies = new MessageChannel();
  const progress = new MessageChannel();
  const onProgress = vi.fn();
  const ports = createPortRegistry(onProgress);
  ports.add({ threadId, replies: webPort(replies.port2), progress: webPort(progress.port2) });
  progress.port1.postMessage("first");
  await vi.waitFor(() => expect(onProgress).toHaveBeenCalledWith("first"));
  progress.port1.postMessage("second");
  replies.port1.postMessage({ kind: "value", value: 3 });
  expect(ports.takeReply(threadId)).toEqual({ kind: "value", value: 3 });
  expect(onProgress).toHaveBeenLastCalledWith("second");
  progress.port1.close();
  await vi.waitFor(() => expect(ports.has(threadId)).toBe(false));
});
