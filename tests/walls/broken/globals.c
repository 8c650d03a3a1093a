/* Three variables that no library may have, and three that it may. */
#include <pthread.h>

int next_number(void);
const char *name_of(int i);

int a_global = 1;
static _Thread_local int per_thread;
static pthread_once_t names_once = PTHREAD_ONCE_INIT;
static const char *const names[] = {"one", "two"};
static const int table[] = {1, 2, 3};

static void start(void)
{
}

int next_number(void)
{
    static int kept_between_calls;

    pthread_once(&names_once, start);
    return ++kept_between_calls + ++per_thread + table[1];
}

const char *name_of(int i)
{
    return names[i];
}
