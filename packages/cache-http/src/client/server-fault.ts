import { AtcError } from "@atc/contract";
import { PassingFault } from "@atc/plugin-kit";

/** What a status says that is neither a success nor an absence: an error, or {@link PassingFault}. */
export function refusal(place: string, key: string, status: number): AtcError | PassingFault {
  const details = { status };
  if (status === 401 || status === 403)
    return new AtcError(
      "ATC_INVALID_ARGUMENT",
      `the server of "${place}" refuses the token; give that of the server in ATC_DATA_TOKEN`,
      { details },
    );
  if (status === 405)
    return new AtcError("ATC_READ_ONLY", `the server of "${place}" does not accept "${key}": it is only read there`, {
      details,
    });
  if (status === 409)
    return new AtcError("ATC_INVALID_ARGUMENT", `the server of "${place}" did not issue the name "${key}"`, {
      details,
    });
  if (status === 413)
    return new AtcError(
      "ATC_NO_SPACE",
      `the value of "${key}" is larger than the server of "${place}" accepts; raise its limit`,
      { details },
    );
  if (status === 507)
    return new AtcError("ATC_NO_SPACE", `the disk of the server of "${place}" is full; free space on it`, {
      details: { status, system: "ENOSPC" },
    });
  if (status === 408 || status === 429 || status >= 500) return new PassingFault(`it answered ${status}`, { status });
  return new AtcError(
    "ATC_NETWORK",
    `the server of "${place}" answered ${status} for "${key}"; check that the URL names an area of atc data serve`,
    { details },
  );
}
