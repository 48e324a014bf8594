#!/bin/bash
REPO=$1
NODE=$($REPO/node_modules/.bin/node -p process.execPath)
d=/tmp/prof/st; rm -rf $d; mkdir -p $d
sed -e "s#/tmp/prof/data#$d/data#; s/:31/:35/" /tmp/prof/conf.toml > $d/conf.toml
for u in 0 1 2 3 4 5 6 7 8 9; do echo -n "secret-of-a-user" | $NODE $REPO/packages/cli/src/main.ts account add user$u@oak.test --password-stdin --config $d/conf.toml >/dev/null & done; wait
$NODE $REPO/packages/cli/src/main.ts serve --config $d/conf.toml --json > $d/log 2>&1 &
pid=$!
while ! grep -q ready $d/log; do sleep 0.1; done
strace -f -c -p $pid -o $d/strace.txt & sp=$!
sleep 1
ps=""
for u in 0 1 2 3 4 5 6 7 8 9; do smtp-source -d -s 2 -m 200 -l 5000 -f ann@ash.test -t user$u@oak.test inet:127.0.0.1:3525 & ps="$ps $!"; done; wait $ps
kill -INT $sp; wait $sp; kill -INT $pid; wait $pid; head -20 $d/strace.txt
