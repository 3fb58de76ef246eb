import { AtcError, isAtcError, type JsonObject } from "@atc/contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromPortableError, toPortableError } from "../src/index.ts";

const sent = (error: unknown): Error => fromPortableError(structuredClone(toPortableError(error)));
const sentAsText = (error: unknown): Error => fromPortableError(JSON.parse(JSON.stringify(toPortableError(error))));

describe("a portable error", () => {
  it("keeps code, message, details, cause and stack of an AtcError", () => {
    fc.assert(
      fc.property(fc.string(), fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), (message, details, reason) => {
        const given = new AtcError("ATC_LOCKED", message, {
          details: details as JsonObject,
          cause: new TypeError(reason),
        });
        for (const back of [sent(given), sentAsText(given)]) {
          expect(isAtcError(back, "ATC_LOCKED")).toBe(true);
          expect(back).toBeInstanceOf(AtcError);
          expect(back.message).toBe(message);
          expect(back.stack).toBe(given.stack);
          expect(JSON.stringify((back as AtcError).details)).toBe(JSON.stringify(details));
          expect(back.cause).toBeInstanceOf(TypeError);
          expect((back.cause as Error).message).toBe(reason);
        }
      }),
    );
  });

  it("keeps the class of JavaScript's errors and the members of Node's", () => {
    for (const Kind of [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError]) {
      expect(sent(new Kind("what"))).toBeInstanceOf(Kind);
      expect(sent(new Kind("what"))).toMatchObject({ name: Kind.name, message: "what" });
    }
    const node = Object.assign(new Error("ENOENT: no such file"), {
      code: "ENOENT",
      errno: -2,
      path: "/a",
      syscall: "open",
    });
    expect(sent(node)).toMatchObject({ code: "ENOENT", errno: -2, path: "/a", syscall: "open" });
    expect(sent(new DOMException("stop", "AbortError"))).toMatchObject({ name: "AbortError", message: "stop" });
    const many = sent(new AggregateError([new RangeError("a"), new AtcError("ATC_IO", "b")], "both"));
    expect(many).toBeInstanceOf(AggregateError);
    expect((many as AggregateError).errors).toMatchObject([{ name: "RangeError" }, { code: "ATC_IO" }]);
  });

  it("converts a value that is not an Error", () => {
    for (const thrown of ["text", 5, null, undefined, { a: [1] }, 10n, Symbol("s"), () => 1]) {
      expect(sent(thrown)).toBeInstanceOf(Error);
      expect(sentAsText(thrown)).toBeInstanceOf(Error);
    }
    expect(sent({ a: [1] }).cause).toEqual({ a: [1] });
    expect(sent(Object.create(null))).toBeInstanceOf(Error);
  });

  it("converts values that are not plain data, and circular ones, to text", () => {
    const ring: Record<string, unknown> = { date: new Date(0), fn: () => 1, big: 10n, nan: Number.NaN };
    ring["self"] = ring;
    const back = sent(Object.assign(new Error("x"), { ring }));
    expect(back).toMatchObject({ ring: { date: "[object Date]", big: "10", nan: Number.NaN, self: "[circular]" } });
    const error = new Error("x");
    error.cause = error;
    expect(sent(error).cause).toBeInstanceOf(Error);
  });

  it("survives getters that throw and an odd name", () => {
    const odd = new Error("x");
    Object.defineProperty(odd, "name", { value: "__proto__" });
    expect(sent(odd).name).toBe("__proto__");
    const mean = Object.defineProperty(new Error("x"), "trap", {
      enumerable: true,
      get: () => {
        throw new Error("mean");
      },
    });
    expect(sent(mean).message).toBe("x");
  });
});
