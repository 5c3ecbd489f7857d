#include "report/gnuplot.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"
#include "base/share.h"
#include "report/pdf.h"

static bool has_scripts(const char *folder)
{
    struct buf style = BUF_INIT;
    buf_addf(&style, "%s/style.gp", folder);
    bool found = !style.failed && file_exists(style.s);
    buf_release(&style);
    return found;
}

int gnuplot_scripts(struct buf *folder, struct err *e)
{
    const char *named = getenv("NASHSWARM_PLOTS");
    buf_clear(folder);
    if (named && *named) {
        buf_adds(folder, named);
        if (has_scripts(named)) {
            return buf_check(folder, e);
        }
        return err_set(e,
                       "NASHSWARM_PLOTS=%s: there is no style.gp in it; name the folder plots/ "
                       "of the source",
                       named);
    }
    share_path(folder, "plots");
    if (has_scripts(buf_text(folder))) {
        return buf_check(folder, e);
    }
    share_source_path(folder, "plots");
    if (buf_check(folder, e)) {
        return -1;
    }
    return has_scripts(buf_text(folder))
               ? 0
               : err_set(e,
                         "the gnuplot scripts are not where this program was installed or built "
                         "(%s): set NASHSWARM_PLOTS to the folder plots/ of the source",
                         buf_text(folder));
}

/* A path that gnuplot cannot take for a pipe ("| …", "< …") or an option. */
static void plain_path(struct buf *out, const char *path)
{
    buf_addf(out, "%s%s", *path == '/' || *path == '.' ? "" : "./", path);
}

/* The last line of gnuplot's message that says something. */
static const char *complaint(struct buf *messages)
{
    const char *text = "no message";
    char *rest = NULL;
    for (char *line = messages->s ? strtok_r(messages->s, "\n", &rest) : NULL; line;
         line = strtok_r(NULL, "\n", &rest)) {
        line += strspn(line, " \t^");
        if (*line) {
            text = line;
        }
    }
    return text;
}

static int run(const char *script, const char *kind, const char *output, const char *data,
               struct err *e)
{
    /* -d: no settings of the user's or the system's. */
    const char *const argv[] = {"gnuplot", "-d", "-c", script, kind, output, data, NULL};
    struct buf messages = BUF_INIT;
    int exit_code = 0;
    bool missing;
    int status = process_run(argv, PROCESS_MESSAGES, &messages, &exit_code, &missing, e);
    if (status && missing) {
        err_set(e, "gnuplot is needed for the figures and is not installed: install it (Debian: "
                   "gnuplot-nox), then make the figures again");
    } else if (!status && exit_code != 0) {
        status = err_set(e, "gnuplot failed on %s with %s (exit code %d): %.900s", script, data,
                         exit_code, complaint(&messages));
    }
    buf_release(&messages);
    return status;
}

/* Draws into a temporary file beside the figure and renames it. */
static int draw(const char *script, const char *kind, const char *figure, const char *data,
                struct err *e)
{
    struct buf temporary = BUF_INIT, output = BUF_INIT;
    int status = file_temporary(&temporary, figure, e);
    if (status) {
        goto out;
    }
    plain_path(&output, temporary.s);
    status = buf_check(&output, e);
    if (!status) {
        status = run(script, kind, output.s, data, e);
    }
    if (!status && strcmp(kind, "pdf") == 0) {
        status = pdf_fix_dates(temporary.s, e);
    }
    if (status) {
        unlink(temporary.s);
    } else {
        status = file_publish(temporary.s, figure, e);
    }
out:
    buf_release(&temporary);
    buf_release(&output);
    return status;
}

int gnuplot_draw(const char *scripts, const char *folder, const char *name, const struct buf *data,
                 struct buf *written, struct err *e)
{
    static const char *const kinds[] = {"pdf", "png", "svg"};
    struct buf script = BUF_INIT, data_path = BUF_INIT, input = BUF_INIT, figure = BUF_INIT;
    buf_addf(&script, "%s/%s.gp", scripts, name);
    buf_addf(&data_path, "%s/%s.dat", folder, name);
    plain_path(&input, buf_text(&data_path));
    int status = buf_check(data, e) || buf_check(&script, e) || buf_check(&data_path, e) ||
                         buf_check(&input, e) ||
                         file_write(data_path.s, buf_text(data), data->len, e)
                     ? -1
                     : 0;
    if (!status) {
        buf_addf(written, "%s\n", data_path.s);
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] && !status; i++) {
        buf_clear(&figure);
        buf_addf(&figure, "%s/%s.%s", folder, name, kinds[i]);
        status = buf_check(&figure, e) || draw(script.s, kinds[i], figure.s, input.s, e) ? -1 : 0;
        if (!status) {
            buf_addf(written, "%s\n", figure.s);
        }
    }
    buf_release(&script);
    buf_release(&data_path);
    buf_release(&input);
    buf_release(&figure);
    return status ? status : buf_check(written, e);
}

void gnuplot_remove(const char *folder, const char *name)
{
    static const char *const endings[] = {"dat", "pdf", "png", "svg"};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        struct buf path = BUF_INIT;
        buf_addf(&path, "%s/%s.%s", folder, name, endings[i]);
        if (!path.failed) {
            unlink(path.s); /* that there is none is the usual case */
        }
        buf_release(&path);
    }
}
