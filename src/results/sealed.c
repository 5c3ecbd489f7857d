#include "results/sealed.h"

#include <jansson.h>
#include <string.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/json_file.h"

static const char member[] = "content_sha256";
static const char lead[] = ",\n  \"content_sha256\": \"", trail[] = "\"\n}\n", end[] = "\n}\n";

enum {
    LEAD = sizeof lead - 1,
    HEX = DIGEST_HEX - 1,
    TRAIL = sizeof trail - 1,
    END = sizeof end - 1
};

int sealed_close(struct buf *document, struct err *e)
{
    char digest[DIGEST_HEX];
    if (buf_check(document, e) || digest_bytes(digest, document->s, document->len, e)) {
        return -1;
    }
    document->len -= END;
    buf_addf(document, "%s%s%s", lead, digest, trail);
    return buf_check(document, e);
}

/* Whether the bytes are a document, then the digest of just that document. */
static int fits(bool *out, const char *bytes, size_t n, struct err *e)
{
    size_t whole = n > LEAD + HEX + TRAIL ? n - (LEAD + HEX + TRAIL) : 0;
    char digest[DIGEST_HEX];
    struct buf document = BUF_INIT;
    *out = whole && memcmp(bytes + whole, lead, LEAD) == 0 &&
           memcmp(bytes + n - TRAIL, trail, TRAIL) == 0;
    if (!*out) {
        return 0;
    }
    buf_add(&document, bytes, whole);
    buf_adds(&document, end);
    int status =
        buf_check(&document, e) || digest_bytes(digest, document.s, document.len, e) ? -1 : 0;
    *out = !status && memcmp(bytes + whole + LEAD, digest, HEX) == 0;
    buf_release(&document);
    return status;
}

static int check_bytes(const char *path, struct err *e)
{
    struct file_map file;
    bool ok = false;
    if (file_map_open(&file, path, e)) {
        return -1;
    }
    int status = fits(&ok, (const char *)file.bytes, file.n, e);
    file_map_close(&file);
    return status || ok ? status
                        : err_set(e,
                                  "%s was changed after it was written: its content is not that of "
                                  "its %s; the next run makes it again",
                                  path, member);
}

int sealed_check(const struct json_t *root, const char *path, int since, struct err *e)
{
    const json_t *format = json_object_get(root, "format");
    if (json_object_get(root, member)) {
        return check_bytes(path, e);
    }
    return json_is_integer(format) && json_integer_value(format) >= since
               ? err_set(e,
                         "%s was changed after it was written: it has no %s; the next run makes it "
                         "again",
                         path, member)
               : 0;
}
