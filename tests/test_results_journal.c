/* The log of a cell. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "results/journal.h"
#include "scratch.h"
#include "support.h"

struct place {
    struct scratch scratch;
    struct store store;
    struct cell cells[2];
    struct journal journal;
};

static void place_open(struct place *p)
{
    struct err e;
    *p = (struct place){.scratch = scratch_new(), .cells = {{.id = "one"}, {.id = "two"}}};
    cr_assert(store_init(&p->store, p->scratch.folder, "study", &e) == 0, "%s", e.text);
    cr_assert(journal_open(&p->journal, &p->store, p->cells, 2, &e) == 0, "%s", e.text);
}

static void place_close(struct place *p)
{
    journal_close(&p->journal);
    store_release(&p->store);
    scratch_remove(&p->scratch);
}

/* The log of a cell, with T for the times at the beginnings of its lines. */
static void expect_log(const struct place *p, const char *id, const char *wanted)
{
    struct buf path = BUF_INIT, text = BUF_INIT, got = BUF_INIT;
    struct err e;
    buf_addf(&path, "%s/cells/%s/log", p->store.results.s, id);
    cr_assert(file_read(&text, path.s, &e) == 0, "%s", e.text);
    char *rest = text.len ? text.s : NULL;
    for (char *line; (line = strsep(&rest, "\n")) && *line;) {
        int year, time_end = 0;
        sscanf(line, "%4d-%*2d-%*2dT%*2d:%*2d:%*2dZ %n", &year, &time_end);
        cr_assert(time_end == 21 && year >= 2024, "no time: %s", line);
        buf_addf(&got, "T %s\n", line + time_end);
    }
    cr_expect_str_eq(buf_text(&got), wanted);
    buf_release(&path);
    buf_release(&text);
    buf_release(&got);
}

static void expect_tail(const struct place *p, const char *id, size_t lines, const char *wanted)
{
    struct buf tail = BUF_INIT, got = BUF_INIT;
    journal_tail(&p->store, id, lines, "  ", &tail);
    char *rest = tail.len ? tail.s : NULL;
    for (char *line; (line = strsep(&rest, "\n")) && *line;) {
        cr_assert(strncmp(line, "  ", 2) == 0 && strlen(line) > 23, "%s", line);
        buf_addf(&got, "%s;", line + 23);
    }
    cr_expect_str_eq(buf_text(&got), wanted);
    buf_release(&tail);
    buf_release(&got);
}

/* Nothing is closed or flushed before it is read: a killed run leaves every line. */
Test(results_journal, every_line_is_in_the_log_at_once)
{
    struct place p;
    place_open(&p);
    journal_add(&p.journal, "scored: %d texts", 3);
    journal_add_to(&p.journal, 1, "result:\n%s", "a loss");
    journal_add_to(&p.journal, 2, "of no cell");
    journal_add(NULL, "to nobody");
    expect_log(&p, "one", "T scored: 3 texts\n");
    expect_log(&p, "two", "T scored: 3 texts\nT result: a loss\n");
    place_close(&p);
}

Test(results_journal, an_attempt_begins_a_fresh_log_and_an_older_one_keeps_out_of_it)
{
    struct place p;
    struct journal again;
    struct err e;
    place_open(&p);
    journal_add(&p.journal, "first");
    cr_assert(journal_open(&again, &p.store, p.cells, 1, &e) == 0, "%s", e.text);
    journal_add(&again, "second");
    journal_add(&p.journal, "late");
    expect_log(&p, "one", "T second\n");
    expect_log(&p, "two", "T first\nT late\n");
    journal_close(&again);
    place_close(&p);
}

Test(results_journal, what_is_told_often_is_noted_once_a_minute)
{
    struct place p;
    place_open(&p);
    double now_s = clock_s();
    journal_add_seldom(&p.journal, now_s, "%d/9 losses", 1);
    journal_add_seldom(&p.journal, now_s + 61, "%d/9 losses", 2);
    journal_add_seldom(&p.journal, now_s + 90, "%d/9 losses", 3);
    journal_add_seldom(&p.journal, now_s + 122, "%d/9 losses", 4);
    expect_log(&p, "one", "T 2/9 losses\nT 4/9 losses\n");
    expect_log(&p, "two", "T 2/9 losses\nT 4/9 losses\n");
    place_close(&p);
}

Test(results_journal, the_tail_is_what_happened_between_start_and_error)
{
    struct place p;
    place_open(&p);
    expect_tail(&p, "one", 5, "");
    expect_tail(&p, "no such cell", 5, "");
    journal_add(&p.journal, JOURNAL_STARTED "nashswarm run");
    expect_tail(&p, "one", 5, "");
    for (int i = 0; i < 4; i++) {
        journal_add(&p.journal, "step %d", i);
    }
    expect_tail(&p, "one", 5, "step 0;step 1;step 2;step 3;");
    journal_add(&p.journal, JOURNAL_ERROR "no");
    expect_tail(&p, "one", 5, "step 0;step 1;step 2;step 3;");
    expect_tail(&p, "one", 2, "step 2;step 3;");
    expect_tail(&p, "one", 0, "");
    place_close(&p);
}

Test(results_journal, a_log_that_cannot_be_written_names_its_folder)
{
    struct place p;
    struct journal journal;
    struct err e;
    place_open(&p);
    const char *file = scratch_file(&p.scratch, "results/study/cells/three", "x", 1);
    struct cell cell = {.id = "three"};
    cr_assert(journal_open(&journal, &p.store, &cell, 1, &e) == -1);
    cr_expect(strstr(e.text, file) && strstr(e.text, "a file has that name"), "%s", e.text);
    place_close(&p);
}

/* Of a cell that takes no longer than its files: five lines, as a run writes them. */
Test(results_journal, a_thousand_logs_take_little_of_the_processor, .timeout = 120)
{
    struct place p;
    struct err e;
    place_open(&p);
    double begin = processor_s();
    for (int i = 0; i < 1000; i++) {
        struct journal journal;
        struct cell cell = {0};
        snprintf(cell.id, sizeof cell.id, "cell-%d", i);
        cr_assert(journal_open(&journal, &p.store, &cell, 1, &e) == 0, "%s", e.text);
        for (int line = 0; line < 5; line++) {
            journal_add(&journal, "line %d", line);
        }
        journal_close(&journal);
    }
    double per_cell_s = (processor_s() - begin) / 1000;
    cr_log_info("%.3f ms a cell", 1e3 * per_cell_s);
    cr_expect(per_cell_s < 2e-3, "%g s a cell", per_cell_s);
    place_close(&p);
}
