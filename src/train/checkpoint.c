/* A checkpoint is a safetensors file: "params", "state" and "optim" are blocks as they lie in
 * memory (those of a second net are "discriminator.params" and so on), "log" is a table, each number of the RunState is a tensor of its own, and the recipe is a
 * text. A file is checked as a whole before anything of it is used. */
#include "train/checkpoint.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/safetensors.h"

typedef enum NumberType {
    NUMBER_LONG,
    NUMBER_INT,
    NUMBER_BOOL,
    NUMBER_U64,
    NUMBER_DOUBLE
} NumberType;

typedef struct Number {
    const char *name;
    NumberType type;
    size_t at; /* in the RunState */
} Number;

#define AT(member) offsetof(RunState, member)

static const Number numbers[] = {
    {"epoch", NUMBER_LONG, AT(epoch)},
    {"epoch_step", NUMBER_LONG, AT(epoch_step)},
    {"step", NUMBER_LONG, AT(step)},
    {"ended", NUMBER_BOOL, AT(ended)},
    {"exec_step", NUMBER_U64, AT(exec_step)},
    {"loss_sum", NUMBER_DOUBLE, AT(loss_sum)},
    {"picture_sum", NUMBER_DOUBLE, AT(picture_sum)},
    {"right", NUMBER_LONG, AT(right)},
    {"seen", NUMBER_LONG, AT(seen)},
    {"seconds", NUMBER_DOUBLE, AT(seconds)},
    {"epoch_seconds", NUMBER_DOUBLE, AT(epoch_seconds)},
    {"schedule.seen", NUMBER_BOOL, AT(schedule.seen)},
    {"schedule.best", NUMBER_DOUBLE, AT(schedule.best)},
    {"schedule.bad", NUMBER_INT, AT(schedule.bad)},
    {"schedule.cuts", NUMBER_INT, AT(schedule.cuts)},
    {"best_epoch", NUMBER_LONG, AT(best_epoch)},
    {"best_loss", NUMBER_DOUBLE, AT(best_loss)},
    {"best_right", NUMBER_LONG, AT(best_right)},
    {"stale", NUMBER_LONG, AT(stale)},
    {"lowest_loss", NUMBER_DOUBLE, AT(lowest_loss)},
    {"data_hash", NUMBER_U64, AT(data_hash)},
    {"events_time", NUMBER_LONG, AT(events_time)},
    {"events_size", NUMBER_LONG, AT(events_size)},
    {"real_sum", NUMBER_DOUBLE, AT(real_sum)}, /* from here on of two nets */
    {"fake_sum", NUMBER_DOUBLE, AT(fake_sum)},
};

enum { NUMBERS = sizeof numbers / sizeof *numbers, NUMBERS_OF_ONE = NUMBERS - 2 };

static int numbers_of(int nets)
{
    return nets == 2 ? NUMBERS : NUMBERS_OF_ONE;
}

void run_state_free(RunState *state)
{
    train_log_free(&state->log);
}

/* ---- numbers as the 8 bytes of a tensor ---- */

static SafeType stored_type(NumberType type)
{
    return type == NUMBER_DOUBLE ? SAFE_F64 : type == NUMBER_U64 ? SAFE_U64 : SAFE_I64;
}

static void store(const RunState *state, const Number *n, uint64_t *out)
{
    const char *at = (const char *)state + n->at;
    int64_t whole;

    switch (n->type) {
    case NUMBER_LONG:
        whole = *(const long *)at;
        break;
    case NUMBER_INT:
        whole = *(const int *)at;
        break;
    case NUMBER_BOOL:
        whole = *(const bool *)at;
        break;
    default: /* 8 bytes as they are */
        memcpy(out, at, sizeof *out);
        return;
    }
    memcpy(out, &whole, sizeof whole);
}

/* False for a number that no run can have come to. */
static bool restore(RunState *state, const Number *n, const void *bytes)
{
    char *at = (char *)state + n->at;
    int64_t whole;
    double real;

    memcpy(&whole, bytes, sizeof whole);
    memcpy(&real, bytes, sizeof real);
    switch (n->type) {
    case NUMBER_LONG:
        *(long *)at = (long)whole;
        return whole >= 0 && whole <= (int64_t)1 << 53;
    case NUMBER_INT:
        *(int *)at = (int)whole;
        return whole >= 0 && whole <= 1 << 30;
    case NUMBER_BOOL:
        *(bool *)at = whole != 0;
        return whole == 0 || whole == 1;
    case NUMBER_U64:
        memcpy(at, bytes, sizeof(uint64_t));
        return true;
    default:
        memcpy(at, bytes, sizeof(double));
        return isfinite(real);
    }
}

/* ---- writing ---- */

static void add(SafeWriter *w, const char *name, SafeType type, int dims, size_t rows, size_t cols,
                const void *bytes)
{
    safe_writer_add(
        w, (SafeTensor){
               .name = name, .type = type, .dims = dims, .shape = {rows, cols}, .bytes = bytes});
}

/* "params" of the first net, "discriminator.params" of the second. */
enum { TENSOR_NAME = 40 };
static const char *tensor_name(char room[TENSOR_NAME], int net, const char *what)
{
    snprintf(room, TENSOR_NAME, "%s%s", net ? "discriminator." : "", what);
    return room;
}

static void add_net(SafeWriter *w, const Trained *t, int index, uint64_t *steps)
{
    char name[TENSOR_NAME];

    *steps = optim_steps(t->optim);
    add(w, tensor_name(name, index, "params"), SAFE_F32, 1, net_block_size(t->net), 0,
        net_block(t->net));
    add(w, tensor_name(name, index, "state"), SAFE_F32, 1, net_state_size(t->net), 0,
        net_state(t->net));
    add(w, tensor_name(name, index, "optim"), SAFE_F32, 1, optim_state_size(t->optim), 0,
        optim_state(t->optim));
    add(w, tensor_name(name, index, "optim_steps"), SAFE_U64, 0, 0, 0, steps);
}

static int save(const char *path, const Trained *nets, int count, const RunState *state,
                const Recipe *recipe, Err *e)
{
    SafeWriter *w = safe_writer_new();
    char *text = recipe_write(recipe);
    uint64_t stored[NUMBERS], steps[2];
    int code;

    if (!w || !text) {
        code = err_set(e, ERR_MEMORY, "%s: no memory for a checkpoint", path);
        goto done;
    }
    safe_writer_text(w, "format", "scrawl-checkpoint/1");
    safe_writer_text(w, "recipe", text);
    for (int i = 0; i < count; i++)
        add_net(w, &nets[i], i, &steps[i]);
    add(w, "log", SAFE_F64, 2, state->log.count, LOG_COLUMNS, state->log.rows);
    for (int i = 0; i < numbers_of(count); i++) {
        store(state, &numbers[i], &stored[i]);
        add(w, numbers[i].name, stored_type(numbers[i].type), 0, 0, 0, &stored[i]);
    }
    code = safe_save(w, path, e);
done:
    free(text);
    safe_writer_free(w);
    return code;
}

int checkpoint_save(const char *path, Net *net, Optim *optim, const RunState *state,
                    const Recipe *recipe, Err *e)
{
    return save(path, &(Trained){net, optim}, 1, state, recipe, e);
}

int checkpoint_save_two(const char *path, const Trained nets[2], const RunState *state,
                        const Recipe *recipe, Err *e)
{
    return save(path, nets, 2, state, recipe, e);
}

/* ---- reading ---- */

typedef struct NetContents {
    const SafeTensor *params, *state, *optim;
    uint64_t optim_steps;
} NetContents;

typedef struct Contents { /* what a file holds, checked but not yet used */
    NetContents nets[2];
    const SafeTensor *log;
    RunState numbers;
} Contents;

/* A tensor of this type and these dimensions; `rows` of SIZE_MAX stands for any. */
static const SafeTensor *take(const SafeFile *f, const char *path, const char *name, SafeType type,
                              int dims, size_t rows, size_t cols, Err *e)
{
    const SafeTensor *t = safe_find(f, name);
    char shape[SAFE_SHAPE_TEXT];

    if (!t) {
        err_set(e, ERR_FORMAT, "%s: '%s' is missing", path, name);
    } else if (t->type != type || t->dims != dims ||
               (dims > 0 && rows != SIZE_MAX && t->shape[0] != rows) ||
               (dims > 1 && t->shape[1] != cols)) {
        err_set(e, ERR_FORMAT, "%s: '%s' is %s of shape %s, which is not this run's", path, name,
                safe_type_name(t->type), safe_shape_text(t->dims, t->shape, shape));
    } else {
        return t;
    }
    return NULL;
}

static int check_finite(const SafeTensor *t, const char *path, Err *e)
{
    for (size_t i = 0; i < safe_numbers(t); i++) {
        float value;

        memcpy(&value, (const char *)t->bytes + i * sizeof value, sizeof value);
        if (!isfinite(value))
            return err_set(e, ERR_NUMERIC, "%s: number %zu of '%s' is not finite", path, i,
                           t->name);
    }
    return 0;
}

static int take_net(const SafeFile *f, const char *path, const Trained *t, int index,
                    NetContents *c, Err *e)
{
    const SafeTensor *steps;
    char name[TENSOR_NAME];

    if (!(c->params = take(f, path, tensor_name(name, index, "params"), SAFE_F32, 1,
                           net_block_size(t->net), 0, e)) ||
        !(c->state = take(f, path, tensor_name(name, index, "state"), SAFE_F32, 1,
                          net_state_size(t->net), 0, e)) ||
        !(c->optim = take(f, path, tensor_name(name, index, "optim"), SAFE_F32, 1,
                          optim_state_size(t->optim), 0, e)) ||
        !(steps = take(f, path, tensor_name(name, index, "optim_steps"), SAFE_U64, 0, 0, 0, e)))
        return -ERR_FORMAT;
    memcpy(&c->optim_steps, steps->bytes, sizeof c->optim_steps);
    if (c->optim_steps > (uint64_t)1 << 53)
        return err_set(e, ERR_FORMAT, "%s: '%s' makes no sense", path, name);
    if (check_finite(c->params, path, e) || check_finite(c->state, path, e) ||
        check_finite(c->optim, path, e))
        return -ERR_NUMERIC;
    return 0;
}

/* Runs from before there were columns for two nets have the usual ones alone. */
static int take_log(const SafeFile *f, const char *path, Contents *c, Err *e)
{
    const SafeTensor *log = safe_find(f, "log");
    size_t columns = log && log->dims == 2 && log->shape[1] == LOG_USUAL ? LOG_USUAL : LOG_COLUMNS;

    c->log = take(f, path, "log", SAFE_F64, 2, SIZE_MAX, columns, e);
    return c->log ? 0 : -ERR_FORMAT;
}

static int take_numbers(const SafeFile *f, const char *path, int count, Contents *c, Err *e)
{
    for (int i = 0; i < numbers_of(count); i++) {
        const Number *n = &numbers[i];
        const SafeTensor *t = take(f, path, n->name, stored_type(n->type), 0, 0, 0, e);

        if (!t)
            return -ERR_FORMAT;
        if (!restore(&c->numbers, n, t->bytes))
            return err_set(e, ERR_FORMAT, "%s: '%s' makes no sense", path, n->name);
    }
    return 0;
}

static int check_recipe(const SafeFile *f, const char *path, const Recipe *recipe, Err *e)
{
    const char *format = safe_text(f, "format"), *text = safe_text(f, "recipe"), *key;
    Recipe saved;
    int code;

    if (!format || strcmp(format, "scrawl-checkpoint/1") || !text)
        return err_set(e, ERR_FORMAT, "%s: is not a checkpoint", path);
    recipe_usual(&saved);
    code = recipe_read(&saved, text, strlen(text), path, e);
    if (code)
        return code;
    key = recipe_clash(&saved, recipe);
    if (key)
        return err_set(e, ERR_ARGUMENT, "%s: the run cannot go on with another %s", path, key);
    return 0;
}

static void use(const NetContents *c, const Trained *t)
{
    memcpy(net_block(t->net), c->params->bytes, c->params->size);
    memcpy(net_state(t->net), c->state->bytes, c->state->size);
    memcpy(optim_state(t->optim), c->optim->bytes, c->optim->size);
    optim_set_steps(t->optim, c->optim_steps);
}

static int load(const char *path, const Trained *nets, int count, RunState *state,
                const Recipe *recipe, Err *e)
{
    SafeFile *f = safe_open(path, e);
    Contents c = {0};
    int code;

    if (!f)
        return e && e->code ? -(int)e->code : -ERR_IO;
    code = check_recipe(f, path, recipe, e);
    for (int i = 0; !code && i < count; i++)
        code = take_net(f, path, &nets[i], i, &c.nets[i], e);
    if (!code)
        code = take_log(f, path, &c, e);
    if (!code)
        code = take_numbers(f, path, count, &c, e);
    if (!code)
        code =
            train_log_set(&c.numbers.log, c.log->bytes, c.log->shape[0], (int)c.log->shape[1], e);
    if (!code) {
        for (int i = 0; i < count; i++)
            use(&c.nets[i], &nets[i]);
        run_state_free(state);
        *state = c.numbers;
    }
    safe_free(f);
    return code;
}

int checkpoint_load(const char *path, Net *net, Optim *optim, RunState *state, const Recipe *recipe,
                    Err *e)
{
    return load(path, &(Trained){net, optim}, 1, state, recipe, e);
}

int checkpoint_load_two(const char *path, const Trained nets[2], RunState *state,
                        const Recipe *recipe, Err *e)
{
    return load(path, nets, 2, state, recipe, e);
}
