import type { Redis } from "ioredis";

/**
 * Commands that write small records to a server which may be full. A full server refuses a command that needs memory,
 * and runs one that frees some; a script that began to write may continue. So each record is deleted before it is
 * written: workers stay registered and runs are reported however long the server is full. Tasks are not written this
 * way, so they cannot fill it further.
 */
export interface FullServerCommands {
  /** Writes a field of a hash, and removes others. */
  setField(key: string, field: string, value: string, removed?: readonly string[]): Promise<void>;
  /** Adds a member to a set. */
  addMember(key: string, member: string): Promise<void>;
  /** Writes a text that expires after some milliseconds. */
  setText(key: string, value: string, ttlMs: number): Promise<void>;
}

const setField = "redis.call('HDEL', KEYS[1], ARGV[1], unpack(ARGV, 3)) redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])";
const addMember = "redis.call('SREM', KEYS[1], ARGV[1]) redis.call('SADD', KEYS[1], ARGV[1])";
const setText = "redis.call('DEL', KEYS[1]) redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])";

/** The commands over a client. */
export function fullServerCommands(client: Redis): FullServerCommands {
  return {
    async setField(key, field, value, removed = []) {
      await client.eval(setField, 1, key, field, value, ...removed);
    },
    async addMember(key, member) {
      await client.eval(addMember, 1, key, member);
    },
    async setText(key, value, ttlMs) {
      await client.eval(setText, 1, key, value, ttlMs);
    },
  };
}
