/* Reads the pictures that are named on the command line: all that it takes to embed scrawl.
 *
 *     cc read.c $(pkg-config --cflags --libs scrawl) -o read && ./read photo.jpg */
#include <scrawl.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    scrawl_error error;
    scrawl_reader *reader;
    int status = 0;

    if (argc < 2) {
        fprintf(stderr, "usage: read IMAGE..., prints the numbers in each picture\n");
        return 2;
    }
    reader = scrawl_reader_new(NULL, 0, &error);
    if (!reader) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    for (int i = 1; i < argc; i++) {
        scrawl_reading *page = scrawl_read_file(reader, argv[i], 0, &error);

        if (!page) {
            fprintf(stderr, "%s\n", error.text);
            status = 1;
        }
        for (int l = 0; page && l < page->line_count; l++)
            printf("%s: %s\n", argv[i], page->lines[l].text);
        scrawl_reading_free(page);
    }
    scrawl_reader_free(reader);
    return status;
}
