#include "quantize/tensor.h"
int code_feedback(struct coded_tensor *c, const float *cuts, const struct quantize_source *src,
                  struct err *e)
{
    (void)c;
    (void)cuts;
    return err_set(e, "%s: no feedback yet", src->what);
}
