#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A real series comes back from every kind of mail as it was; one that does not fit is answered with the place.
# label: source
# timeout: 900
. "$(dirname "$0")/common.bash"
[ -e "${DIOBENCH_KERNEL_SOURCE:-/usr/src/linux-source-6.12.tar.xz}" ] || skip "linux-source-6.12 is not installed: scripts/setup"
series=kernel-patches/series/dio
into=$scratch/series
/usr/bin/python3 - "$series" "$scratch" <<'EOP'
import base64, pathlib, quopri, sys
patches = [p.read_text() for p in sorted(pathlib.Path(sys.argv[1]).glob('*.patch'))]
out, n = pathlib.Path(sys.argv[2]), len(patches)
def mail(patch, i, encode=None, version=''):
    head, body = patch.split('\n\n', 1)
    lines = head.split('\n')[1:]
    head = '\n'.join(l.replace('[PATCH ', '[PATCH%s ' % version) for l in lines if not l.startswith(('MIME', 'Content')))
    head += f'\nMessage-ID: <{version}{i}@x>\nIn-Reply-To: <{version}0@x>\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n'
    if encode == 'base64': return head + 'Content-Transfer-Encoding: base64\n\n' + base64.encodebytes(body.encode()).decode()
    if encode == 'qp': return head + 'Content-Transfer-Encoding: quoted-printable\n\n' + quopri.encodestring(body.encode()).decode()
    return head + 'Content-Transfer-Encoding: 8bit\n\n' + body
def reply(patch, i):
    return f'From: R <r@x.org>\nSubject: Re: [PATCH {i}/{n}] x\nMessage-ID: <r{i}@x>\nIn-Reply-To: <{i}@x>\n\n' + ''.join('> ' + l + '\n' for l in patch.split('\n'))
cover = lambda v='': f'From: A <a@x.org>\nSubject: [PATCH{v} 0/{n}] erofs: direct reads, by mail\nMessage-ID: <{v}0@x>\n\nHello.\n'
mbox = lambda mails: ''.join('From mboxrd@z Thu Jan  1 00:00:00 1970\n' + m + '\n\n' for m in mails)
for kind in ('8bit', 'base64', 'qp'):
    order = [cover()] + [m for i in reversed(range(n)) for m in (mail(patches[i], i + 1, kind), reply(patches[i], i + 1))]
    (out / f'{kind}.mbox').write_text(mbox(order))
(out / 'crlf.mbox').write_bytes(mbox([cover()] + [mail(p, i + 1) for i, p in enumerate(patches)]).replace('\n', '\r\n').encode())
old = [p.replace('+\tstruct kiocb', '+\tstruct  kiocb') for p in patches]
(out / 'v2.mbox').write_text(mbox([cover()] + [mail(p, i + 1) for i, p in enumerate(old)] + [cover(' v2')] + [mail(p, i + 1, None, ' v2') for i, p in enumerate(patches)]))
(out / 'misfit.patch').write_text(patches[0].replace(f'1/{n}]', '1/1]').replace('\n \tspinlock_t\t\t\tlock;', '\n \tspinlock_t\t\t\tlocks;'))
EOP
bodies() { for patch in "$1"/*.patch; do sed -n '/^diff --git/,$p' "$patch" | sed '/^-- $/,$d' | grep -v '^index '; done; }
messages() { for patch in "$1"/*.patch; do sed '1,/^Date:/d;/^---$/,$d' "$patch"; done; }
check() {
    local name=$1
    shift
    expect_exit 0 "$diobench" kernel add "$name" "$@" --on dio-sync --into "$into"
    diff <(bodies "$series") <(bodies "$into/$name") || fail "$name: other patches came out than went in"
    diff <(messages "$series") <(messages "$into/$name") || fail "$name: other messages came out than went in"
    echo "ok   $name"
}
for kind in 8bit base64 qp crlf v2; do check "from-$kind" "$scratch/$kind.mbox"; done
gzip "$scratch/qp.mbox"
check from-gzip "$scratch/qp.mbox.gz"
check from-folder "$series"
grep -q 'purpose = "erofs: direct reads, by mail"' "$into/from-8bit/series.toml" || fail "the cover letter's title is not the purpose"
grep -q 'requires = \["dio-sync"\]' "$into/from-8bit/series.toml" || fail "--on is not in series.toml"
expect_exit 2 "$diobench" kernel add from-8bit "$scratch/8bit.mbox" --on dio-sync --into "$into"
grep -q -- --force "$scratch/out" || fail "an existing series is replaced without --force"

before=$(find "$into" | sort)
expect_exit 2 "$diobench" kernel add misfit "$scratch/misfit.patch" --on dio-sync --into "$into"
for says in 'fs/cachefiles/internal.h' 'hunk [0-9]' 'spinlock_t			locks;' 'nearest place is lines' '^ *[0-9]*: 	spinlock_t			lock;'; do
    grep -q "$says" "$scratch/out" || { cat "$scratch/out"; fail "the answer to a misfit does not say $says"; }
done
[ "$before" = "$(find "$into" | sort)" ] || fail "a refused series left something"
expect_exit 0 "$diobench" kernel add revised "$series"/*.patch --on dio-sync --revises from-8bit --into "$into"
expect_exit 0 "$diobench" kernel list --into "$into"
grep -A1 '^from-8bit' "$scratch/out" | grep -q '^  revised' || { cat "$scratch/out"; fail "a revision does not stand below what it revises"; }

# A kernel that has dropped the file.
newer=$scratch/newer
mkdir -p "$newer/fs/erofs"
printf 'VERSION = 7\nPATCHLEVEL = 2\nSUBLEVEL = 0\nEXTRAVERSION =\n' > "$newer/Makefile"
echo 'int data;' > "$newer/fs/erofs/data.c"
export DIOBENCH_CACHE=$scratch/cache
expect_exit 2 "$diobench" kernel add newer kernel-patches/series/fix-hole --tree "$newer" --into "$into"
grep -q 'fs/erofs/fscache.c does not exist in Linux 7.2.0' "$scratch/out" || { cat "$scratch/out"; fail "a missing file is not named"; }
expect_exit 2 "$diobench" kernel build dio --tree "$newer"
grep -q 'it is for Linux 6.12.7 to 6.12.999.* and the source is Linux 7.2.0' "$scratch/out" || { cat "$scratch/out"; fail "the range is not named"; }
echo "ok   refusals"
