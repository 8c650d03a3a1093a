#!/bin/sh
# Do the walls of the house stand? test_walls.sh CHECKOUT ROOMS
# First the sources, then the small broken houses beside this file, in each of which one rule, the
# name of its folder, is broken as often as the comment "broken" says.
walls=$1/tests/walls
rooms=$2
number=0

complaints() {
    (cd "$1" && find src -name '*.[ch]' | LC_ALL=C sort | xargs awk -v rooms="$rooms" -f "$walls/walls.awk")
}

# result STATUS SENTENCE: a line of TAP.
result() {
    number=$((number + 1))
    if [ "$1" = 0 ]; then echo "ok $number - $2"; else echo "not ok $number - $2"; fi
}

sentence() {
    case $1 in
    order) echo "a room knows only those to its left" ;;
    real) echo "every include names a file of a room" ;;
    door) echo "each outside library enters through its door" ;;
    header) echo "no header shows the types of an outside library" ;;
    print) echo "the library neither prints nor ends the program" ;;
    esac
}

echo 1..10
found=$(complaints "$1") || exit 1
for rule in order real door header print; do
    broken=$(echo "$found" | grep "^$rule	")
    [ -z "$broken" ]
    result $? "$(sentence $rule)"
    [ -z "$broken" ] || echo "$broken" | sed 's/^/# /'
done
for rule in order real door header print; do
    expected=$(cd "$walls/broken/$rule" && grep -rn '/\* broken' src | cut -d: -f1,2 | LC_ALL=C sort)
    found=$(complaints "$walls/broken/$rule" | sed -n "s/^$rule	\([^:]*:[0-9]*\): .*/\1/p" | LC_ALL=C sort)
    [ -n "$expected" ] && [ "$found" = "$expected" ]
    result $? "it is noticed where this is not so: $(sentence $rule)"
    [ "$found" = "$expected" ] || printf 'expected:\n%s\nfound:\n%s\n' "$expected" "$found" | sed 's/^/# /'
done
