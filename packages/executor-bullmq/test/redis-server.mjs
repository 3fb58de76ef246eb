import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** Whether the tests over a Redis server run: this machine needs one, and `REDIS_TESTS=0` leaves them out. */
export const hasRedis = process.env.REDIS_TESTS !== "0" && spawnSync("redis-server", ["--version"]).status === 0;

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** Whether a server answers a PING: with PONG, or that it wants a password. */
async function answers(port) {
  const socket = connect(port, "127.0.0.1");
  try {
    socket.write("PING\r\n");
    const [reply] = await once(socket, "data");
    return /PONG|NOAUTH/.test(String(reply));
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Starts a server on a free loopback port, with an append-only file in a folder of its own. */
export async function startRedis(...options) {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "atc-redis-"));
  const fixed = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", ""];
  const all = [...fixed, "--appendonly", "yes", "--appendfsync", "everysec", ...options];
  let child;
  async function start() {
    child = spawn("redis-server", all, { stdio: "ignore" });
    for (let attempt = 0; attempt < 1200 && !(await answers(port)); attempt++) await delay(25);
  }
  async function kill() {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }
  await start();
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    get pid() {
      return child.pid;
    },
    signal: (name) => void child.kill(name),
    kill,
    start,
    async [Symbol.asyncDispose]() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
