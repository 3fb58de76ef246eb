/**
 * Network file systems by the `type` that `statfs` of `node:fs` returns on Linux, as an unsigned 32-bit number
 * (`type >>> 0`). A server can take bytes away under a mapping, which ends the process, so the store reads such files
 * instead of mapping them.
 */
export const networkFileSystems: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB2"],
  [0x01021997, "9P"],
  [0x65735546, "FUSE"],
  [0x00c36400, "Ceph"],
  [0x5346414f, "AFS"],
]);
