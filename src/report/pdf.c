#include "report/pdf.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"

/* Zeros for the time, the first of January 2000 for the day. */
static void fix(char *digits, size_t n)
{
    static const char day[] = "20000101000000";
    for (size_t i = 0; i < n && digits[i] != ')'; i++) {
        if (digits[i] >= '0' && digits[i] <= '9') {
            digits[i] = i < sizeof day - 1 ? day[i] : '0';
        }
    }
}

/* How many fields of that name there were. */
static size_t fix_all(char *bytes, size_t n, const char *field)
{
    size_t found = 0;
    char *end = bytes + n;
    for (char *at = bytes; (at = memmem(at, (size_t)(end - at), field, strlen(field))) != NULL;) {
        at += strlen(field);
        size_t left = (size_t)(end - at);
        fix(at, left < 24 ? left : 24);
        found++;
    }
    return found;
}

int pdf_fix_dates(const char *path, struct err *e)
{
    struct buf pdf = BUF_INIT;
    FILE *f = NULL;
    int status = file_read(&pdf, path, e);
    if (status) {
        goto out;
    }
    if (pdf.len < 5 || memcmp(pdf.s, "%PDF-", 5) != 0) {
        status = err_set(e, "%s: gnuplot wrote something that is not a PDF", path);
        goto out;
    }
    if (fix_all(pdf.s, pdf.len, "/CreationDate (D:") == 0) {
        status = err_set(e, "%s: the date of drawing is not in the PDF, or compressed", path);
        goto out;
    }
    fix_all(pdf.s, pdf.len, "/ModDate (D:");
    f = fopen(path, "r+e");
    if (!f || fwrite(pdf.s, 1, pdf.len, f) != pdf.len) {
        status = err_errno(e, errno, "cannot write %s", path);
    }
    if (f && fclose(f) && !status) {
        status = err_errno(e, errno, "cannot write %s", path);
    }
out:
    buf_release(&pdf);
    return status;
}
