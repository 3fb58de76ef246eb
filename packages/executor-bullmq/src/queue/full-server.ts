import type { Redis } from "ioredis";
import { isServerFull } from "../connection/connection-faults.ts";

/**
 * Commands that write small records to a server which may be full. A full server refuses a command that needs memory,
 * and runs one that frees some; a script that began to write may continue. So a record that is refused is deleted by a
 * script and written again: workers stay registered and runs are reported however long the server is full. Tasks are
 * not written this way, so they cannot fill it further.
 */
export interface FullServerCommands {
  /** Writes a field of a hash. */
  setField(key: string, field: string, value: string): Promise<void>;
  /** Adds a member to a set. */
  addMember(key: string, member: string): Promise<void>;
  /** Writes a text that expires after some milliseconds. */
  setText(key: string, value: string, ttlMs: number): Promise<void>;
}

const setField = "redis.call('HDEL', KEYS[1], ARGV[1]) redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])";
const addMember = "redis.call('SREM', KEYS[1], ARGV[1]) redis.call('SADD', KEYS[1], ARGV[1])";
const setText = "redis.call('DEL', KEYS[1]) redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])";

/** Writes plainly, which costs the server a tenth of a script, and by a script if the server is full. */
async function written(plain: Promise<unknown>, script: () => Promise<unknown>): Promise<void> {
  try {
    await plain;
  } catch (error) {
    if (!isServerFull(error)) throw error;
    await script();
  }
}

/** The commands over a client. */
export function fullServerCommands(client: Redis): FullServerCommands {
  return {
    setField: (key, field, value) =>
      written(client.hset(key, field, value), () => client.eval(setField, 1, key, field, value)),
    addMember: (key, member) => written(client.sadd(key, member), () => client.eval(addMember, 1, key, member)),
    setText: (key, value, ttlMs) =>
      written(client.set(key, value, "PX", ttlMs), () => client.eval(setText, 1, key, value, ttlMs)),
  };
}
