import { AtcError, type BlockCodec } from "@atc/contract";
import { blosclzKernel } from "../kernel/blosc-kernel.ts";
import { decodeBlosclz } from "./blosclz-decoder.ts";
import { createHashTable, encodeBlosclz } from "./blosclz-encoder.ts";

/** Returns a plain Uint8Array. A Buffer has another hidden class and would slow down the loops for all later calls. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

function checkClevel(clevel: number): void {
  if (Number.isInteger(clevel) && clevel >= 0 && clevel <= 9) return;
  throw new AtcError("ATC_INVALID_ARGUMENT", `blosclz: clevel is "${clevel}"; give an integer from 0 to 9`, {
    details: { field: "clevel" },
  });
}

/** The block codec `blosclz` of Blosc frames (format 0), built into {@link blosc}: the default of python-blosc. */
export function blosclzBlock(): BlockCodec {
  const table = createHashTable();
  return {
    name: "blosclz",
    bloscFormat: 0,
    kernel: blosclzKernel,
    encodeBlock: (source, target, clevel) => {
      checkClevel(clevel);
      return encodeBlosclz(plain(source), plain(target), table, clevel);
    },
    decodeBlock: (source, target) => decodeBlosclz(plain(source), plain(target)),
  };
}
