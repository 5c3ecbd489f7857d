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

/* Whether it is a folder with at least one of the files. */
static bool has_settings(const char *folder)
{
    bool found = false;
    for (int i = 0; i < CONFIG_FILES && !found; i++) {
        struct buf path = BUF_INIT;
        buf_addf(&path, "%s/%s", folder, file_names[i]);
        found = file_exists(buf_text(&path));
        buf_release(&path);
    }
    return found;
}

/* What the environment names is the folder, or nothing is. */
static int take_named(struct configs *c, const char *named, struct err *e)
{
    if (path_is_folder(named)) {
        c->folder = path_resolve(".", named, e);
        return c->folder ? 0 : -1;
    }
    buf_addf(&c->missing, "NASHSWARM_CONFIGS names %s, which is no folder", named);
    return buf_check(&c->missing, e);
}

/* In the working directory, or where the program was installed or built; "": nowhere. */
static void look_elsewhere(struct buf *path)
{
    buf_adds(path, "configs");
    if (!has_settings(buf_text(path))) {
        share_path(path, "configs");
    }
    if (!has_settings(buf_text(path))) {
        share_source_path(path, "configs");
    }
    if (!has_settings(buf_text(path))) {
        buf_clear(path);
    }
}

static int take_other(struct configs *c, struct err *e)
{
    struct buf path = BUF_INIT;
    look_elsewhere(&path);
    if (path.len && !path.failed) {
        c->folder = path_resolve(".", path.s, e);
    } else {
        buf_adds(&c->missing,
                 "there is no configs/ with shared settings in the folder of the spec or one above "
                 "it, in the working directory, or where the program was installed or built; "
                 "NASHSWARM_CONFIGS can name one");
    }
    int status =
        buf_check(&path, e) || buf_check(&c->missing, e) || (path.len && !c->folder) ? -1 : 0;
    buf_release(&path);
    return status;
}

int configs_open(struct configs *c, const char *spec_folder, struct err *e)
{
    const char *named = getenv("NASHSWARM_CONFIGS");
    *c = (struct configs){0};
    if (named && *named) {
        return take_named(c, named, e);
    }
    if (path_find_above(&c->folder, spec_folder, "configs", has_settings, e)) {
        return -1;
    }
    return c->folder ? 0 : take_other(c, e);
}

void configs_release(struct configs *c)
{
    for (int i = 0; i < CONFIG_FILES; i++) {
        document_release(&c->files[i].document);
        buf_release(&c->files[i].unread);
    }
    buf_release(&c->missing);
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

void configs_not_found(struct configs *c, enum config_file which, struct problems *p,
                       struct place at, const char *label, const char *name)
{
    const struct config *file = &c->files[which];
    const struct node *map = &file->document.root;
    if (!c->folder && !c->told) {
        problems_add(p, at, "%s: \"%s\" cannot be looked up, and no other name can: %s", label,
                     shown(name).text, buf_text(&c->missing));
        c->told = true;
    } else if (!c->folder) {
        return;
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
