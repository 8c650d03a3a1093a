/* Turns files into C: embed FOLDER ENDING LIST OUT.c OUT.d, or embed --file NAME FILE OUT.c
 *
 * Every FOLDER/<name>ENDING becomes an entry of the array LIST of `Shipped` (model/shipped.h), sorted by
 * name. OUT.d tells ninja what was read, the folder included, so that a file that comes or goes is
 * seen by the next build. A folder that is missing is an empty one. With --file, FILE becomes NAME_bytes
 * and NAME_size. Bytes are written as numbers of
 * eight, which compilers take in an eighth of the time and memory. Runs on the machine that builds,
 * so it stands alone. */
#define _POSIX_C_SOURCE 200809L
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *ending; /* with its dot */

static void die(const char *what, const char *name)
{
    fprintf(stderr, "embed: %s: %s\n", name, what);
    exit(1);
}

static int is_wanted(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name), tail = strlen(ending);

    return length > tail && strcmp(entry->d_name + length - tail, ending) == 0;
}

/* A path as ninja reads it: a space would end it. */
static void put_path(FILE *depends, const char *path)
{
    for (; *path; path++)
        fprintf(depends, *path == ' ' ? "\\ " : "%c", *path);
}

/* Eight bytes a number, the first byte lowest, the last number filled up by zeros. Returns the
 * size. */
static size_t write_numbers(FILE *in, FILE *out)
{
    unsigned char bytes[8] = {0};
    size_t size = 0, n;

    while ((n = fread(bytes, 1, sizeof bytes, in)) > 0) {
        uint64_t number = 0;
        for (size_t i = n; i-- > 0;)
            number = number << 8 | bytes[i];
        fprintf(out, "0x%" PRIx64 ",%s", number, size / 8 % 6 == 5 ? "\n" : "");
        size += n;
    }
    return size;
}

static size_t embed(const char *folder, const char *file, int index, FILE *out, FILE *depends)
{
    char path[4096];
    FILE *in;

    if (snprintf(path, sizeof path, "%s/%s", folder, file) >= (int)sizeof path)
        die("the path is too long", file);
    if (!(in = fopen(path, "rb")))
        die("cannot be opened", path);
    fputc(' ', depends);
    put_path(depends, path);
    fprintf(out, "static const uint64_t file%d[] = {\n", index);
    size_t size = write_numbers(in, out);
    fprintf(out, "};\n\n");
    if (ferror(in) || size == 0)
        die("cannot be read, or is empty", path);
    fclose(in);
    return size;
}

static int embed_file(const char *name, const char *path, const char *result)
{
    FILE *in = fopen(path, "rb"), *out = fopen(result, "w");

    if (!in || !out)
        die("cannot be opened", in ? result : path);
    fprintf(out,
            "/* Written by tools/embed.c. */\n#include <stddef.h>\n#include <stdint.h>\n\n"
            "extern const uint64_t %s_bytes[];\nextern const size_t %s_size;\n\n"
            "const uint64_t %s_bytes[] = {\n",
            name, name, name);
    size_t size = write_numbers(in, out);
    fprintf(out, "};\nconst size_t %s_size = %zu;\n", name, size);
    if (ferror(in) || size == 0)
        die("cannot be read, or is empty", path);
    fclose(in);
    return fclose(out) != 0;
}

int main(int argc, char **argv)
{
    struct dirent **files = NULL;

    if (argc == 5 && strcmp(argv[1], "--file") == 0)
        return embed_file(argv[2], argv[3], argv[4]);
    if (argc != 6)
        die("embed FOLDER ENDING LIST OUT.c OUT.d, or embed --file NAME FILE OUT.c", "usage");
    ending = argv[2];
    FILE *out = fopen(argv[4], "w"), *depends = fopen(argv[5], "w");
    int count = scandir(argv[1], &files, is_wanted, alphasort);
    if (!out || !depends)
        die("cannot be written", argv[4]);
    put_path(depends, argv[4]);
    fprintf(depends, ": ");
    put_path(depends, count < 0 ? "" : argv[1]);
    fprintf(out, "/* Written by tools/embed.c. */\n#include <stdint.h>\n\n"
                 "#include \"model/shipped.h\"\n\nextern const Shipped %s[];\n\n",
            argv[3]);
    size_t *sizes = malloc((size_t)(count > 0 ? count : 1) * sizeof *sizes);
    if (!sizes)
        die("no memory", argv[1]);
    for (int i = 0; i < count; i++)
        sizes[i] = embed(argv[1], files[i]->d_name, i, out, depends);
    fprintf(out, "const Shipped %s[] = {\n", argv[3]);
    for (int i = 0; i < count; i++) {
        const char *name = files[i]->d_name;
        fprintf(out, "    {\"%.*s\", file%d, %zu},\n", (int)(strlen(name) - strlen(ending)),
                name, i, sizes[i]);
        free(files[i]);
    }
    fprintf(out, "    {0},\n};\n");
    fprintf(depends, "\n");
    free(files);
    free(sizes);
    return fclose(out) || fclose(depends) ? 1 : 0;
}
