# bash completion for sekishoctl(1): asks the program itself.
_sekishoctl() {
  local candidate
  COMPREPLY=()
  while IFS=$'\t' read -r candidate _; do
    if [ "$candidate" = ":files" ]; then
      compopt -o default 2>/dev/null
    else
      COMPREPLY+=("$candidate")
    fi
  done < <(sekishoctl __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _sekishoctl sekishoctl
