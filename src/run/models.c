#include "run/models.h"

#include <stdlib.h>

#include "base/mem.h"

int models_init(struct models *m, const struct spec *s, struct err *e)
{
    *m = (struct models){.spec = s, .lock = PTHREAD_MUTEX_INITIALIZER};
    m->all = mem_new(s->n_models, sizeof *m->all, e);
    m->users = mem_new(s->n_models, sizeof *m->users, e);
    m->open = mem_new(s->n_models, sizeof *m->open, e);
    if (!m->all || !m->users || !m->open) {
        models_release(m);
        return -1;
    }
    return 0;
}

static void close_unused(struct models *m)
{
    for (size_t i = 0; m->open && i < m->spec->n_models; i++) {
        if (m->open[i] && m->users[i] == 0) {
            loaded_model_close(&m->all[i]);
            m->open[i] = false;
        }
    }
}

void models_release(struct models *m)
{
    if (m->spec) {
        close_unused(m);
        pthread_mutex_destroy(&m->lock);
    }
    free(m->all);
    free(m->users);
    free(m->open);
    *m = (struct models){0};
}

int models_borrow(struct loaded_model **out, struct models *m, size_t model, struct err *e)
{
    int status = 0;
    pthread_mutex_lock(&m->lock);
    if (!m->open[model]) {
        close_unused(m);
        status = loaded_model_open(&m->all[model], m->spec, model, e);
        m->open[model] = !status;
    }
    if (!status) {
        m->users[model]++;
        *out = &m->all[model];
    }
    pthread_mutex_unlock(&m->lock);
    return status;
}

void models_return(struct models *m, size_t model)
{
    pthread_mutex_lock(&m->lock);
    m->users[model]--;
    pthread_mutex_unlock(&m->lock);
}

size_t models_bytes(struct models *m)
{
    size_t bytes = 0;
    pthread_mutex_lock(&m->lock);
    for (size_t i = 0; i < m->spec->n_models; i++) {
        bytes += m->open[i] ? gpt2_parameters(&m->all[i].gpt2) * sizeof(float) : 0;
    }
    pthread_mutex_unlock(&m->lock);
    return bytes;
}
