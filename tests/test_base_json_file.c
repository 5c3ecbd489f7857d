#include <criterion/criterion.h>
#include <jansson.h>
#include <string.h>

#include "base/json_file.h"
#include "scratch.h"

/* Reading a file of this text fails with a message that has `why` in it. */
static void refuses(const char *text, const char *why)
{
    struct scratch s = scratch_new();
    struct err e;
    const char *path = scratch_file(&s, "a.json", text, strlen(text));
    cr_assert(json_file_read(path, &e) == NULL, "%s was read", text);
    cr_assert(strstr(e.text, why) && strstr(e.text, path), "%s: %s", text, e.text);
    scratch_remove(&s);
}

Test(base_json_file, a_value_is_read)
{
    struct scratch s = scratch_new();
    struct err e;
    json_t *root = json_file_read(scratch_file(&s, "a.json", "{\"a\": [1, 2]}", 13), &e);
    cr_assert(root && json_array_size(json_object_get(root, "a")) == 2);
    json_decref(root);
    scratch_remove(&s);
}

Test(base_json_file, what_is_wrong_is_said_with_its_place)
{
    refuses("", "is empty");
    refuses("{\n  \"a\": }", ":2:");
    refuses("{\"a\": 1, \"a\": 2}", "not JSON");
}

Test(base_json_file, a_missing_file_is_named)
{
    struct err e;
    cr_assert(json_file_read("/nowhere.json", &e) == NULL);
    cr_assert(strstr(e.text, "cannot open /nowhere.json"), "%s", e.text);
}
