/* What the copy of the process that looked at an HDF5 file reports, when HDF5 was led astray. */
#include "fuzz/fuzz.h"

#include <string.h>

#include "base/h5_contents.h"

static int look_at(void *context, const char *name, struct err *e)
{
    const struct h5 *h = context;
    double reals[16];
    size_t n;
    int x;
    struct buf text = BUF_INIT;
    fuzz_check_error(h5_get_reals(h, "/", name, reals, 16, &n, e), e);
    fuzz_check_error(h5_get_int(h, "/", name, &x, e), e);
    fuzz_check_error(h5_get_text(h, "/", name, &text, e), e);
    buf_release(&text);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    enum { SIZE = 4096 };
    static char path[] = "made.h5";
    struct h5 h = H5_INIT;
    struct h5_array a;
    struct buf report = BUF_INIT;
    struct err e;
    h.path = path;
    buf_add(&report, bytes, n);
    int status = h5_contents_read(&h.contents, &report, path, SIZE, &e);
    fuzz_check_error(status, &e);
    for (size_t i = 0; !status && i < h.contents->n; i++) {
        const struct h5_entry *entry = &h.contents->entries[i];
        int found = h5_find(&h, entry->path, &a, &e);
        fuzz_check_error(found, &e);
        fuzz_require(found || (a.offset <= SIZE && a.n * h5_type_size(a.type) <= SIZE - a.offset),
                     "an array is not in the file");
    }
    if (!status) {
        fuzz_check_error(h5_each_attribute(&h, "/", look_at, &h, &e), &e);
        h5_contents_free(h.contents);
    }
    buf_release(&report);
    return 0;
}
