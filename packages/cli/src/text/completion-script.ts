/** A command as a completion needs it. */
export interface CompletedCommand {
  /** The words after `atc`: empty for the program itself. */
  readonly line: string;
  readonly description: string;
  /** The commands below it. */
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  /** Its own options. */
  readonly options: readonly { readonly flag: string; readonly description: string; readonly takesValue: boolean }[];
  /** Whether the keys of the configuration are options, too. */
  readonly hasKeys: boolean;
}

/** What all scripts are made of. */
export interface CompletionWords {
  readonly commands: readonly CompletedCommand[];
  /** The options of all configuration keys, and the words that their values have. */
  readonly keys: readonly { readonly flag: string; readonly values: readonly string[]; readonly takesValue: boolean }[];
}

/** The shells that have a script. */
export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

// The scripts use no variable called "commands", "options" or "path": zsh has its own.
/** Patterns of `case` that match the words of each command in turn, and the words of each command. */
function cases({ commands }: CompletionWords): { readonly known: string; readonly words: readonly string[] } {
  const known = commands
    .filter(({ line }) => line !== "")
    .map(({ line }) => `"${line.includes(" ") ? line : ` ${line}`}"`)
    .join("|");
  const words = commands.map(({ line, commands: below, options, hasKeys }) => {
    const flags = options.map(({ flag }) => flag).join(" ");
    return `    "${line}") below="${below.map(({ name }) => name).join(" ")}"; flags="${flags}${hasKeys ? " $keys" : ""}" ;;`;
  });
  return { known, words };
}

/** Lines of `case` with the values of options that have a few. */
function valueCases({ keys }: CompletionWords): readonly string[] {
  return keys
    .filter(({ values }) => values.length > 0)
    .map(({ flag, values }) => `    ${flag}) values="${values.join(" ")}" ;;`);
}

function keyFlags({ keys }: CompletionWords): string {
  return keys.map(({ flag }) => flag).join(" ");
}

function bashScript(words: CompletionWords): string {
  const { known, words: lines } = cases(words);
  return `# Completion of atc for bash. In ~/.bashrc: source <(atc completion bash)
_atc() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="" line="" word="" i
  local below="" flags="" values=""
  local keys="${keyFlags(words)}"
  ((COMP_CWORD > 0)) && previous="\${COMP_WORDS[COMP_CWORD - 1]}"
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "$line $word" in
      ${known}) line="\${line:+$line }$word" ;;
    esac
  done
  case "$line" in
${lines.join("\n")}
  esac
  case "$previous" in
${valueCases(words).join("\n")}
  esac
  COMPREPLY=()
  if [[ -n "$values" ]]; then
    COMPREPLY=($(compgen -W "$values" -- "$current"))
  elif [[ "$current" == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$current"))
  elif [[ -n "$below" ]]; then
    COMPREPLY=($(compgen -W "$below" -- "$current"))
  fi
}
complete -o default -F _atc atc
`;
}

function zshScript(words: CompletionWords): string {
  const { known, words: lines } = cases(words);
  return `#compdef atc
# Completion of atc for zsh. In ~/.zshrc, after compinit: source <(atc completion zsh)
_atc() {
  local line="" word="" below="" flags="" values="" i
  local keys="${keyFlags(words)}"
  for ((i = 2; i < CURRENT; i++)); do
    word="\${words[i]}"
    case "$line $word" in
      ${known}) line="\${line:+$line }$word" ;;
    esac
  done
  case "$line" in
${lines.join("\n")}
  esac
  case "\${words[CURRENT - 1]}" in
${valueCases(words).join("\n")}
  esac
  if [[ -n "$values" ]]; then
    compadd -- \${=values}
  elif [[ "\${words[CURRENT]}" == -* ]]; then
    compadd -- \${=flags}
  elif [[ -n "$below" ]]; then
    compadd -- \${=below}
  else
    _files
  fi
}
compdef _atc atc
`;
}

/** A text in single quotes of fish. */
function fishQuoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

/** The condition under which a command is the one that is completed. */
function fishCondition(line: string, below: readonly string[]): string {
  if (line === "") return "__fish_use_subcommand";
  const seen = line.split(" ").map((word) => `__fish_seen_subcommand_from ${word}`);
  const unseen = below.length === 0 ? [] : [`not __fish_seen_subcommand_from ${below.join(" ")}`];
  return [...seen, ...unseen].join("; and ");
}

function fishScript({ commands, keys }: CompletionWords): string {
  const lines = commands.flatMap(({ line, commands: below, options, hasKeys }) => {
    const condition = fishQuoted(
      fishCondition(
        line,
        below.map(({ name }) => name),
      ),
    );
    const start = `complete -c atc -n ${condition}`;
    const value = (takesValue: boolean): string => (takesValue ? " -r" : "");
    return [
      ...below.map(({ name, description }) => `${start} -f -a ${name} -d ${fishQuoted(description)}`),
      ...options.map(
        ({ flag, description, takesValue }) =>
          `${start} -l ${flag.slice(2)}${value(takesValue)} -d ${fishQuoted(description)}`,
      ),
      ...(hasKeys
        ? keys.map(({ flag, values, takesValue }) => {
            const choices = values.length === 0 ? "" : ` -f -a ${fishQuoted(values.join(" "))}`;
            return `${start} -l ${flag.slice(2)}${value(takesValue)}${choices}`;
          })
        : []),
    ];
  });
  return `# Completion of atc for fish. In ~/.config/fish/config.fish: atc completion fish | source
${lines.join("\n")}
`;
}

/** The script with which a shell completes commands, options and values. */
export function completionScript(shell: Shell, words: CompletionWords): string {
  switch (shell) {
    case "bash":
      return bashScript(words);
    case "zsh":
      return zshScript(words);
    case "fish":
      return fishScript(words);
  }
}
