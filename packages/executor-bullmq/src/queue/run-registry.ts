import type { QueueRun } from "@atc/contract";
import type { Redis } from "ioredis";
import { isServerFull } from "../connection/connection-faults.ts";
import { fullServerCommands } from "./full-server.ts";
import { countOf, parseRecord, textOf } from "./json-record.ts";
import type { QueueNames } from "./names.ts";

/** A run with the time at which its submitter last wrote it, by the server's clock. */
interface StoredRun {
  readonly run: QueueRun;
  readonly writtenAt: number;
}

/** What the queue answers to the record of a run. */
interface RunReply {
  /** Whether the run is to end. */
  readonly isCancelled: boolean;
  /** Why the server refuses to write. One that is full has the record nevertheless. */
  readonly refusal: Error | undefined;
}

/** The runs of a queue. */
export interface RunRegistry {
  /** Writes the record of a run. */
  report(run: QueueRun): Promise<RunReply>;
  /** All runs, the newest first. */
  list(): Promise<readonly QueueRun[]>;
  /** Marks a run as one that is to end. Resolves to false if it is unknown. */
  cancel(id: string): Promise<boolean>;
  /** Forgets ended runs that were not written for some milliseconds. Resolves to their number. */
  clean(olderThanMs: number): Promise<number>;
}

const states: ReadonlySet<string> = new Set(["running", "done", "cancelled"]);

function runOf(text: unknown, now: number, silentMs: number): StoredRun | undefined {
  const record = parseRecord(text);
  if (record === undefined || textOf(record, "id") === "") return undefined;
  const writtenAt = countOf(record, "writtenAt");
  const state = textOf(record, "state");
  const isLost = state === "running" && now - writtenAt > silentMs;
  const run: QueueRun = {
    id: textOf(record, "id"),
    title: textOf(record, "title", 2000),
    host: textOf(record, "host"),
    pid: countOf(record, "pid"),
    startedAt: countOf(record, "startedAt"),
    state: isLost || !states.has(state) ? "lost" : (state as QueueRun["state"]),
    submitted: countOf(record, "submitted"),
    done: countOf(record, "done"),
    failed: countOf(record, "failed"),
    repeated: countOf(record, "repeated"),
    reused: countOf(record, "reused"),
    workers: countOf(record, "workers"),
    costMs: countOf(record, "costMs"),
  };
  return { run, writtenAt };
}

/** The runs of a queue; a running one that was not written for `silentMs` is lost. */
export function runRegistry(client: Redis, names: QueueNames, silentMs: number): RunRegistry {
  const { setField, addMember } = fullServerCommands(client);
  const now = async (): Promise<number> => {
    const [seconds, micros] = await client.time();
    return 1000 * Number(seconds) + Number(micros) / 1000;
  };
  async function read(): Promise<readonly StoredRun[]> {
    const [at, texts] = await Promise.all([now(), client.hvals(names.runs)]);
    return texts.flatMap((text) => runOf(text, at, silentMs) ?? []);
  }
  return {
    async report(run) {
      const writtenAt = await now();
      const text = JSON.stringify({ ...run, writtenAt });
      const replies = await client.pipeline().hset(names.runs, run.id, text).sismember(names.cancelled, run.id).exec();
      // A plain write shows whether the server takes new tasks.
      const refusal = replies?.[0]?.[0] ?? undefined;
      if (isServerFull(refusal)) await setField(names.runs, run.id, text);
      return { isCancelled: replies?.[1]?.[1] === 1, refusal };
    },
    async list() {
      return (await read()).map(({ run }) => run).sort((a, b) => (a.id < b.id ? 1 : -1));
    },
    async cancel(id) {
      if ((await client.hexists(names.runs, id)) === 0) return false;
      await addMember(names.cancelled, id);
      return true;
    },
    async clean(olderThanMs) {
      const at = await now();
      const old = (await read()).filter(
        ({ run, writtenAt }) => run.state !== "running" && at - writtenAt >= olderThanMs,
      );
      const ids = old.map(({ run }) => run.id);
      if (ids.length > 0)
        await client
          .pipeline()
          .hdel(names.runs, ...ids)
          .srem(names.cancelled, ...ids)
          .exec();
      return ids.length;
    },
  };
}
