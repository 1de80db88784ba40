# SPDX-License-Identifier: GPL-2.0-only
# Completion of diobench in bash: the program itself says what may come next.
_diobench() {
    local line=${COMP_LINE:0:COMP_POINT} last=${COMP_WORDS[COMP_CWORD]} word words whole
    read -ra words <<<"$line"
    [[ $line != *[[:space:]] ]] || words+=("")
    whole=${words[-1]}
    # What bash puts in place is the part behind its last '=' or ':'.
    [[ $last != [=:]* ]] || last=${last:1}
    COMPREPLY=()
    while IFS=$'\t' read -r word _; do
        case $word in
            :files)
                compopt -o filenames
                mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$last")
                ;;
            :folders)
                compopt -o filenames
                mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "$last")
                ;;
            *) COMPREPLY+=("${word:${#whole}-${#last}}") ;;
        esac
    done < <("${COMP_WORDS[0]}" complete "${words[@]:1}" 2>/dev/null)
    # It goes on behind these.
    [[ ${#COMPREPLY[@]} != 1 || ${COMPREPLY[0]} != *[=/,] ]] || compopt -o nospace
}
complete -F _diobench diobench
