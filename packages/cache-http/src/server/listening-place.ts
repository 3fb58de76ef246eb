import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import { AtcError } from "@atc/contract";

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** An address to listen on. */
export interface ListeningPlace {
  readonly address: string;
  /** Whether only this machine reaches it. */
  readonly isLoopback: boolean;
}

/** Whether an address is one that other machines do not reach. */
function isLoopbackAddress(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && loopback.check(address, family === 6 ? "ipv6" : "ipv4");
}

/** The address of a name. ATC_INVALID_ARGUMENT for one that is unknown. */
export async function listeningPlace(host: string): Promise<ListeningPlace> {
  try {
    const { address } = await lookup(host);
    return { address, isLoopback: isLoopbackAddress(address) };
  } catch (cause) {
    throw new AtcError("ATC_INVALID_ARGUMENT", `"${host}" is not an address of this machine; give one, or 127.0.0.1`, {
      cause,
    });
  }
}

/**
 * Whether the header `Host` names this machine only. A page in a browser can make a name of its own point to
 * 127.0.0.1, but cannot change this header.
 */
export function isLoopbackHost(field: string | undefined): boolean {
  const name = (field ?? "").replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
  return name === "localhost" || isLoopbackAddress(name);
}
