import { codecReaders } from "./codecs.js";
import { marketReaders } from "./market.js";
import { queueReaders } from "./queue-messages.js";
import { sourceReaders } from "./sources.js";
import { storedFileReaders } from "./stored-files.js";
import { textReaders } from "./texts.js";

/** All readers. */
export const readers = [
  ...codecReaders,
  ...sourceReaders,
  ...storedFileReaders,
  ...textReaders,
  ...marketReaders,
  ...queueReaders,
];
