#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What to type: the manual says what --help says, shells complete, colours and progress are as asked, no arguments are an introduction.
# label: program
# timeout: 120
. "$(dirname "$0")/common.bash"

# The manual: a page a command, with the options that --help has, and nothing that troff complains of.
expect_exit 0 "$diobench" man-pages "$scratch/man"
/usr/bin/python3 -B - "$diobench" "$scratch/man" <<'EOP'
import re, sys
from pathlib import Path
sys.path.insert(0, ".")
from tests.prose.program import Program
program, folder = Program(sys.argv[1]), Path(sys.argv[2])
wanted = set()
def look(command):
    page = folder / ("-".join(("diobench", *command)) + ".1")
    wanted.add(page)
    text = page.read_text(encoding="utf-8").replace("\\-", "-")
    found = set(re.findall(r"\\fB(--?[\w-]+)\\fR", text.partition(".SH NOTES")[0].partition(".SH ENVIRONMENT")[0]))
    assert found == program.options(command), (page.name, found ^ program.options(command))
    for name in program.commands(command):
        assert "-".join(("diobench", *command, name)) in text, (page.name, name)
        look((*command, name))
look(())
assert wanted == set(folder.iterdir()), wanted ^ set(folder.iterdir())
EOP
command -v man > /dev/null || skip "no man; run scripts/setup --tests"
for page in "$scratch"/man/*.1; do
    LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$page" > /dev/null 2> "$scratch/troff"
    [ ! -s "$scratch/troff" ] || { head "$scratch/troff"; fail "troff complains of ${page##*/}"; }
done

# completed LINE: what bash would offer
. scripts/completion/diobench.bash
completed() {
    local COMP_LINE=$1 COMP_POINT=${#1} COMP_CWORD COMP_WORDS
    # As bash takes a line apart: '=' and ':' are words of their own.
    mapfile -t COMP_WORDS < <(sed 's/[=:]/\n&\n/g' <<< "${1// /$'\n'}" | sed '/^$/d')
    COMP_WORDS[0]=$diobench
    [[ $1 != *' ' ]] || COMP_WORDS+=("")
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    compopt() { :; }
    _diobench
    echo "${COMPREPLY[*]}"
}
# offers LINE WORDS
offers() { [ "$(completed "$1")" = "$2" ] || fail "\"$1\" is completed by \"$(completed "$1")\" and not by \"$2\""; }
offers 'diobench ver' verify
offers 'diobench kernel rem' remove
offers 'diobench run --kernel dio' 'dio dio-sync'
offers 'diobench run --suite head' headline
offers 'diobench plan --filter rand-r' rand-read/
offers 'diobench plan --where io=buf' buffered
offers 'diobench plan --where io=direct,cache_state=' "$(completed 'diobench plan --where cache_state=')"
offers 'diobench run --machine=ex' exact

touch "$scratch/yours.fio"
offers "diobench run --fio-job $scratch/y" "$scratch/yours.fio"
[ "$(completed 'diobench run --resume out-of-nothing')" = "" ] || fail "a folder that is not there is offered"

# The same program answers zsh.
command -v zsh > /dev/null || skip "no zsh; run scripts/setup --tests"
zsh -f -c '
    _describe() { local -a words; [[ $1 != -o ]] || shift; words=("${(@P)2}"); print -l -- "${words[@]}" }
    _files() { print -- files $* }
    complete_in_zsh() { local -a words; words=("$@"); local CURRENT=$# PREFIX=${@[$#]}; . scripts/completion/_diobench }
    complete_in_zsh '"$diobench"' run --kernel dio-s
    complete_in_zsh '"$diobench"' plan --filter rand-r
    complete_in_zsh '"$diobench"' report ""
' > "$scratch/zsh"
grep -q '^dio-sync:.' "$scratch/zsh" || { cat "$scratch/zsh"; fail "zsh is not offered a kernel with its purpose"; }
grep -q '^rand-read/' "$scratch/zsh" || { cat "$scratch/zsh"; fail "zsh is not offered cells"; }
grep -q '^files -/' "$scratch/zsh" || { cat "$scratch/zsh"; fail "zsh is not asked for folders"; }

# Colours: on a terminal only, unless somebody says otherwise.
coloured() { grep -q $'\033\\[[0-9]' "$scratch/out"; }
on_terminal() { script -qec "$*" /dev/null; }
expect_exit 0 "$diobench" kernel list --color always
"$diobench" doctor --color always > "$scratch/out" || true
coloured || fail "--color always has no colours"
"$diobench" doctor > "$scratch/out" || true
! coloured || fail "there are colours in a file"
TERM=xterm NO_COLOR='' on_terminal "$diobench" doctor > "$scratch/out" || true
coloured || fail "there are no colours on a terminal"
for how in 'NO_COLOR=1 TERM=xterm' 'TERM=dumb'; do
    on_terminal env $how "$diobench" doctor > "$scratch/out" || true
    ! coloured || fail "there are colours with $how"
done
TERM=xterm on_terminal "$diobench" --color never doctor > "$scratch/out" || true
! coloured || fail "there are colours with --color never before the command"
expect_exit 2 "$diobench" doctor --color purple
grep -q 'there are auto, always, never' "$scratch/out" || { told; fail "the right words of --color are not said"; }
