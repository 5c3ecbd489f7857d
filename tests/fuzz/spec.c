/* Experiments: reading, planning, and writing back what was read. */
#include "fuzz/fuzz.h"

#include <string.h>

#include "plan/plan.h"
#include "run/methods.h"

/* A spec that was read is taken back from its own text, and that gives the same text again. */
static void read_again(const struct spec *s)
{
    struct buf text = BUF_INIT, again = BUF_INIT, problems = BUF_INIT;
    struct spec copy;
    struct err e;
    spec_write(s, &text);
    const char *path = fuzz_file("experiments/resolved.yaml",
                                 (struct fuzz_input){(const uint8_t *)text.s, text.len});
    int status = spec_read(&copy, path, run_known(), NULL, &problems, &e);
    fuzz_require(status == 0, buf_text(&problems));
    spec_write(&copy, &again);
    fuzz_require(strcmp(buf_text(&text), buf_text(&again)) == 0, "a spec changes as it is written");
    spec_release(&copy);
    buf_release(&text);
    buf_release(&again);
    buf_release(&problems);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct buf problems = BUF_INIT;
    struct spec s;
    struct plan p = {0};
    struct err e;
    fuzz_folder("experiments");
    const char *path = fuzz_file("experiments/x.yaml", (struct fuzz_input){bytes, n});
    int status = spec_read(&s, path, run_known(), NULL, &problems, &e);
    fuzz_check_error(status, &e);
    if (!status) {
        fuzz_check_error(plan_make(&p, &s, &e), &e);
        plan_release(&p);
        read_again(&s);
        spec_release(&s);
    }
    buf_release(&problems);
    return 0;
}
