# Reads the C files named and complains, a line each, about what crosses a wall of the house:
#
#     awk -v rooms='base image ...' -f walls.awk src/base/err.c ...
#
# A complaint is RULE<TAB>FILE:LINE: SENTENCE. Paths are relative to the folder that holds src/.

# The only files that may include headers of an outside library, by how its headers' names begin.
function doors() {
    door["allheaders.h"] = door["leptonica/"] = "image/codec.c read/page.c"
    door["ft2build.h"] = door["freetype"] = door["fontconfig/"] = "image/glyph.c"
    door["libheif/"] = "image/heif.c"
    door["zlib.h"] = "data/gzip.c"
    door["dlfcn.h"] = "base/library.c"
    door["curl/"] = "data/fetch.c"
    door["nettle/"] = "data/sha256.c"
    door["hdf5"] = "model/hdf5_child.c"
    door["cairo"] = door["pango/"] = "plot/canvas.c"
    door["gif_lib.h"] = "plot/animation.c"
    door["mpi.h"] = "train/group.c"
    door["microhttpd.h"] = "web/server.c"
    door["wasi/"] = "web/page/alone.c"
    door["jansson.h"] = "any"
}

BEGIN {
    doors()
    count = split(rooms, name, " ")
    for (i = 1; i <= count; i++)
        place[name[i]] = i
    system_header = "^(assert|complex|cpuid|ctype|dirent|errno|fcntl|fenv|float|ftw|getopt" \
        "|immintrin|inttypes|libgen|limits|locale|math|netdb|poll|pthread|sched|semaphore|setjmp" \
        "|signal|stdalign|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|string|strings" \
        "|termios|time|unistd|wchar)\\.h$|^(arpa|netinet|sys)/"
    printing = "(^|[^A-Za-z0-9_.>])((v?printf|puts|putchar|perror|_?exit|_Exit|quick_exit|abort)" \
        "[ \t]*\\(|(stdout|stderr)([^A-Za-z0-9_]|$))"
}

function complain(rule, sentence) {
    printf "%s\t%s:%d: %s\n", rule, FILENAME, FNR, sentence
}

function is_there(path,    line, r) {
    r = (getline line < path)
    close(path)
    return r >= 0
}

# An include written with quotes: "room/file.h", from src.
function check_own(header,    other) {
    if (!is_there("src/" header)) {
        complain("real", "there is no src/" header)
        return
    }
    other = header
    sub(/\/.*/, "", other)
    if (!(other in place))
        complain("real", header " is in no room")
    else if (room in place && place[other] > place[room])
        complain("order", room " stands left of " other " and must not know " header)
}

# An include written with angle brackets: the system's or an outside library's.
function check_outside(header,    begin, i, n, files) {
    if (header ~ system_header)
        return
    for (begin in door)
        if (index(header, begin) == 1) {
            if (FILENAME ~ /\.h$/)
                complain("header", "the types of <" header "> do not enter a header")
            n = split(door[begin], files, " ")
            for (i = 1; i <= n; i++)
                if (files[i] == "any" || FILENAME == "src/" files[i])
                    return
            complain("door", "<" header "> enters through " door[begin] " alone")
            return
        }
    complain("door", "<" header "> has no door in tests/walls/walls.awk")
}

# The line without comments, strings and characters; `in_comment` goes on to the next line.
function code_of(line,    code) {
    code = ""
    while (line != "") {
        if (in_comment) {
            if (!match(line, /\*\//))
                return code
            line = substr(line, RSTART + 2)
            in_comment = 0
        } else if (!match(line, /\/\*|\/\/|"|'/)) {
            return code line
        } else {
            code = code substr(line, 1, RSTART - 1)
            line = substr(line, RSTART)
            if (line ~ /^\/\//)
                return code
            if (line ~ /^\/\*/) {
                in_comment = 1
                line = substr(line, 3)
            } else {
                match(line, /^"([^"\\]|\\.)*"|^'([^'\\]|\\.)*'/)
                line = substr(line, RLENGTH > 0 ? RLENGTH + 1 : 2)
                code = code "0"
            }
        }
    }
    return code
}

FNR == 1 {
    in_comment = 0
    room = FILENAME
    sub(/^src\//, "", room)
    sub(/\/.*/, "", room) # a file in no room, such as src/scrawl.c, may know them all
    quiet = room != "cli" && room != "web"
}

!in_comment && /^[ \t]*#[ \t]*include[ \t]*["<]/ {
    header = $0
    sub(/^[^"<]*["<]/, "", header)
    sub(/[">].*/, "", header)
    if ($0 ~ /include[ \t]*"/) {
        if (header != "scrawl.h" || room in place) # the facade's own, in include/
            check_own(header)
    } else
        check_outside(header)
    next
}

{
    code = code_of($0)
    if (quiet && match(code, printing))
        complain("print", "a library neither prints nor ends the program: " $0)
}
