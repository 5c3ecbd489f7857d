#include <criterion/criterion.h>
#include <string.h>

#include "base/process.h"

static void expect(const char *const argv[], enum process_stream keep, const char *text, int code)
{
    struct buf out = BUF_INIT;
    struct err e;
    int exit_code = -1;
    cr_assert(process_run(argv, keep, &out, &exit_code, NULL, &e) == 0, "%s", e.text);
    cr_assert(exit_code == code, "exit code %d", exit_code);
    cr_assert(strcmp(buf_text(&out), text) == 0, "\"%s\"", buf_text(&out));
    buf_release(&out);
}

Test(base_process, hands_arguments_over_untouched)
{
    const char *const argv[] = {"printf", "%s|", "a b", "$(false)", "'; rm", "*", NULL};
    expect(argv, PROCESS_OUTPUT, "a b|$(false)|'; rm|*|", 0);
}

Test(base_process, keeps_one_stream_and_the_exit_code)
{
    const char *const argv[] = {"sh", "-c", "echo out; echo err >&2; exit 3", NULL};
    expect(argv, PROCESS_OUTPUT, "out\n", 3);
    expect(argv, PROCESS_MESSAGES, "err\n", 3);
}

Test(base_process, keeps_both_streams_apart)
{
    const char *const argv[] = {"sh", "-c", "echo out; echo err >&2; echo more; exit 3", NULL};
    struct buf printed = BUF_INIT, messages = BUF_INIT;
    struct err e;
    int exit_code = -1;
    cr_assert(process_run_both(argv, &printed, &messages, &exit_code, NULL, &e) == 0, "%s", e.text);
    cr_assert(exit_code == 3 && strcmp(buf_text(&printed), "out\nmore\n") == 0);
    cr_assert(strcmp(buf_text(&messages), "err\n") == 0, "\"%s\"", buf_text(&messages));
    buf_release(&printed);
    buf_release(&messages);
}

Test(base_process, reads_nothing_and_pins_locale_and_zone)
{
    const char *const argv[] = {"sh", "-c", "cat; echo $LC_ALL $TZ", NULL};
    expect(argv, PROCESS_OUTPUT, "C.UTF-8 UTC0\n", 0);
}

Test(base_process, reports_a_signal_as_shells_do)
{
    const char *const argv[] = {"sh", "-c", "kill -9 $$", NULL};
    expect(argv, PROCESS_OUTPUT, "", 137);
}

Test(base_process, says_that_a_program_is_missing)
{
    const char *const argv[] = {"no-such-program-at-all", NULL};
    struct buf out = BUF_INIT;
    struct err e;
    int exit_code;
    bool missing = false;
    cr_assert(process_run(argv, PROCESS_OUTPUT, &out, &exit_code, &missing, &e) == -1);
    cr_assert(missing);
    cr_assert(strstr(e.text, "no-such-program-at-all") != NULL, "%s", e.text);
    buf_release(&out);
}
