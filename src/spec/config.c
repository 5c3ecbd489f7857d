#include "spec/config.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/share.h"
#include "spec/fields.h"
#include "spec/paths.h"
#include "spec/sources.h"

static const char *const file_names[CONFIG_FILES] = {"models.yaml", "texts.yaml", "methods.yaml",
                                                     "slurm.yaml"};

/* Takes the folder when it exists and none was found yet; remembers where it was looked for. */
static int try_folder(struct configs *c, const char *base, const char *name, struct err *e)
{
    if (c->folder) {
        return 0;
    }
    char *path = path_resolve(base, name, e);
    if (!path) {
        return -1;
    }
    buf_addf(&c->looked, "%s%s", c->looked.len ? ", " : "", path);
    if (path_is_folder(path)) {
        c->folder = path;
    } else {
        free(path);
    }
    return buf_check(&c->looked, e);
}

/* What `make install` brought; not worth naming among the places when it is not there. */
static int try_installed(struct configs *c, struct err *e)
{
    struct buf path = BUF_INIT;
    share_path(&path, "configs");
    int status = 0;
    if (path_is_folder(buf_text(&path))) {
        status = try_folder(c, ".", path.s, e);
    }
    buf_release(&path);
    return status;
}

int configs_open(struct configs *c, const char *spec_folder, struct err *e)
{
    const char *named = getenv("NASHSWARM_CONFIGS");
    *c = (struct configs){0};
    if (try_folder(c, spec_folder, "../configs", e) || try_folder(c, ".", "configs", e)) {
        return -1;
    }
    if (named && *named && try_folder(c, ".", named, e)) {
        return -1;
    }
    return try_installed(c, e);
}

void configs_release(struct configs *c)
{
    for (int i = 0; i < CONFIG_FILES; i++) {
        document_release(&c->files[i].document);
        buf_release(&c->files[i].unread);
    }
    buf_release(&c->looked);
    free(c->folder);
    *c = (struct configs){0};
}

static int open_file(struct configs *c, enum config_file which, struct problems *p, struct err *e)
{
    struct config *file = &c->files[which];
    char *path = path_resolve(c->folder, file_names[which], e);
    if (!path) {
        return -1;
    }
    struct err why = {.text = ""};
    int status = 0;
    file->opened = true;
    if (!file_exists(path)) {
        buf_addf(&file->unread, "there is no file %s", path);
    } else if (document_read(&file->document, path, RANK_CONFIGS + (int)which, p, &why)) {
        buf_adds(&file->unread, why.text);
    } else {
        field_is(p, &file->document.root, NODE_MAP, "a mapping from names to entries");
    }
    status = buf_check(&file->unread, e);
    free(path);
    return status;
}

int configs_map(struct configs *c, enum config_file which, const struct node **map,
                struct problems *p, struct err *e)
{
    struct config *file = &c->files[which];
    *map = NULL;
    if (c->folder && !file->opened && open_file(c, which, p, e)) {
        return -1;
    }
    if (file->document.root.kind == NODE_MAP) {
        *map = &file->document.root;
    }
    return 0;
}

void configs_not_found(const struct configs *c, enum config_file which, struct problems *p,
                       struct place at, const char *label, const char *name)
{
    const struct config *file = &c->files[which];
    const struct node *map = &file->document.root;
    if (!c->folder) {
        problems_add(p, at,
                     "%s: \"%s\" cannot be looked up, for there is no folder of shared settings "
                     "(looked for %s; NASHSWARM_CONFIGS can name another)",
                     label, shown(name).text, buf_text(&c->looked));
    } else if (file->unread.len) {
        problems_add(p, at, "%s: \"%s\" cannot be looked up: %s", label, shown(name).text,
                     buf_text(&file->unread));
    } else if (map->kind == NODE_MAP) {
        const char *known[YAML_WIDTH_MAX];
        size_t n = 0;
        for (size_t i = 0; i < map->n; i++) {
            if (map->items[i].key) {
                known[n++] = map->items[i].key;
            }
        }
        problems_add(p, at, "%s: \"%s\" is not in %s%s", label, shown(name).text,
                     file->document.source.path, field_hint(name, known, n).text);
    }
}
