import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bullmqExecutor } from "../src/index.ts";
import { hasRedis, startRedis, type TestRedis } from "./redis-server.mjs";

const silent = { warn: () => undefined };
const rejection = async (promise: Promise<unknown>): Promise<Error & { code: string; details: object }> =>
  await promise.then(
    () => expect.fail("it did not reject"),
    (error: unknown) => error as Error & { code: string; details: object },
  );

/** A server that answers INFO with a text, and everything else with OK. */
async function fakeServer(info: string): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      for (const word of String(data)
        .toLowerCase()
        .match(/\r\n(info|hello|client|select|ping|auth)\r\n/g) ?? [])
        socket.write(word.includes("info") ? `$${info.length}\r\n${info}\r\n` : "+OK\r\n");
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return { server, url: `redis://127.0.0.1:${typeof address === "object" ? address?.port : 0}` };
}

describe("the address of a server", () => {
  it("is required, and must be one of Redis; no message has the password", async () => {
    expect(await rejection(bullmqExecutor({}, silent))).toMatchObject({ code: "ATC_INVALID_ARGUMENT" });
    for (const redis of ["http://:secret@127.0.0.1", "postgres://u:secret@127.0.0.1/x", "redis://"]) {
      const error = await rejection(bullmqExecutor({ redis }, silent));
      expect(error.code).toBe("ATC_INVALID_ARGUMENT");
      expect(error.message + JSON.stringify(error.details)).not.toContain("secret");
    }
    expect(await rejection(bullmqExecutor({ redis: "/no/such/file" }, silent))).toMatchObject({
      code: "ATC_NOT_FOUND",
    });
  });

  it("where no server listens is ATC_IO, with the address and without the password", async () => {
    const error = await rejection(bullmqExecutor({ redis: "redis://user:secret@127.0.0.1:1/2" }, silent));
    expect(error.code).toBe("ATC_IO");
    expect(error.message).toContain("redis://127.0.0.1:1/2");
    expect(`${error.message}${error.stack}${JSON.stringify(error)}`).not.toContain("secret");
  });

  it("may be in a file", async () => {
    const folder = mkdtempSync(join(tmpdir(), "atc-address-"));
    const file = join(folder, "redis.url");
    writeFileSync(file, "redis://:secret@127.0.0.1:1\n");
    const error = await rejection(bullmqExecutor({ redis: file }, silent));
    expect(error.message).toContain("redis://127.0.0.1:1");
    writeFileSync(file, "something else with a secret");
    const other = await rejection(bullmqExecutor({ redis: file }, silent));
    expect(other.code).toBe("ATC_INVALID_ARGUMENT");
    expect(other.message).not.toContain("secret");
    rmSync(folder, { recursive: true });
  });
});

describe("options", () => {
  it("out of their ranges are refused", async () => {
    for (const bad of [
      { priority: -1 },
      { lockMs: 1 },
      { deadlineMs: -1 },
      { patienceMs: 0 },
      { queue: "a:b" },
      { queue: "" },
    ])
      expect(await rejection(bullmqExecutor({ redis: "redis://127.0.0.1:1", ...bad }, silent))).toMatchObject({
        code: "ATC_INVALID_ARGUMENT",
        details: { option: Object.keys(bad)[0] },
      });
  });
});

describe.concurrent("a server", () => {
  it("that is too old is refused with its version", async () => {
    const { server, url } = await fakeServer("# Server\r\nredis_version:4.0.14\r\naof_enabled:1\r\n");
    const error = await rejection(bullmqExecutor({ redis: url }, silent));
    expect(error).toMatchObject({ code: "ATC_UNSUPPORTED", details: { version: "4.0.14" } });
    server.close();
  });

  it.skipIf(!hasRedis)("that removes keys when it is full is refused, with the setting to change", async () => {
    const redis = await startRedis("--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru");
    const error = await rejection(bullmqExecutor({ redis: redis.url }, silent));
    expect(error).toMatchObject({ code: "ATC_UNSUPPORTED", details: { setting: "maxmemory-policy" } });
    expect(error.message).toContain("maxmemory-policy noeviction");
    await redis[Symbol.asyncDispose]();
  });

  it.skipIf(!hasRedis)("without an append-only file causes a warning", async () => {
    const redis = await startRedis("--appendonly", "no");
    const warnings: string[] = [];
    const executor = await bullmqExecutor({ redis: redis.url }, { warn: (message) => void warnings.push(message) });
    expect(warnings).toEqual([expect.stringContaining("appendonly yes")]);
    await executor[Symbol.asyncDispose]();
    await redis[Symbol.asyncDispose]();
  });

  it.skipIf(!hasRedis)("with a password refuses another one, and accepts its own", async () => {
    const redis = await startRedis("--requirepass", "right-one");
    for (const user of ["", ":wrong-one@"]) {
      const error = await rejection(bullmqExecutor({ redis: `redis://${user}127.0.0.1:${redis.port}` }, silent));
      expect(error.code).toBe("ATC_INVALID_ARGUMENT");
      expect(error.message).toContain("password");
      expect(error.message).not.toContain("wrong-one");
    }
    const executor = await bullmqExecutor({ redis: `redis://:right-one@127.0.0.1:${redis.port}` }, silent);
    expect(executor.queue?.place).toBe(`redis://127.0.0.1:${redis.port}`);
    await executor[Symbol.asyncDispose]();
    await redis[Symbol.asyncDispose]();
  });

  it.skipIf(!hasRedis)("that is full is ATC_NO_SPACE", async () => {
    const redis = await startRedis("--maxmemory", "1mb", "--maxmemory-policy", "noeviction");
    const executor = await bullmqExecutor({ redis: redis.url }, silent);
    const error = await rejection(executor.submit({ task: "@atc/chaos#echo", version: 1 }, "x".repeat(9000)));
    expect(error.code).toBe("ATC_NO_SPACE");
    await executor[Symbol.asyncDispose]();
    await redis[Symbol.asyncDispose]();
  });

  it("that accepts connections and never answers is ATC_IO", async () => {
    const server = createServer((socket) => void socket.on("error", () => undefined)).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const redis = `redis://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
    const error = await rejection(bullmqExecutor({ redis, patienceMs: 100 }, silent));
    expect(error.code).toBe("ATC_IO");
    expect(error.message).toContain(redis);
    server.close();
  });

  for (const [what, fault] of Object.entries({
    "goes away": (redis: TestRedis) => redis.kill(),
    "falls silent": async (redis: TestRedis) => redis.signal("SIGSTOP"),
  }))
    it.skipIf(!hasRedis)(`that ${what} for longer than the patience is ATC_IO`, async () => {
      const redis = await startRedis();
      const executor = await bullmqExecutor({ redis: redis.url, patienceMs: 1000 }, silent);
      // The first task waits for a worker; the second one finds the server away.
      const waiting = rejection(executor.submit({ task: "@atc/chaos#echo", version: 1 }, 1));
      await fault(redis);
      const late = rejection(executor.submit({ task: "@atc/chaos#echo", version: 1 }, 2));
      expect([await waiting, await late]).toMatchObject([{ code: "ATC_IO" }, { code: "ATC_IO" }]);
      await executor[Symbol.asyncDispose]();
      await redis[Symbol.asyncDispose]();
    });
});
