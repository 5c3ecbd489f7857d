#include "results/provenance.h"

#define PCRE2_CODE_UNIT_WIDTH 8

#include <jansson.h>
#include <math.h>
#include <openssl/crypto.h>
#include <pcre2.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include <yaml.h>

#include "base/clock.h"
#include "base/json_out.h"
#include "results/git.h"

#ifdef __clang__ /* which names itself in its version */
#define COMPILER __VERSION__
#else
#define COMPILER "gcc " __VERSION__
#endif

#ifndef NS_COMPILE_FLAGS
#define NS_COMPILE_FLAGS "unknown" /* a build by other means than the Makefile */
#endif

static void write_git(struct json_out *j)
{
    const struct git_state *git = git_state();
    json_key(j, "git");
    json_open(j, '{');
    json_key_text(j, "revision", git->known ? git->revision : NULL);
    json_key(j, "dirty");
    if (git->known) {
        json_bool_out(j, git->dirty);
    } else {
        json_null_out(j);
    }
    json_close(j, '}');
}

static void write_libraries(const struct provenance *p, struct json_out *j)
{
    char pcre2[64] = "";
    if (pcre2_config(PCRE2_CONFIG_VERSION, NULL) < (int)sizeof pcre2) {
        pcre2_config(PCRE2_CONFIG_VERSION, pcre2);
    }
    json_key(j, "libraries");
    json_open(j, '{');
    json_key_text(j, "blas", p->blas_config);
    json_key_text(j, "hdf5", p->hdf5_version);
    json_key_text(j, "jansson", jansson_version_str());
    json_key_text(j, "libyaml", yaml_get_version_string());
    json_key_text(j, "openssl", OpenSSL_version(OPENSSL_VERSION));
    json_key_text(j, "pcre2", *pcre2 ? pcre2 : NULL);
    json_close(j, '}');
}

/* The first "model name" of /proc/cpuinfo; nothing where the kernel does not say. */
static void write_cpu(struct json_out *j)
{
    char line[512];
    const char *name = NULL;
    FILE *f = fopen("/proc/cpuinfo", "re");
    while (f && !name && fgets(line, sizeof line, f)) {
        if (strncmp(line, "model name", 10) == 0 && strchr(line, ':')) {
            name = strchr(line, ':') + 1;
            name += strspn(name, " \t");
            line[strcspn(line, "\n")] = '\0';
        }
    }
    if (f) {
        fclose(f);
    }
    json_key_text(j, "cpu", name);
}

static void write_machine(const struct provenance *p, struct json_out *j)
{
    struct utsname names;
    bool known = uname(&names) == 0;
    struct rusage usage;
    json_key(j, "machine");
    json_open(j, '{');
    json_key_text(j, "host", known ? names.nodename : NULL);
    json_key_text(j, "system", known ? names.sysname : NULL);
    json_key_text(j, "kernel", known ? names.release : NULL);
    json_key_text(j, "architecture", known ? names.machine : NULL);
    write_cpu(j);
    json_key_int(j, "cores_online", sysconf(_SC_NPROCESSORS_ONLN));
    json_key_text(j, "blas_core", p->blas_core);
    json_key_text(j, "blas_tiles", p->blas_tiles);
    json_key_int(j, "threads", p->threads);
    json_key_real(j, "peak_memory_mib", /* ru_maxrss counts KiB, of the whole process so far */
                  getrusage(RUSAGE_SELF, &usage) ? (double)NAN : (double)usage.ru_maxrss / 1024);
    json_close(j, '}');
}

static void write_input(struct json_out *j, const char *key, const char *path, const char *sha256)
{
    json_key(j, key);
    json_open(j, '{');
    json_key_text(j, "path", path);
    json_key_text(j, "sha256", sha256);
    json_close(j, '}');
}

/* How the command line changed the spec; [] when it did not. */
static void write_overrides(const struct provenance *p, struct json_out *j)
{
    json_key(j, "overrides");
    json_open_flat(j, '[');
    for (size_t i = 0; i < p->n_overrides; i++) {
        json_text(j, p->overrides[i]);
    }
    json_close(j, ']');
}

/* ISO 8601 in UTC, to the second. */
static void write_start(const struct provenance *p, struct json_out *j)
{
    double wall_s = isfinite(p->wall_s) && p->wall_s > 0 ? p->wall_s : 0;
    time_t started = time(NULL) - (time_t)(wall_s < 1e9 ? wall_s : 1e9);
    char text[CLOCK_UTC];
    clock_utc(text, started);
    json_key_text(j, "started", *text ? text : NULL);
    json_key_real(j, "wall_s", p->wall_s);
    json_key_real(j, "solve_s", p->solve_s > 0 ? p->solve_s : (double)NAN);
}

void provenance_object(const struct provenance *p, struct json_out *j)
{
    json_open(j, '{');
    json_key_int(j, "format", 1);
    json_key_text(j, "nashswarm", p->version);
    write_git(j);
    json_key_text(j, "compiler", COMPILER);
    json_key_text(j, "compile_flags", NS_COMPILE_FLAGS);
    write_libraries(p, j);
    write_machine(p, j);
    write_input(j, "model", p->model_path, p->model_sha256);
    write_input(j, "texts", p->texts_path, p->texts_sha256);
    write_overrides(p, j);
    write_start(p, j);
    json_close(j, '}');
}

void provenance_write(const struct provenance *p, struct buf *json)
{
    struct json_out j = json_begin(json);
    provenance_object(p, &j);
}
