#include "run/ledger_inputs.h"

#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "model/gpt2.h"
#include "results/cells.h"
#include "run/methods.h"

static int read_size(struct ledger_model *m, struct err *e)
{
    struct gpt2 model = {0};
    struct ledger_shape s = m->shape;
    struct gpt2_config config = {.V = s.V, .P = s.P, .C = s.C, .L = s.L, .H = s.H, .F = 4 * s.C};
    config.ln_epsilon = 1e-5F;
    config.eos_token_id = config.bos_token_id = -1;
    if (m->path ? gpt2_open(&model, m->path, e)
                : gpt2_config_check(&config, m->name, e) || gpt2_layout(&model, &config, e)) {
        return -1;
    }
    m->parameters = (double)gpt2_parameters(&model);
    m->head_weights = 0;
    for (int t = 0; t < model.n_tensors; t++) {
        if (gpt2_in_scope(&model.tensors[t], SCOPE_HEAD)) {
            m->head_weights += (double)model.tensors[t].n;
        }
    }
    gpt2_close(&model);
    return 0;
}

/* Whether the list is what the study has. */
static bool same_list(const struct value *v, const double *wanted, size_t n)
{
    for (size_t i = 0; i < n && v->n == n; i++) {
        if (v->numbers[i] != wanted[i]) {
            return false;
        }
    }
    return v->n == n;
}

/*
 * Whether the spec has other tiers or another uniform grid than the study. Its author is trying
 * something else then, which decides no claim of the study.
 */
static bool is_edited(const struct spec *s, const struct ledger *l)
{
    for (size_t i = 0; i < s->n_methods; i++) {
        const struct params *p = &s->methods[i].params;
        const char *kind = s->methods[i].kind->name;
        if (strcmp(kind, "tiers") == 0 && l->n_tiers &&
            !(params_has(p, "shares") &&
              same_list(params_list(p, "shares"), l->shares, l->n_tiers) &&
              same_list(params_list(p, "bits"), l->bits, l->n_tiers))) {
            return true;
        }
        if (strcmp(kind, "uniform") == 0 && l->uniform_bits && params_has(p, "bits") &&
            params_int(p, "bits") != l->uniform_bits) {
            return true;
        }
    }
    return false;
}

/* The rows of the table, and the cells where the tokens behind them lie. */
static int read_table(struct ledger_results *x, const struct spec *spec, struct err *e)
{
    if (table_read(&x->store, spec, &x->rows, &x->n, e)) {
        return -1;
    }
    x->cells = mem_new(x->n, sizeof *x->cells, e);
    return x->cells && cells_of_rows(x->cells, &x->store, spec, x->rows, x->n, e) == 0
               ? cells_check_rows(x->cells, &x->store, x->rows, x->n, e)
               : -1;
}

static int read_rows(struct ledger_results *x, const struct ledger *l, const char *root,
                     struct buf *problems, struct err *e)
{
    struct spec spec;
    struct buf table = BUF_INIT;
    if (spec_read(&spec, x->spec, run_known(), NULL, problems, e)) {
        return -1;
    }
    int status = store_init(&x->store, root, spec.name, e);
    if (!status) {
        buf_addf(&table, "%s/table.json", x->store.results.s);
        status = buf_check(&table, e);
    }
    x->edited = is_edited(&spec, l);
    if (!status && !x->edited && file_exists(table.s)) {
        status = read_table(x, &spec, e);
    }
    buf_release(&table);
    spec_release(&spec);
    return status;
}

int ledger_inputs_read(struct ledger *l, const char *root, struct buf *problems, struct err *e)
{
    for (size_t i = 0; i < l->n_models; i++) {
        if (read_size(&l->models[i], e)) {
            return -1;
        }
    }
    for (size_t i = 0; i < l->n_results; i++) {
        if (read_rows(&l->results[i], l, root, problems, e)) {
            return -1;
        }
    }
    return 0;
}
