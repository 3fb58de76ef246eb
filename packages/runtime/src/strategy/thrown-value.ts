import { inspect } from "node:util";

/** The most characters of a text that code of the user's gives. */
const mostCharacters = 500;

/** What the user's code threw, or returned by mistake. */
export interface ForeignValue {
  readonly text: string;
  /** The value, if it is an error whose members can be read; undefined for any other. */
  readonly cause: Error | undefined;
}

function shortened(text: string): string {
  return text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters)}...`;
}

/**
 * Describes a value of the user's code. Reading a member of it may run more such code, and throw: a getter, a proxy, an
 * object without a prototype.
 */
export function foreignValue(value: unknown): ForeignValue {
  try {
    if (value instanceof Error) {
      const { name, message, stack } = value;
      // A copy, because a getter may answer otherwise when the error is sent to another thread.
      const cause = Object.assign(new Error(`${message}`), { name: `${name}`, stack: `${stack}` });
      return { text: shortened(`${name}: ${message}`), cause };
    }
    const text = typeof value === "object" ? inspect(value, { customInspect: false }) : String(value);
    return { text: shortened(text.replace(/\s+/g, " ")), cause: undefined };
  } catch {
    return { text: "a value that cannot be read", cause: undefined };
  }
}
