import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { link, mkdir, readFile, readlink, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { absentOnly, fromSystemError } from "@atc/contract";
import { makeFolders } from "./folder-making.ts";

/** Names that programs of one machine issue, and that a server of its folder accepts from other machines. */
export interface IssuedNames {
  /** The permit to write a name: 64 hexadecimal digits. */
  permit(name: string): Promise<string>;
  /** Whether a permit is that of a name. */
  isIssued(name: string, permit: string): Promise<boolean>;
}

/** The file of the key, which only the user of the folder may read. */
const keyFile = "issuer.key";
const keyText = /^[0-9a-f]{64}\n$/;

async function storedKey(path: string): Promise<string | undefined> {
  const text = await readFile(path, "utf8").catch(absentOnly);
  return text !== undefined && keyText.test(text) ? text : undefined;
}

/** The key of a folder. The first program that needs it makes it; a link gives the file its name at once. */
async function keyOf(folder: string): Promise<string> {
  const path = join(folder, keyFile);
  const found = await storedKey(path);
  if (found !== undefined) return found;
  await makeFolders(folder, { mkdir, stat, readlink, dirname });
  const own = `${randomBytes(32).toString("hex")}\n`;
  const temporary = `${path}.${randomBytes(8).toString("hex")}`;
  await writeFile(temporary, own, { flag: "wx", mode: 0o600 });
  try {
    await link(temporary, path);
    return own;
  } catch (error) {
    const other = await storedKey(path);
    if (other === undefined) throw error;
    return other;
  } finally {
    await rm(temporary, { force: true });
  }
}

/**
 * The names that are issued for a folder: a permit is an HMAC-SHA-256 of the name with a key in the folder, so that
 * nothing has to be stored per name.
 */
export function issuedNames(folder: string): IssuedNames {
  let key: Promise<string> | undefined;
  const permit = async (name: string): Promise<string> => {
    key ??= keyOf(folder);
    try {
      return createHmac("sha256", await key)
        .update(name)
        .digest("hex");
    } catch (error) {
      key = undefined;
      throw fromSystemError(error, `cannot make "${keyFile}" in "${folder}"`, "check the permissions of the folder");
    }
  };
  return {
    permit,
    async isIssued(name, given) {
      if (!/^[0-9a-f]{64}$/.test(given)) return false;
      return timingSafeEqual(Buffer.from(await permit(name), "hex"), Buffer.from(given, "hex"));
    },
  };
}
