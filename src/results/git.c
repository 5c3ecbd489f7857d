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

/*
 * The folder may be anybody's, and git runs what its configuration names: monitors of the file
 * system, hooks, transports for objects that are missing. Each is switched off by name. Filters
 * have names of their own; where there are some, nothing is compared. Without optional locks git
 * leaves the index alone, so parallel runs do not meet there.
 */
#define OFF(setting) "-c", setting
#define GIT                                                                                        \
    "git", "--no-optional-locks", OFF("core.fsmonitor=false"), OFF("core.hooksPath=/dev/null"),    \
        OFF("protocol.allow=never"), OFF("protocol.ext.allow=never"),                              \
        OFF("protocol.file.allow=never"), OFF("protocol.ssh.allow=never"),                         \
        OFF("protocol.git.allow=never"), OFF("protocol.http.allow=never"),                         \
        OFF("protocol.https.allow=never")

static bool has_filters(struct buf *out)
{
    static const char *const filters[] = {
        GIT, "config", "--local", "--includes", "--get-regexp", "^filter\\..*\\.(clean|process)$",
        NULL};
    static const char *const worktree[] = {
        GIT,          "config",       "--worktree",
        "--includes", "--get-regexp", "^filter\\..*\\.(clean|process)$",
        NULL};
    return ask(filters, out) || ask(worktree, out);
}

static void ask_git(void)
{
    static const char *const revision[] = {GIT, "rev-parse", "--verify", "HEAD", NULL};
    static const char *const status[] = {
        GIT, "status", "--porcelain", "--ignore-submodules=all", "--no-renames", NULL};
    struct buf out = BUF_INIT;
    if (ask(revision, &out)) {
        size_t digits = strspn(buf_text(&out), "0123456789abcdef");
        if (digits >= 40 && digits < sizeof state.revision) {
            memcpy(state.revision, out.s, digits);
            bool compared = !has_filters(&out);
            state.known = !compared || ask(status, &out);
            state.dirty = !compared || (state.known && out.len > 0);
        }
    }
    buf_release(&out);
}

const struct git_state *git_state(void)
{
    pthread_once(&asked, ask_git);
    return &state;
}
