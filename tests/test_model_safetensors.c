#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "model/safetensors.h"
#include "scratch.h"

/* A file with this header and n_data bytes of data, 0, 1, 2, … */
static const char *make_file(const struct scratch *s, const char *header, size_t n_data)
{
    struct buf b = BUF_INIT;
    uint64_t n = strlen(header);
    buf_add(&b, &n, sizeof n);
    buf_adds(&b, header);
    for (size_t i = 0; i < n_data; i++) {
        buf_addc(&b, (char)i);
    }
    const char *path = scratch_file(s, "m.safetensors", buf_text(&b), b.len);
    buf_release(&b);
    return path;
}

static void refuses(const char *path, const char *words)
{
    struct safetensors t;
    struct err e = {0};
    cr_assert(safetensors_open(&t, path, &e) == -1, "taken, though it should say: %s", words);
    cr_assert(strstr(e.text, words) && strstr(e.text, path), "wrong message: %s", e.text);
}

Test(model_safetensors, entries_come_in_the_order_of_their_data)
{
    struct scratch s = scratch_new();
    struct safetensors t;
    struct err e = {0};
    const char *path =
        make_file(&s,
                  "{\"__metadata__\":{\"format\":\"pt\"},"
                  "\"b\":{\"dtype\":\"F16\",\"shape\":[2,2],\"data_offsets\":[4,12]},"
                  "\"odd\":{\"dtype\":\"F8_E9M9\",\"shape\":[1],\"data_offsets\":[12,13]},"
                  "\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}  ",
                  13);
    cr_assert(safetensors_open(&t, path, &e) == 0, "%s", e.text);
    cr_assert(t.n == 3, "%zu entries", t.n);
    cr_assert_str_eq(t.tensors[0].name, "a");
    cr_assert(t.tensors[0].dtype == SAFE_F32 && t.tensors[0].rank == 0, "a");
    cr_assert(t.tensors[1].dtype == SAFE_F16 && t.tensors[1].dims[1] == 2, "b");
    cr_assert(t.tensors[1].data[0] == 4 && t.tensors[2].data[0] == 12, "data");
    cr_assert(t.tensors[2].dtype == SAFE_OTHER, "a type that nobody knows yet");
    cr_assert_str_eq(t.tensors[2].dtype_name, "F8_E9M9");
    safetensors_close(&t);
    scratch_remove(&s);
}

Test(model_safetensors, broken_files_are_refused)
{
    struct scratch s = scratch_new();
    refuses(scratch_file(&s, "x", "", 0), "safetensors file");
    refuses(scratch_file(&s, "x", "abc", 3), "safetensors file");
    refuses(scratch_file(&s, "x", "\377\377\377\377\377\377\377\377{}", 10), "does not fit");
    refuses(scratch_file(&s, "x", "\3\0\0\0\0\0\0\0{}", 10), "does not fit");
    refuses(make_file(&s, "{", 0), "not a JSON object");
    refuses(make_file(&s, "[]", 0), "not a JSON object");
    refuses(make_file(&s, "{\"a\":1,\"a\":2}", 0), "duplicate");
    refuses(make_file(&s, "{}", 4), "4 bytes after");
    scratch_remove(&s);
}

Test(model_safetensors, entries_that_contradict_themselves_are_refused)
{
    static const struct {
        const char *entry, *words;
    } cases[] = {
        {"1", "is no tensor"},
        {"{\"shape\":[2],\"data_offsets\":[0,8]}", "is no tensor"},
        {"{\"dtype\":\"F32\",\"shape\":2,\"data_offsets\":[0,8]}", "is no tensor"},
        {"{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}", "is no tensor"},
        {"{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}", "is no tensor"},
        {"{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8.0]}", "is no tensor"},
        {"{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]}", "outside"},
        {"{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}", "outside"},
        {"{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}", "take 12"},
        {"{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,8]}", "take 4"},
        {"{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,0]}",
         "overflows"},
        {"{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}", "belong to no tensor"},
        {"{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
         "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}",
         "overlap"},
    };
    struct scratch s = scratch_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf header = BUF_INIT;
        buf_addf(&header, "{\"a\":%s}", cases[i].entry);
        refuses(make_file(&s, buf_text(&header), 8), cases[i].words);
        buf_release(&header);
    }
    scratch_remove(&s);
}
