#include <stdio.h>
/* printf("in a comment");
 * exit(1); */
void speak(FILE *file, char *text)
{
    fprintf(file, "printf(1); /* in a string");
    printf("%s", text); /* broken */
    fprintf(stderr, "%s", text); /* broken */
    snprintf(text, 1, "%c", '"'); // abort() in a comment
    write(STDOUT_FILENO, text, 1);
    const char *quote = "\""; exit(1); /* broken */
    abort (); /* broken */
    on_exit(0);
    e->exit(puts); /* members and addresses are no calls */
}
