import { setTimeout as delay } from "node:timers/promises";
import { type Job, type Processor, Worker, type WorkerOptions } from "bullmq";
import type { Redis } from "ioredis";
import { isServerFull } from "../connection/connection-faults.ts";

/** Milliseconds until a refused task is asked for again; well below the shortest lock. */
const refusedMs = 200;

/** What a {@link patientWorker} needs besides BullMQ's options. */
export interface PatientWorkerOptions extends Omit<WorkerOptions, "connection"> {
  readonly queue: string;
  readonly client: Redis;
  readonly processor: Processor;
}

class PatientWorker extends Worker {
  readonly #client: Redis;

  constructor({ queue, client, processor, ...options }: PatientWorkerOptions) {
    super(queue, processor, { ...options, connection: client });
    this.#client = client;
  }

  /** BullMQ asks again at once after a refusal, thousands of times per second. */
  protected override async moveToActive(token: string, name?: string): Promise<Job> {
    try {
      return await super.moveToActive(token, name);
    } catch (error) {
      await delay(refusedMs);
      throw error;
    }
  }

  /** BullMQ sets locks again, which a full server refuses. It allows to extend those that exist. */
  override async extendJobLocks(ids: string[], tokens: string[], ms: number): Promise<string[]> {
    try {
      return await super.extendJobLocks(ids, tokens, ms);
    } catch (error) {
      if (!isServerFull(error)) throw error;
      return await this.#extend(ids, tokens, ms);
    }
  }

  async #extend(ids: readonly string[], tokens: readonly string[], ms: number): Promise<string[]> {
    const lockOf = (id: string): string => this.toKey(`${id}:lock`);
    const holders = await this.#client.mget(ids.map(lockOf));
    const extended = await Promise.all(
      ids.map(async (id, i) => holders[i] === tokens[i] && (await this.#client.pexpire(lockOf(id), ms)) === 1),
    );
    const kept = ids.filter((_, i) => extended[i]);
    if (kept.length > 0) await this.#client.srem(this.toKey("stalled"), ...kept);
    return ids.filter((_, i) => !extended[i]);
  }
}

/**
 * A worker of BullMQ that keeps its tasks while the server is full: it finishes them, delivers what they return,
 * and takes more when the server allows.
 */
export function patientWorker(options: PatientWorkerOptions): Worker {
  return new PatientWorker(options);
}
