interface Watched {
  /** How a strategy calls it. */
  readonly name: string;
  readonly owner: object;
  readonly key: string;
}

/** Globals that return a time or a random number. The constructor of dates is watched separately. */
const watched: readonly Watched[] = [
  { name: "Math.random", owner: Math, key: "random" },
  { name: "Date.now", owner: Date, key: "now" },
  { name: "performance.now", owner: performance, key: "now" },
  { name: "process.hrtime.bigint", owner: process.hrtime, key: "bigint" },
  { name: "process.hrtime", owner: process, key: "hrtime" },
  { name: "crypto.getRandomValues", owner: crypto, key: "getRandomValues" },
  { name: "crypto.randomUUID", owner: crypto, key: "randomUUID" },
];

type Callable = (...values: unknown[]) => unknown;

/** Replaces a member until the returned function is called. */
function replace(owner: object, key: string, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(owner, key);
  Object.defineProperty(owner, key, { value, configurable: true, writable: true });
  return () => {
    Reflect.deleteProperty(owner, key);
    if (before !== undefined) Object.defineProperty(owner, key, before);
  };
}

/**
 * Runs a function that does not return a promise. Returns the names of the clocks and sources of random numbers that it
 * called, each once. They work as usual. A function that was taken from its object before, such as
 * `const { random } = Math`, goes unnoticed.
 */
export function clocksIn(action: () => void): readonly string[] {
  const called = new Set<string>();
  const restore = watched.map(({ name, owner, key }) => {
    const original = Reflect.get(owner, key) as Callable;
    const apply = (target: Callable, self: unknown, values: unknown[]): unknown => {
      called.add(name);
      return Reflect.apply(target, self, values);
    };
    return replace(owner, key, new Proxy(original, { apply }));
  });
  const dates = new Proxy(Date, {
    apply(target, self, values) {
      called.add("Date()");
      return Reflect.apply(target, self, values);
    },
    construct(target, values, newTarget) {
      if (values.length === 0) called.add("new Date()");
      return Reflect.construct(target, values, newTarget) as object;
    },
  });
  restore.push(replace(globalThis, "Date", dates));
  try {
    action();
  } finally {
    for (const undo of restore.reverse()) undo();
  }
  return [...called];
}
