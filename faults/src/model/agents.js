import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("agent.js", import.meta.url));
const hook = new URL("../files/hook.js", import.meta.url).href;

/** Whether the system has stopped a process. */
function isStopped(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  return text.slice(text.lastIndexOf(")") + 2).startsWith("T");
}

/**
 * A process that can be asked, killed and stopped. `subject` names its commands, `user` has the `uid` and `gid` of
 * another user.
 */
export async function startAgent(folder, { subject = "storage", ...user } = {}) {
  const child = fork(script, [folder, subject], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    execArgv: ["--import", hook],
    ...user,
  });
  const exited = once(child, "exit");
  const waiting = new Map();
  let serial = 0;
  let isReady;
  const ready = new Promise((done) => {
    isReady = done;
  });
  child.on("message", ({ id, result, code, message }) => {
    if (id === 0) isReady();
    else waiting.get(id)(code === undefined ? { result } : { code, message });
    waiting.delete(id);
  });
  await Promise.race([ready, exited.then(() => Promise.reject(new Error("a process ended before it was asked")))]);
  const send = (name, options, disturbance) => {
    const id = ++serial;
    const answer = new Promise((done) => waiting.set(id, done));
    child.send({ id, name, options, disturbance });
    return answer;
  };
  const kill = async () => {
    child.kill("SIGKILL");
    await exited;
  };
  return {
    pid: child.pid,
    /** Resolves to the result, or to the code of an error. */
    ask: send,
    /** Like `ask`, but the process dies at a call of `node:fs`, from 0 on, or after its answer if it has fewer calls. */
    async askAndKill(name, options, call) {
      await Promise.race([exited, send(name, options, { call, signal: "SIGKILL" })]);
      await kill();
    },
    /** Like `ask`, but the process stops at a call of `node:fs` until it is resumed. Returns the later answer. */
    async askAndStop(name, options, call) {
      let isAnswered = false;
      const answer = send(name, options, { call, signal: "SIGSTOP" }).finally(() => {
        isAnswered = true;
      });
      while (!isAnswered && !isStopped(child.pid)) await setTimeout(1);
      if (isAnswered) child.kill("SIGSTOP");
      return { answer };
    },
    kill,
    stop: () => child.kill("SIGSTOP"),
    resume: () => child.kill("SIGCONT"),
  };
}

/** Several agents on one folder. A killed one is replaced. */
export async function startAgents(folder, count, options = {}) {
  const agents = await Promise.all(Array.from({ length: count }, () => startAgent(folder, options)));
  return {
    at: (place) => agents[place],
    async replace(place) {
      agents[place] = await startAgent(folder, options);
    },
    async end() {
      for (const agent of agents) await agent.kill();
    },
  };
}
