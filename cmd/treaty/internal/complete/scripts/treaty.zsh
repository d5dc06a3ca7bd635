#compdef treaty
# Completion of treaty for zsh: as _treaty in a folder of $fpath, or in ~/.zshrc, behind compinit:
# source <(treaty completion zsh)
_treaty() {
  local rest line
  local -a typed whole shown open openshown
  typed=("${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}")
  while IFS= read -r line; do
    if [[ -z $rest ]]; then
      rest=$line
      continue
    fi
    local word=${line%%$'\t'*}
    local told=${line//$'\t'/  -- }
    if [[ $word == */ ]]; then
      open+=("$word") openshown+=("$told")
    else
      whole+=("$word") shown+=("$told")
    fi
  done < <("${(Q)words[1]}" __complete words "$(( ${#typed} - 1 ))" "${typed[@]}" 2>/dev/null)
  (( $#whole )) && compadd -l -d shown -a whole
  (( $#open )) && compadd -S '' -l -d openshown -a open
  case $rest in
    files) _files ;;
    directories) _files -/ ;;
  esac
}
if [[ $funcstack[1] == _treaty ]]; then
  _treaty "$@"
else
  compdef _treaty treaty
fi
