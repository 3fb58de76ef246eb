// A process that does what its parent asks for, in the folder of its first argument. The second one names its commands.
// It is started with `--import hook.js`, so that it can die or stop at a call of `node:fs`.
import { isAtcError } from "@atc/contract";
import { observe } from "../files/patch-fs.js";
import { arm, disarm } from "../files/plan.js";

const subjects = {
  storage: () => import("./storage-commands.js"),
  leases: () => import("./lease-commands.js"),
  runs: () => import("./run-commands.js"),
  sweeps: () => import("./sweep-commands.js"),
};
const [folder, subject] = process.argv.slice(2);
const { commandsOf } = await subjects[subject]();
const now = Date.now;

const commands = {
  /** Sets the clock of this process alone. Files get their times from the system. */
  jump({ ms }) {
    Date.now = () => now() + ms;
  },
  ...(await commandsOf(folder)),
};

/** Sends a signal to this process before a call on the folder. */
async function disturbed({ call, signal }, run) {
  let calls = 0;
  observe({
    before: () => void (calls++ === call && process.kill(process.pid, signal)),
    after: () => undefined,
  });
  arm(folder, undefined);
  try {
    return await run();
  } finally {
    disarm();
    observe(undefined);
  }
}

process.on("message", async ({ id, name, options, disturbance }) => {
  const run = async () => await commands[name](options);
  try {
    process.send?.({ id, result: await (disturbance === undefined ? run() : disturbed(disturbance, run)) });
  } catch (error) {
    process.send?.({ id, code: isAtcError(error) ? error.code : "NO_CODE", message: String(error?.stack ?? error) });
  }
});
process.on("disconnect", () => process.exit());
process.send?.({ id: 0 });
