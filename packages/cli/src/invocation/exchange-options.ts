import { AtcError, type JsonObject, type JsonValue } from "@atc/contract";
import type { Command } from "commander";

/** Adds the options of commands that ask an exchange. */
export function withAccess(command: Command): Command {
  return command.option("--offline", "refuse every request to the network");
}

/** How the exchange is asked, from the options of a command. */
export function accessOf(options: Readonly<Record<string, unknown>>): { readonly offline?: boolean } {
  return options["offline"] === true ? { offline: true } : {};
}

function settingOf(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    // A plain word, such as a name of a host.
    return text;
  }
}

/** The settings of `--exchange-option`; undefined if there is none. ATC_INVALID_ARGUMENT for one without a value. */
export function exchangeSettings({ exchangeOption }: Readonly<Record<string, unknown>>): JsonObject | undefined {
  if (!Array.isArray(exchangeOption)) return undefined;
  const pairs = exchangeOption.map((text: unknown): [string, JsonValue] => {
    const [, name, value] = /^([^=]+)=([\s\S]*)$/.exec(String(text)) ?? [];
    if (name === undefined || value === undefined)
      throw new AtcError(
        "ATC_INVALID_ARGUMENT",
        `--exchange-option is "${String(text)}"; give name=value, such as hostname=bytick.com`,
        { details: { flag: "--exchange-option", value: String(text) } },
      );
    return [name, settingOf(value)];
  });
  return Object.fromEntries(pairs);
}

/** The whole number of an option, 1 or more; undefined if it is not given. */
export function wholeNumber(flag: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new AtcError("ATC_INVALID_ARGUMENT", `${flag} is "${String(value)}"; give a whole number of 1 or more`, {
    details: { flag, value: String(value) },
  });
}
