#!/bin/sh
# Does the library keep a state of its own? test_globals.sh BROKEN LIBRARY...
# Looks for variables that can be written in static libraries; the first is broken on purpose. A
# pthread_once_t, whose name ends in _once, is the one that may be there.
echo 1..$#
number=0
for library; do
    number=$((number + 1))
    name=$(basename "$library" .a)
    found=$(objdump -t "$library" | awk '
        /file format/ { object = $1 }
        / \.t?(data|bss)(\.[^ \t]*)?\t/ && $NF !~ /^\./ && !/ \.data\.rel\.ro/ && !/_once$/ {
            sub(/\.[0-9]+$/, "") # which gcc appends to a variable inside a function
            print "# " object " " $NF
        }')
    if [ $number = 1 ]; then
        [ "$(echo "$found" | awk '{ print $NF }' | LC_ALL=C sort | tr '\n' ' ')" = "a_global kept_between_calls per_thread " ]
        ok=$? what="variables that can be written are noticed"
    else
        [ -z "$found" ]
        ok=$? what="$name holds no variable that can be written"
    fi
    if [ $ok = 0 ]; then echo "ok $number - $what"; else printf 'not ok %s - %s\n%s\n' $number "$what" "$found"; fi
done
