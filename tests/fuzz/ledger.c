/* The ledger of claims, and the reference that its verdicts are compared with: LEDGER, NUL,
 * REFERENCE. */
#include "fuzz/fuzz.h"

#include "claims/reference.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const char *const none[] = {NULL};
    struct fuzz_input in = {bytes, n};
    struct buf problems = BUF_INIT, lost = BUF_INIT;
    struct ledger l;
    struct verdicts v = {0};
    struct err e;
    size_t n_lost = 0;
    bool there;
    int status = ledger_read(&l, fuzz_file("claims.yaml", fuzz_part(&in)), &problems, &e);
    fuzz_check_error(status, &e);
    if (!status) {
        status = verdicts_make(&v, &l, &e);
        fuzz_check_error(status, &e);
    }
    if (!status) {
        for (int format = CLAIMS_TEXT; format <= CLAIMS_NUMBERS; format++) {
            claims_write(&v, (enum claims_format)format, &problems);
        }
        const char *path = fuzz_file("claims.json", in);
        fuzz_check_error(reference_compare(&v, path, none, &lost, &n_lost, &there, &e), &e);
    }
    verdicts_release(&v);
    ledger_release(&l);
    buf_release(&problems);
    buf_release(&lost);
    return 0;
}
