/// Scripts that ask `flowctl __complete` for candidates, one a line with a tab before its explanation.
///
/// A candidate `__files__` or `__directories__` stands for the shell's own file names.
enum CompletionScripts {
  static let bash = """
    # bash completion for flowctl; load with: source <(flowctl completion bash)
    _flowctl() {
      local IFS=$'\\n' words=() word i line
      # Readline cuts --option=value in three.
      for ((i = 1; i <= COMP_CWORD; i++)); do
        word="${COMP_WORDS[i]}"
        if [[ ${#words[@]} -gt 0 && ${words[-1]} == --* && ($word == = || ${words[-1]} == *=) ]]; then
          words[-1]+="$word"
        else
          words+=("$word")
        fi
      done
      local current="${words[-1]}" attached=
      [[ $current == --*=* ]] && attached="${current%%=*}=" && current="${current#*=}"
      COMPREPLY=()
      while read -r line; do
        line="${line%%$'\\t'*}"
        case "$line" in
          __files__) COMPREPLY+=($(compgen -f -- "$current")); compopt -o filenames ;;
          __directories__) COMPREPLY+=($(compgen -d -- "$current")); compopt -o filenames ;;
          *) COMPREPLY+=("${line#"$attached"}") ;;
        esac
      done < <("${COMP_WORDS[0]}" __complete -- "${words[@]}" 2>/dev/null)
    }
    complete -F _flowctl flowctl

    """

  static let zsh = """
    #compdef flowctl
    # zsh completion for flowctl; load with: source <(flowctl completion zsh)
    _flowctl() {
      local -a candidates
      local line word help
      while IFS= read -r line; do
        word="${line%%$'\\t'*}"
        help="${line#*$'\\t'}"
        case "$word" in
          __files__) _files ;;
          __directories__) _files -/ ;;
          *) candidates+=("${word//:/\\\\:}${${help:#$line}:+:$help}") ;;
        esac
      done < <("${words[1]}" __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)
      (( ${#candidates} )) && _describe -t flowctl flowctl candidates
    }
    compdef _flowctl flowctl

    """

  static let fish = """
    # fish completion for flowctl; put into ~/.config/fish/completions/flowctl.fish
    function __flowctl_complete
      set -l words (commandline -opc) (commandline -ct)
      for line in (command $words[1] __complete -- $words[2..-1] 2>/dev/null)
        switch $line
          case __files__
            __fish_complete_path (commandline -ct)
          case __directories__
            __fish_complete_directories (commandline -ct)
          case '*'
            echo $line
        end
      end
    end
    complete -c flowctl -f -a '(__flowctl_complete)'

    """
}
