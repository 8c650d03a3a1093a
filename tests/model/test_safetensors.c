#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/bytes.h"
#include "base/file.h"
#include "model/safetensors.h"
#include "safe_bytes.h"

/* Two tensors, 6 floats and 3 bytes, with a text: what the tests below bend. */
static const char good_header[] =
    "{\"__metadata__\":{\"format\":\"pt\"},"
    "\"a\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
    "\"b\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[24,27]}}";
static const uint8_t good_data[27] = {0, 0, 0x80, 0x3F, [24] = 7, 8, 9};

static SafeFile *open_header(const char *header, size_t data_size, Err *e)
{
    uint8_t data[64] = {0};
    size_t size;
    uint8_t *bytes = safe_bytes(header, data, data_size, &size);
    SafeFile *f = safe_from_bytes(bytes, size, "x", e);

    free(bytes);
    return f;
}

static void refused(const char *header, size_t data_size, ErrCode code, const char *sentence)
{
    Err e = {0};
    SafeFile *f = open_header(header, data_size, &e);

    assert_null(f);
    assert_string_equal(e.text, sentence);
    assert_int_equal(e.code, code);
}

static void a_file_from_elsewhere_is_read(void **state)
{
    (void)state;
    Err e = {0};
    size_t size;
    float numbers[6];
    uint8_t *bytes = safe_bytes(good_header, good_data, sizeof good_data, &size);
    SafeFile *f = safe_from_bytes(bytes, size, "x", &e);

    assert_non_null(f);
    assert_int_equal(safe_count(f), 2);
    assert_string_equal(safe_text(f, "format"), "pt");
    assert_null(safe_text(f, "a"));
    assert_null(safe_find(f, "__metadata__"));
    const SafeTensor *a = safe_find(f, "a"), *b = safe_find(f, "b");
    assert_ptr_equal(a, safe_tensor(f, 0));
    assert_int_equal(a->dims, 2);
    assert_int_equal(a->shape[0], 2);
    assert_int_equal(a->shape[1], 3);
    assert_int_equal(safe_numbers(a), 6);
    assert_true(safe_floats(a, numbers));
    assert_true(numbers[0] == 1 && numbers[1] == 0);
    assert_false(safe_floats(b, numbers));
    assert_memory_equal(b->bytes, "\7\10\11", 3);
    safe_free(f);
    free(bytes);
}

static void tensors_may_stand_in_any_order_be_empty_or_a_single_number(void **state)
{
    (void)state;
    Err e = {0};
    SafeFile *f =
        open_header("{\"late\":{\"shape\":[],\"data_offsets\":[8,12],\"dtype\":\"F32\"},"
                    "\"none\":{\"dtype\":\"I64\",\"shape\":[0,9],\"data_offsets\":[8,8]},"
                    "\"early\":{\"dtype\":\"U64\",\"shape\":[1],\"data_offsets\":[0,8]}}   ",
                    12, &e);

    assert_non_null(f);
    assert_string_equal(safe_tensor(f, 0)->name, "early");
    assert_string_equal(safe_tensor(f, 1)->name, "none");
    assert_int_equal(safe_numbers(safe_find(f, "none")), 0);
    assert_int_equal(safe_numbers(safe_find(f, "late")), 1);
    safe_free(f);
    f = open_header("{}", 0, &e);
    assert_non_null(f);
    assert_int_equal(safe_count(f), 0);
    safe_free(f);
}

static void halves_and_bfloats_become_floats(void **state)
{
    (void)state;
    Err e = {0};
    const uint8_t data[] = {0x00, 0x3C, 0x66, 0x2E, 0x80, 0x3F, 0xF7, 0xC2};
    size_t size;
    float numbers[2];
    uint8_t *bytes = safe_bytes("{\"h\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]},"
                                "\"b\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[4,8]}}",
                                data, sizeof data, &size);
    SafeFile *f = safe_from_bytes(bytes, size, "x", &e);

    assert_non_null(f);
    assert_true(safe_floats(safe_find(f, "h"), numbers));
    assert_true(numbers[0] == 1 && numbers[1] == 0.0999755859375f);
    assert_true(safe_floats(safe_find(f, "b"), numbers));
    assert_true(numbers[0] == 1 && numbers[1] == -123.5f);
    safe_free(f);
    free(bytes);
}

static void every_truncation_and_a_byte_too_many_is_refused(void **state)
{
    (void)state;
    size_t size;
    uint8_t *bytes = safe_bytes(good_header, good_data, sizeof good_data, &size);

    for (size_t cut = 0; cut < size; cut++) {
        Err e = {0};
        uint8_t *exact = malloc(cut ? cut : 1);
        memcpy(exact, bytes, cut);
        assert_null(safe_from_bytes(exact, cut, "cut.safetensors", &e));
        assert_int_equal(e.code, ERR_FORMAT);
        assert_memory_equal(e.text, "cut.safetensors: ", 17);
        free(exact);
    }
    bytes = realloc(bytes, size + 1);
    bytes[size] = 0;
    Err e = {0};
    assert_null(safe_from_bytes(bytes, size + 1, "x", &e));
    assert_string_equal(e.text, "x: its tensors end after 27 bytes of data, the file after 28");
    free(bytes);
}

static void a_wrong_length_is_named_with_both_numbers(void **state)
{
    (void)state;
    Err e = {0};
    uint8_t bytes[12] = {5, 0, 0, 0, 0, 0, 0, 0, '{', '}', ' ', ' '};

    assert_null(safe_from_bytes(bytes, 12, "x", &e));
    assert_string_equal(e.text, "x: a header of 5 bytes is promised, 4 bytes follow");
    assert_null(safe_from_bytes(bytes, 7, "x", &e));
    assert_string_equal(e.text, "x: 7 bytes are too few for a safetensors file");
    memset(bytes, 0xFF, 8);
    assert_null(safe_from_bytes(bytes, 12, "x", &e));
    assert_string_equal(e.text,
                        "x: a header of 18446744073709551615 bytes is promised, 4 bytes follow");
    refused("", 0, ERR_FORMAT, "x: the header does not begin with '{'");
}

static void a_header_beyond_the_limit_is_refused(void **state)
{
    (void)state;
    Err e = {0};
    size_t length = SAFE_HEADER_LIMIT + 1;
    char *header = malloc(length + 1);

    memset(header, ' ', length);
    memcpy(header, "{}", 2);
    header[length] = 0;
    assert_null(open_header(header, 0, &e));
    assert_string_equal(e.text, "x: a header of 16777217 bytes, at most 16777216 are read");
    assert_int_equal(e.code, ERR_LIMIT);
    header[length - 1] = 0;
    SafeFile *f = open_header(header, 0, &e);
    assert_non_null(f);
    safe_free(f);
    free(header);
}

static void a_header_that_is_no_json_is_refused(void **state)
{
    (void)state;
    Err e = {0};

    refused("[]", 0, ERR_FORMAT, "x: the header does not begin with '{'");
    refused(" {}", 0, ERR_FORMAT, "x: the header does not begin with '{'");
    assert_null(open_header("{\"a\":}", 0, &e));
    assert_null(open_header("{} {}", 0, &e));
    assert_null(open_header("{\"a\":NaN}", 0, &e));
    assert_null(open_header("{\"\xff\":1}", 0, &e));
    assert_null(open_header("{\"a\\u0000b\":1}", 0, &e));
    assert_null(open_header("{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", 0, &e));
    assert_non_null(strstr(e.text, "duplicate object key"));
}

/* A list in a list in a list, a million deep, and a list of a million lists: either would cost a
 * parser that believes it its stack or a gigabyte. */
static void a_header_that_is_deep_or_full_of_lists_is_refused(void **state)
{
    (void)state;
    Err e = {0};
    size_t length = 1 << 20;
    char *header = malloc(2 * length + 8);

    memcpy(header, "{\"a\":", 5);
    memset(header + 5, '[', 200000); /* few enough to be parsed */
    header[5 + 200000] = 0;
    assert_null(open_header(header, 0, &e));
    assert_int_equal(e.code, ERR_FORMAT);
    memset(header + 5, '[', length);
    header[5 + length] = 0;
    assert_null(open_header(header, 0, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    for (size_t i = 0; i < length; i++)
        memcpy(header + 5 + 2 * i, i ? ",1" : "[1", 3);
    assert_null(open_header(header, 0, &e));
    assert_int_equal(e.code, ERR_FORMAT); /* few enough to be parsed: the list is not closed */
    memset(header + 5, ',', 2 * length);
    header[5 + 2 * length] = 0;
    assert_null(open_header(header, 0, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    free(header);
}

static void each_field_of_a_tensor_that_is_wrong_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *entry, *sentence;
        ErrCode code;
    } table[] = {
        {"1", "its entry is no object", ERR_FORMAT},
        {"{\"shape\":[2],\"data_offsets\":[0,8]}", "its dtype is missing or not a text",
         ERR_FORMAT},
        {"{\"dtype\":4,\"shape\":[2],\"data_offsets\":[0,8]}", "its dtype is missing or not a text",
         ERR_FORMAT},
        {"{\"dtype\":\"F8_E4M3\",\"shape\":[8],\"data_offsets\":[0,8]}",
         "its dtype 'F8_E4M3' is none that is known", ERR_UNSUPPORTED},
        {"{\"dtype\":\"f32\",\"shape\":[2],\"data_offsets\":[0,8]}",
         "its dtype 'f32' is none that is known", ERR_UNSUPPORTED},
        {"{\"dtype\":\"\\u001b[31m\",\"shape\":[2],\"data_offsets\":[0,8]}",
         "its dtype '?' is none that is known", ERR_UNSUPPORTED},
        {"{\"dtype\":\"F32\",\"data_offsets\":[0,8]}", "its shape is no list of at most 8 sizes",
         ERR_FORMAT},
        {"{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,2],\"data_offsets\":[0,8]}",
         "its shape is no list of at most 8 sizes", ERR_FORMAT},
        {"{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}",
         "its shape holds something that is no size", ERR_FORMAT},
        {"{\"dtype\":\"F32\",\"shape\":[-2,-1],\"data_offsets\":[0,8]}",
         "its shape holds something that is no size", ERR_FORMAT},
        {"{\"dtype\":\"F32\",\"shape\":[4611686018427387904,2],\"data_offsets\":[0,8]}",
         "its shape is larger than any memory", ERR_FORMAT},
        {"{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296,2],\"data_offsets\":[0,0]}",
         "its shape is larger than any memory", ERR_FORMAT},
        {"{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}",
         "its shape needs 12 bytes, its offsets hold 8", ERR_FORMAT},
        {"{\"dtype\":\"F32\",\"shape\":[2]}", "its data_offsets are not two sizes", ERR_FORMAT},
        {"{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8,16]}",
         "its data_offsets are not two sizes", ERR_FORMAT},
        {"{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,\"8\"]}",
         "its data_offsets are not two sizes", ERR_FORMAT},
        {"{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-8,0]}",
         "its data_offsets are not two sizes", ERR_FORMAT},
        {"{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}",
         "its bytes 8 to 0 are not in the 8 bytes of data", ERR_FORMAT},
        {"{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,16]}",
         "its bytes 8 to 16 are not in the 8 bytes of data", ERR_FORMAT},
        {"{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,9223372036854775807]}",
         "its bytes 0 to 9223372036854775807 are not in the 8 bytes of data", ERR_FORMAT},
    };
    char header[300], sentence[300];

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        snprintf(header, sizeof header, "{\"w\":%s}", table[i].entry);
        snprintf(sentence, sizeof sentence, "x: tensor 'w': %s", table[i].sentence);
        refused(header, 8, table[i].code, sentence);
    }
}

static void names_that_are_long_or_hold_control_characters_are_refused(void **state)
{
    (void)state;
    char header[400];

    snprintf(header, sizeof header,
             "{\"%0256d\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[0,8]}}", 0);
    refused(header, 8, ERR_FORMAT, "x: a tensor's name has 256 bytes, at most 255 are read");
    refused("{\"a\\u001b[2J\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[0,8]}}", 8,
            ERR_FORMAT, "x: a tensor's name holds a control character");
    refused("{\"a\\u007f\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[0,8]}}", 8, ERR_FORMAT,
            "x: a tensor's name holds a control character");
    refused("{\"a\\u009b2J\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[0,8]}}", 8,
            ERR_FORMAT, "x: a tensor's name holds a control character");
}

static void tensors_that_overlap_or_leave_a_hole_are_refused(void **state)
{
    (void)state;
    refused("{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},"
            "\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[3,7]}}",
            7, ERR_FORMAT, "x: tensor 'b': begins at byte 3 of the data, not at 4");
    refused("{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},"
            "\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}",
            4, ERR_FORMAT, "x: tensor 'b': begins at byte 0 of the data, not at 4");
    refused("{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},"
            "\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[5,9]}}",
            9, ERR_FORMAT, "x: tensor 'b': begins at byte 5 of the data, not at 4");
    refused("{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[1,5]}}", 5, ERR_FORMAT,
            "x: tensor 'a': begins at byte 1 of the data, not at 0");
    refused("{}", 1, ERR_FORMAT, "x: its tensors end after 0 bytes of data, the file after 1");
}

static void metadata_has_to_be_texts(void **state)
{
    (void)state;
    refused("{\"__metadata__\":[]}", 0, ERR_FORMAT, "x: its __metadata__ is no object");
    refused("{\"__metadata__\":{\"a\":1}}", 0, ERR_FORMAT,
            "x: its __metadata__ holds something that is no text");
}

/* ---- writing ---- */

static SafeWriter *sample_writer(const uint64_t *words, const float *floats, const uint8_t *bytes)
{
    SafeWriter *w = safe_writer_new();

    safe_writer_text(w, "step", "120");
    safe_writer_add(
        w, (SafeTensor){.name = "bytes", .type = SAFE_U8, .dims = 1, .shape = {3}, .bytes = bytes});
    safe_writer_add(
        w, (SafeTensor){
               .name = "floats", .type = SAFE_F32, .dims = 2, .shape = {1, 2}, .bytes = floats});
    safe_writer_add(
        w,
        (SafeTensor){.name = "words", .type = SAFE_U64, .dims = 1, .shape = {2}, .bytes = words});
    safe_writer_add(w, (SafeTensor){.name = "nothing", .type = SAFE_F32, .dims = 1, .shape = {0}});
    return w;
}

static void what_is_written_is_the_format_byte_for_byte(void **state)
{
    (void)state;
    Err e = {0};
    const uint64_t words[] = {1, UINT64_MAX};
    const float floats[] = {1, -2};
    const uint8_t bytes[] = {7, 8, 9};
    static const char header[] =
        "{\"__metadata__\":{\"step\":\"120\"},"
        "\"words\":{\"dtype\":\"U64\",\"shape\":[2],\"data_offsets\":[0,16]},"
        "\"floats\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[16,24]},"
        "\"nothing\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[24,24]},"
        "\"bytes\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[24,27]}}";
    SafeWriter *w = sample_writer(words, floats, bytes);
    size_t size, padded = (sizeof header - 1 + 7) / 8 * 8;
    uint8_t *file = safe_encode(w, &size, &e);

    assert_non_null(file);
    assert_int_equal(size, 8 + padded + 27);
    assert_int_equal(file[0] | file[1] << 8, padded);
    assert_memory_equal(file + 8, header, sizeof header - 1);
    for (size_t i = sizeof header - 1; i < padded; i++)
        assert_int_equal(file[8 + i], ' ');
    assert_memory_equal(file + 8 + padded, words, 16);
    assert_memory_equal(file + 8 + padded + 16, floats, 8);
    assert_memory_equal(file + 8 + padded + 24, bytes, 3);
    free(file);
    safe_writer_free(w);
}

static void what_is_written_to_a_file_is_read_back(void **state)
{
    (void)state;
    Err e = {0};
    char folder[] = "/tmp/scrawl-test-XXXXXX", path[64];
    const uint64_t words[] = {1, UINT64_MAX};
    const float floats[] = {1, -2};
    float back[2];
    SafeWriter *w = sample_writer(words, floats, (const uint8_t *)"abc");

    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/state.safetensors", folder);
    assert_int_equal(safe_save(w, path, &e), 0);
    safe_writer_free(w);
    SafeFile *f = safe_open(path, &e);
    assert_non_null(f);
    assert_int_equal(safe_count(f), 4);
    assert_string_equal(safe_text(f, "step"), "120");
    assert_memory_equal(safe_find(f, "words")->bytes, words, 16);
    assert_memory_equal(safe_find(f, "bytes")->bytes, "abc", 3);
    assert_true(safe_floats(safe_find(f, "floats"), back));
    assert_memory_equal(back, floats, sizeof floats);
    safe_free(f);
    unlink(path);
    assert_null(safe_open(path, &e));
    assert_int_equal(e.code, ERR_IO);
    rmdir(folder);
}

static void the_first_trouble_of_a_writer_is_reported_at_the_end(void **state)
{
    (void)state;
    const SafeTensor good = {.name = "a", .type = SAFE_U8, .dims = 1, .shape = {1}, .bytes = "x"};
    SafeTensor bad[4] = {good, good, good, good};
    static const char *const sentences[] = {
        "tensor 'a': the name is given twice",
        "tensor '__metadata__': no name for a tensor",
        "tensor 'b': too large, or one too many",
        "tensor '\\xFF': a name that is not UTF-8, or no memory",
    };

    bad[1].name = "__metadata__";
    bad[2] = (SafeTensor){.name = "b", .type = SAFE_U8, .dims = 2, .shape = {SIZE_MAX, 2}};
    bad[3].name = "\xff";
    for (int i = 0; i < 4; i++) {
        Err e = {0};
        size_t size;
        SafeWriter *w = safe_writer_new();
        safe_writer_add(w, good);
        safe_writer_add(w, bad[i]);
        safe_writer_text(w, "key", "\xff"); /* comes too late to be named */
        assert_null(safe_encode(w, &size, &e));
        assert_string_equal(e.text, sentences[i]);
        safe_writer_free(w);
    }
}

static void a_text_that_is_not_utf8_is_not_written(void **state)
{
    (void)state;
    Err e = {0};
    SafeWriter *w = safe_writer_new();

    safe_writer_text(w, "note", "\xc3(");
    assert_int_equal(safe_save(w, "/nowhere/x.safetensors", &e), -ERR_ARGUMENT);
    assert_string_equal(e.text,
                        "/nowhere/x.safetensors: text 'note': it is not UTF-8, or memory is gone");
    safe_writer_free(w);
}

static void a_shape_is_shown_as_pytorch_does(void **state)
{
    (void)state;
    char text[SAFE_SHAPE_TEXT];
    const size_t large[8] = {SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX,
                             SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX};

    assert_string_equal(safe_shape_text(4, (size_t[]){6, 1, 5, 5}, text), "(6,1,5,5)");
    assert_string_equal(safe_shape_text(0, NULL, text), "()");
    assert_int_equal(strlen(safe_shape_text(8, large, text)), 8 * 20 + 7 + 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_from_elsewhere_is_read),
        cmocka_unit_test(tensors_may_stand_in_any_order_be_empty_or_a_single_number),
        cmocka_unit_test(halves_and_bfloats_become_floats),
        cmocka_unit_test(every_truncation_and_a_byte_too_many_is_refused),
        cmocka_unit_test(a_wrong_length_is_named_with_both_numbers),
        cmocka_unit_test(a_header_beyond_the_limit_is_refused),
        cmocka_unit_test(a_header_that_is_no_json_is_refused),
        cmocka_unit_test(a_header_that_is_deep_or_full_of_lists_is_refused),
        cmocka_unit_test(each_field_of_a_tensor_that_is_wrong_is_named),
        cmocka_unit_test(names_that_are_long_or_hold_control_characters_are_refused),
        cmocka_unit_test(tensors_that_overlap_or_leave_a_hole_are_refused),
        cmocka_unit_test(metadata_has_to_be_texts),
        cmocka_unit_test(what_is_written_is_the_format_byte_for_byte),
        cmocka_unit_test(what_is_written_to_a_file_is_read_back),
        cmocka_unit_test(the_first_trouble_of_a_writer_is_reported_at_the_end),
        cmocka_unit_test(a_text_that_is_not_utf8_is_not_written),
        cmocka_unit_test(a_shape_is_shown_as_pytorch_does),
    };
    return cmocka_run_group_tests_name("safetensors", tests, NULL, NULL);
}
