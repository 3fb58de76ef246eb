import type { Executor } from "@atc/contract";

/** An executor that several pieces of work share and that ends with the last of them. */
export interface LeasedExecutor extends AsyncDisposable {
  /**
   * An executor for one piece of work. Disposing the last lease ends the threads, so that their memory is free while
   * other work runs. The next lease starts new threads.
   */
  lease(): Promise<Executor>;
}

async function createAsync(create: () => Executor | Promise<Executor>): Promise<Executor> {
  return await create();
}

/** Leases the executor that `create` makes at the first lease. Disposal ends it even if it is leased. */
export function leasedExecutor(create: () => Executor | Promise<Executor>): LeasedExecutor {
  let current: { readonly created: Promise<Executor>; leases: number } | undefined;
  return {
    async lease() {
      current ??= { created: createAsync(create), leases: 0 };
      const leased = current;
      leased.leases++;
      const executor = await leased.created.catch((error: unknown) => {
        if (current === leased) current = undefined;
        throw error;
      });
      let ending: Promise<void> | undefined;
      return {
        get concurrency() {
          return executor.concurrency;
        },
        queue: executor.queue,
        submit: executor.submit,
        [Symbol.asyncDispose]() {
          ending ??= end();
          return ending;
        },
      };
      async function end(): Promise<void> {
        leased.leases--;
        if (leased.leases > 0) return;
        if (current === leased) current = undefined;
        await executor[Symbol.asyncDispose]();
      }
    },
    async [Symbol.asyncDispose]() {
      const created = current?.created;
      current = undefined;
      const executor = await created?.catch(() => undefined);
      await executor?.[Symbol.asyncDispose]();
    },
  };
}
