import { join } from "node:path";
import { AtcError } from "@atc/contract";
import { entriesOf, exists } from "../base/file-system.ts";

/** What Windows opens a device for, or takes for another name. A dataset may move there. */
const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)|\.$/i;

/**
 * Checks that a dataset which is not there yet can have a folder of its own: on every system, its name must work on
 * Windows; if the file system does not distinguish case, no other dataset may have the same letters.
 *
 * @throws ATC_INVALID_ARGUMENT
 */
export async function checkNewName(name: string, root: string): Promise<void> {
  const entries = await entriesOf(root);
  if (entries.includes(name)) return;
  const refuse = (why: string): AtcError =>
    new AtcError("ATC_INVALID_ARGUMENT", `"${name}" cannot name a dataset: ${why}`, { details: { name } });
  if (reserved.test(name))
    throw refuse("Windows reserves names such as CON or nul.x, and drops dots at the end; choose another name");
  const letters = name.toLowerCase();
  const twin = entries.find((entry) => entry.toLowerCase() === letters);
  // If the system finds the name that is not listed, it takes the two for one.
  if (twin === undefined || !(await exists(join(root, name)))) return;
  throw refuse(`this disk does not distinguish it from the dataset "${twin}"; use that name, or another one`);
}
