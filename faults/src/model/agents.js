import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("agent.js", import.meta.url));

/** A process that can be asked, killed and stopped. `user` has the `uid` and `gid` of another user. */
export async function startAgent(folder, user = {}) {
  const child = fork(script, [folder], { stdio: ["ignore", "inherit", "inherit", "ipc"], ...user });
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
  await ready;
  const send = (name, options) => {
    const id = ++serial;
    const answer = new Promise((done) => waiting.set(id, done));
    child.send({ id, name, options });
    return answer;
  };
  return {
    /** Resolves to the result, or to the code of an error. */
    ask: send,
    /** Like `ask`, but kills the process after some yields to the event loop. */
    async askAndKill(name, options, yields) {
      void send(name, options);
      for (let i = 0; i < yields; i++) await new Promise(setImmediate);
      child.kill("SIGKILL");
      await exited;
    },
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
    stop: () => child.kill("SIGSTOP"),
    resume: () => child.kill("SIGCONT"),
  };
}

/** Several agents on one folder. A killed one is replaced. */
export async function startAgents(folder, count) {
  const agents = await Promise.all(Array.from({ length: count }, () => startAgent(folder)));
  return {
    at: (place) => agents[place],
    async replace(place) {
      agents[place] = await startAgent(folder);
    },
    async end() {
      for (const agent of agents) await agent.kill();
    },
  };
}
