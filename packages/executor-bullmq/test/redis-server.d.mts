/** A Redis server of a test. */
export interface TestRedis extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  signal(name: NodeJS.Signals): void;
  /** Ends it without warning. */
  kill(): Promise<void>;
  /** Starts it again, on the same port and folder. */
  start(): Promise<void>;
}

/** Whether this machine has a Redis server. */
export const hasRedis: boolean;

/** Starts a server on a free loopback port. */
export function startRedis(...options: readonly string[]): Promise<TestRedis>;
