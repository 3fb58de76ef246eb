import { setTimeout as delay } from "node:timers/promises";
import type { QueueWorker } from "@atc/contract";
import type { Redis } from "ioredis";
import { fullServerCommands } from "./full-server.ts";
import { countOf, parseRecord, textOf } from "./json-record.ts";
import type { QueueNames } from "./names.ts";

/** The workers of a queue, and what each of them runs. */
export interface WorkerRegistry {
  /** Registers a worker, or extends its registration. */
  announce(worker: QueueWorker): Promise<void>;
  /** Removes a worker. */
  withdraw(id: string): Promise<void>;
  /** The workers that announced themselves within the time to live. */
  list(): Promise<readonly QueueWorker[]>;
  /** Records that a slot of a worker has taken a task, and so finished the one before it. */
  hold(id: string, slot: number, job: string): Promise<void>;
  /** Records that slots of a worker have no task. */
  free(id: string, slots: readonly number[]): Promise<void>;
  /**
   * Number of workers that took a task and fell silent without finishing it. If a worker may have died since its last
   * announcement, this waits for the next one or for the end of its record.
   */
  deaths(job: string): Promise<number>;
}

/** Seconds after which the record of what a dead worker had taken expires. */
const heldSeconds = 86_400;

function workerOf(text: unknown): QueueWorker | undefined {
  const record = parseRecord(text);
  if (record === undefined) return undefined;
  const id = textOf(record, "id");
  const slots = countOf(record, "slots");
  if (id === "" || !Number.isSafeInteger(slots) || slots < 1 || slots > 1024) return undefined;
  return {
    id,
    host: textOf(record, "host"),
    pid: countOf(record, "pid"),
    slots,
    release: textOf(record, "release"),
    startedAt: countOf(record, "startedAt"),
    running: countOf(record, "running"),
    done: countOf(record, "done"),
    failed: countOf(record, "failed"),
  };
}

/** The registry of a queue, in which a worker is alive for `ttlMs` after it announced itself, by the server's clock. */
export function workerRegistry(client: Redis, names: QueueNames, ttlMs: number): WorkerRegistry {
  const { setField, setText, addMember } = fullServerCommands(client);
  async function alive(): Promise<ReadonlyMap<string, QueueWorker | undefined>> {
    const ids = await client.smembers(names.workers);
    if (ids.length === 0) return new Map();
    const texts = await client.mget(ids.map((id) => names.worker(id)));
    return new Map(ids.map((id, i) => [id, workerOf(texts[i])]));
  }
  async function isAlive(id: string): Promise<boolean> {
    let left = await client.pttl(names.worker(id));
    while (left > 0) {
      await delay(Math.min(left, ttlMs / 10));
      const now = await client.pttl(names.worker(id));
      if (now > left) return true;
      left = now;
    }
    return false;
  }
  return {
    async announce(worker) {
      await Promise.all([
        addMember(names.workers, worker.id),
        setText(names.worker(worker.id), JSON.stringify(worker), ttlMs),
        client.expire(names.held(worker.id), heldSeconds),
      ]);
    },
    async withdraw(id) {
      await client.pipeline().srem(names.workers, id).del(names.worker(id)).del(names.held(id)).exec();
    },
    async list() {
      const all = await alive();
      const silent = [...all].filter(([, worker]) => worker === undefined).map(([id]) => id);
      // One that held a task when it fell silent stays listed until the record of that expires.
      for (const id of silent) if ((await client.exists(names.held(id))) === 0) await client.srem(names.workers, id);
      return [...all.values()].flatMap((worker) => (worker === undefined ? [] : [worker]));
    },
    async hold(id, slot, job) {
      await setField(names.held(id), String(slot), job);
    },
    async free(id, slots) {
      await client.hdel(names.held(id), ...slots.map(String));
    },
    async deaths(job) {
      const holders = [];
      for (const id of await client.smembers(names.workers))
        if ((await client.hvals(names.held(id))).includes(job)) holders.push(id);
      const alive = await Promise.all(holders.map(isAlive));
      return alive.filter((one) => !one).length;
    },
  };
}
