#include "results/git.h"

#include <pthread.h>
#include <string.h>

#include "base/process.h"

static struct git_state state;
static pthread_once_t asked = PTHREAD_ONCE_INIT;

/* Whether git ran and was content; its output, without the last line end, is in `out`. */
static bool ask(const char *const argv[], struct buf *out)
{
    struct err ignored;
    int exit_code = 0;
    buf_clear(out);
    return process_run(argv, PROCESS_OUTPUT, out, &exit_code, NULL, &ignored) == 0 &&
           exit_code == 0;
}

static void ask_git(void)
{
    static const char *const revision[] = {"git", "rev-parse", "--verify", "HEAD", NULL};
    /* Without optional locks git leaves the index alone, so parallel runs do not meet there. */
    static const char *const status[] = {"git", "--no-optional-locks", "status", "--porcelain",
                                         NULL};
    struct buf out = BUF_INIT;
    if (ask(revision, &out)) {
        size_t digits = strspn(buf_text(&out), "0123456789abcdef");
        if (digits >= 40 && digits < sizeof state.revision) {
            memcpy(state.revision, out.s, digits);
            state.known = ask(status, &out);
            state.dirty = state.known && out.len > 0;
        }
    }
    buf_release(&out);
}

const struct git_state *git_state(void)
{
    pthread_once(&asked, ask_git);
    return &state;
}
