// The forms that the prose of this repository avoids. docs/style.md prints `form` and `use` as a table; check-prose compares the two.

/**
 * @typedef {object} BannedForm
 * @property {string} form as the table in docs/style.md prints it
 * @property {string} use what to write instead
 * @property {RegExp} pattern matches the form in prose; needs the flag g
 */

const measure =
  "one|two|three|four|five|six|seven|eight|nine|ten|once|twice|times|\\d[\\d.,]*|%|percent|thousandths|numbers?|ns|nanoseconds|ms|milliseconds|" +
  "μs|microseconds|cycles|bits?|bytes|kB|KB|MB|GB|KiB|MiB|GiB|rows|symbols|bars|ticks|trades|values|elements|vectors|objects?|equit(?:y|ies)|bigints?|" +
  "doubles?|float(?:64)?s?|words|arrays?|tables|additions?|divisions?|multiplications?|operations|steps|calls|points|outputs?|index|indices|iterator|" +
  "strings?|offsets?|lengths?|entr(?:y|ies)|positions?|stretches|averages|configurations|chunks|blocks|buffers?|threads?|tasks?|messages?|fills|pages";
const unit =
  "core|processor|thread|bar|tick|symbol|series|second|minute|hour|day|month|year|row|line|column|value|element|byte|word|file|page|run|slice|piece|chunk|" +
  "block|frame|segment|partition|batch|slot|lane|trade|average|configuration|package|machine|call|message|task|entry";

/** @type {readonly BannedForm[]} */
export const bannedForms = [
  {
    form: "where, wherever (as a condition)",
    use: 'if, when, whenever; "where" is for places only',
    pattern: /(?<![-\w.$"])[Ww]here(?:ver)?(?![-\w.:(="])(?!\s+absent\b)/gu,
  },
  { form: "where absent, if absent: X", use: "default: X; defaults to X", pattern: /\b(?:where|if|when) absent\b/giu },
  {
    form: "tell, tells, told",
    use: "report, indicate, show, say, distinguish",
    // A verdict of sweeps is "not enough data to tell".
    pattern: /(?<!\bdata to )\b(?:tell|tells|told|telling)\b/giu,
  },
  { form: "ahead of", use: "before", pattern: /\bahead of\b(?!\s+time\b)/giu },
  { form: "anew", use: "again; from scratch; rewrite it", pattern: /\banew\b/giu },
  {
    form: "goes on, go on",
    use: "continues, resumes",
    pattern: /\b(?:go|goes|going|went|gone)\s+on\b(?!\s+(?:top|the|a)\b)/giu,
  },
  {
    form: "a core, a bar, a symbol, a second (a rate: one a core)",
    use: "per core, per bar, per symbol, per second",
    pattern: new RegExp(`(?<![\\w.])(?:${measure})\\s+an?\\s+(?:${unit})\\b(?!\\s+(?:is|are|has|was|of)\\b)`, "giu"),
  },
  { form: "as taken, as told", use: "as configured; as given", pattern: /\bas (?:taken|told)\b/giu },
  {
    form: "who, whoever (a caller)",
    use: "the caller, callers, a reader",
    pattern:
      /\bwho(?:m)?ever\b|(?<=(?:^|[.;:(,]\s*|\b(?:for|to|by|of|from|with|that|than|and)\s+))[Ww]ho\b(?!\s+(?:may|can)\b)/gu,
  },
  { form: "is none of", use: "is not one of", pattern: /\b(?:is|are|was|were|be)\s+none\s+of\b/giu },
  {
    form: "is no X",
    use: "is not an X",
    pattern:
      /(?<!\bthere\s+)\b(?:is|are|was|were)\s+no\b(?!\s+(?:longer|more|less|fewer|later|earlier|greater|larger|bigger|smaller|better|worse|faster|slower|different|way|need|such)\b)/giu,
  },
  { form: "may be had, is to be had", use: "is available", pattern: /\b(?:may|can|could|to)\s+be\s+had\b/giu },
  { form: "by looking", use: "is detected", pattern: /\bby looking\b/giu },
  {
    form: "is needed of, is of use to nobody",
    use: "is required; is unusable",
    pattern: /\bneeded of\b|\bof (?:no )?use to\b/giu,
  },
  { form: "takes notice of", use: "registers", pattern: /\b(?:take|takes|took|taken|taking) notice\b/giu },
  {
    form: "lies (a file, a row)",
    use: "is; is stored",
    pattern:
      /\b(?:lie|lies|lain|lying)\b(?!\s+(?:between|within|outside|above|below|beyond|apart)\b)|\blay\b(?!\s+out\b)/giu,
  },
  {
    form: "stands (text)",
    use: "is",
    pattern: /\b(?:stand|stands|stood|standing)\b(?!\s+(?:for|alone|out|in for)\b)/giu,
  },
  {
    form: "turn (of the event loop)",
    use: "yield to the event loop",
    pattern:
      /\bturns? of (?:the|an?) (?:event )?(?:loop|queue)\b|\b(?:event )?loop (?:of events )?(?:must |can |may |to )?turns?\b|\bloop of events\b/giu,
  },
  {
    form: "hears of, learns of",
    use: "is notified of, receives",
    pattern: /\b(?:hear|hears|heard|hearing)\b|\b(?:learn|learns|learned|learnt) (?:of|about|that|from)\b/giu,
  },
  { form: "belongs into", use: "belongs in", pattern: /\bbelongs? into\b/giu },
  { form: "the other way round", use: "the reverse; in reverse", pattern: /\bthe other way (?:round|around)\b/giu },
  {
    form: "thereby, thereof, wherein, whereof, hence, lest, save for, but for",
    use: "so, of it, in which, therefore, or else, except",
    pattern:
      /\b(?:thereby|thereof|therein|thereupon|whereby|wherein|whereof|whereupon|hence|whence|thence|lest|save for|but for(?!\s+(?:a|an|one|two|the) (?:reason|other)))\b/giu,
  },
];
