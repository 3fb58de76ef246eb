import type { Executor } from "@atc/contract";

/** An executor that pieces of work lease, and that ends with the last of them. */
export interface LeasedExecutor extends AsyncDisposable {
  /**
   * An executor for one piece of work. When the work disposes it and no other work leases the threads, they close what they opened and end:
   * their memory is not held while something else runs. The next lease starts new ones.
   */
  lease(): Executor;
}

/** Leases what `create` makes, which is called when there is none. Disposal ends it whoever leases it. */
export function leasedExecutor(create: () => Executor): LeasedExecutor {
  let current: { readonly executor: Executor; leases: number } | undefined;
  return {
    lease() {
      current ??= { executor: create(), leases: 0 };
      const leased = current;
      const { executor } = leased;
      leased.leases++;
      let ending: Promise<void> | undefined;
      return {
        concurrency: executor.concurrency,
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
      const ending = current?.executor;
      current = undefined;
      await ending?.[Symbol.asyncDispose]();
    },
  };
}
