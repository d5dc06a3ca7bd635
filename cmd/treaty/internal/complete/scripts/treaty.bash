# Completion of treaty for bash. In ~/.bashrc: source <(treaty completion bash)
_treaty() {
  local rest line word
  COMPREPLY=()
  while IFS= read -r line; do
    if [ -z "$rest" ]; then
      rest=$line
      continue
    fi
    word=${line%%$'\t'*}
    COMPREPLY+=("$word")
  done < <("${COMP_WORDS[0]}" __complete line "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
  # Bash before 4 has no compopt, and does without.
  type compopt >/dev/null 2>&1 || return 0
  case $rest in
    files) compopt -o default ;;
    directories) compopt -o dirnames ;;
  esac
  if [ ${#COMPREPLY[@]} = 1 ] && [[ ${COMPREPLY[0]} == */ ]]; then
    compopt -o nospace
  fi
}
complete -F _treaty treaty
