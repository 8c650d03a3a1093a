#!/bin/sh
# Installs into an empty folder, builds the example against what is there as a stranger would, and runs it.
#   test_install.sh BUILD SOURCE CC
build=$1 source=$2 cc=$3
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
count=0

check() { # SENTENCE COMMAND...
    sentence=$1
    shift
    count=$((count + 1))
    if "$@" >"$place/log" 2>&1; then
        echo "ok $count - $sentence"
    else
        echo "not ok $count - $sentence"
        sed 's/^/# /' "$place/log"
    fi
}

root=$place/root
prefix=$root/usr/local
check 'meson installs' env DESTDIR="$root" meson install -C "$build" --no-rebuild
PKG_CONFIG_PATH=$(dirname "$(find "$root" -name scrawl.pc)")
library=$(dirname "$(find "$root" -name libscrawl.so)")
export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR="$root"
check 'a stranger compiles the example with pkg-config' \
    sh -c "$cc $source/examples/read.c \$(pkg-config --cflags --libs scrawl) -o $place/read"
check 'the example reads a picture' \
    sh -c "LD_LIBRARY_PATH=$library $place/read $source/examples/number.png | grep -q ': [0-9]'"
check 'the example refuses a missing picture' \
    sh -c "LD_LIBRARY_PATH=$library $place/read nothing.png; [ \$? = 1 ]"
check 'the example says how it is called' \
    sh -c "LD_LIBRARY_PATH=$library $place/read 2>&1 >/dev/null | grep -q 'usage: read IMAGE'"
check 'and that it was called wrongly' sh -c "LD_LIBRARY_PATH=$library $place/read; [ \$? = 2 ]"
check 'the example links statically' \
    sh -c "$cc $source/examples/read.c -I$prefix/include $library/libscrawl.a \
        \$(pkg-config --libs \$(pkg-config --print-requires-private scrawl | cut -d' ' -f1)) \\
        -lgif -lm -lpthread -o $place/static"
check 'and then reads the same' sh -c "$place/static $source/examples/number.png | grep -q ': [0-9]'"
check 'only scrawl_ names are visible' \
    sh -c "! nm -D --defined-only $library/libscrawl.so | awk '{print \$3}' | grep -v '^scrawl_'"
check 'the manual page is there' sh -c "find $root -name 'scrawl.1*' | grep -q ."
check 'completions for three shells are there' sh -c "cd $prefix/share && ls \
    bash-completion/completions/scrawl zsh/site-functions/_scrawl fish/vendor_completions.d/scrawl.fish"
echo "1..$count"
