import { createHash } from "node:crypto";
import { mkdir, readdir, rm, rmdir, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { isAbsence } from "@atc/contract";
import { isOwnerRunning, newOwner } from "@atc/plugin-kit";
import type { CcxtExchange } from "../exchange/ccxt-exchange.ts";

/**
 * The part of an exchange's rate that a market may use. An exchange counts the requests of an address, so the processes
 * of a user on this machine divide its rate among those that ask at the moment.
 */
export interface RateShare extends AsyncDisposable {
  /** Runs a request, and counts as asking until a moment after it. */
  during<Result>(request: () => Promise<Result>): Promise<Result>;
  /** How many ask, this one included. 1 if that cannot be known. */
  asking(): Promise<number>;
}

/** How long a market counts as asking after a request, in ms: requests of one fetch follow each other. */
const pause = 2000;

const attempts = 5;

/** The folder in which the markets that ask an exchange have a file each. Other addresses have other limits. */
export function rateFolder({ urls, hostname }: Pick<CcxtExchange, "urls" | "hostname">, name: string): string {
  const address = createHash("sha256")
    .update(JSON.stringify([hostname, urls.api]))
    .digest("hex");
  const user = process.getuid?.() ?? userInfo().username;
  return join(tmpdir(), `atc-rates-${user}`, `${name}-${address.slice(0, 16)}`);
}

/** Makes the share of a market. Nothing here fails: without the folder, the market uses the whole rate. */
export function rateShare(folder: string): RateShare {
  const file = join(folder, newOwner());
  let requests = 0;
  let isListed = false;
  let waiting = new AbortController();
  /** One change of the file after the other. */
  let changed = Promise.resolve();

  async function list(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      try {
        return await writeFile(file, "");
      } catch (error) {
        // Another process has removed the folder in the meantime.
        if (!isAbsence(error) || attempt === attempts) throw error;
      }
    }
  }

  async function unlist(): Promise<void> {
    await rm(file, { force: true });
    // It is not empty while others ask.
    await rmdir(folder).catch(() => undefined);
  }

  function change(isWanted: boolean): Promise<void> {
    if (isWanted === isListed) return changed;
    isListed = isWanted;
    // Nothing here may fail: the folder may be that of another user, or on a full disk.
    changed = changed.then(isWanted ? list : unlist).catch(() => undefined);
    return changed;
  }

  async function unlistLater(): Promise<void> {
    const { signal } = waiting;
    await setTimeout(pause, undefined, { signal, ref: false }).catch(() => undefined);
    if (!signal.aborted) await change(false);
  }

  return {
    async during(request) {
      requests++;
      waiting.abort();
      await change(true);
      try {
        return await request();
      } finally {
        if (--requests === 0) {
          waiting = new AbortController();
          void unlistLater();
        }
      }
    },
    async asking() {
      const names = await readdir(folder).catch(() => []);
      let running = 0;
      for (const owner of names) {
        const isRunning = isOwnerRunning(owner);
        if (isRunning === true) running++;
        else if (isRunning === false) await rm(join(folder, owner), { force: true }).catch(() => undefined);
      }
      return Math.max(1, running);
    },
    async [Symbol.asyncDispose]() {
      waiting.abort();
      await change(false);
    },
  };
}
